import { setTimeout as sleep } from 'node:timers/promises';
import { QueuedTransfers } from '../../../src/cluster/queue/coordinator/queued-transfers.ts';
import { openBatchTransfers } from '../../../src/cluster/queue/worker/batch-transfers.ts';
import type { WorkerEnds } from '../../../src/cluster/queue/worker/batch-transfers.ts';
import { carryOut } from '../../../src/cluster/queue/worker/carry-out.ts';
import type { BatchQueue } from '../../../src/cluster/queue/batch-queue.ts';
import type { PassTransfers, TransferPass } from '../../../src/model/cluster/transfer-executor.ts';
import type { Clock } from '../../../src/model/ports.ts';
import type { CarryOut } from './memory-broker.ts';

/** A clock on which a second takes `secondMs` milliseconds. */
export function fasterClock(secondMs: number): Clock {
  const begun = performance.now();
  const elapsed = (): number => ((performance.now() - begun) * 1000) / secondMs;
  return {
    now: () => Math.floor(1_700_000_000_000 + elapsed()),
    elapsed,
    async sleep(ms, signal) {
      signal.throwIfAborted();
      await sleep((ms * secondMs) / 1000, undefined, { signal }).catch(() => signal.throwIfAborted());
    },
    random: () => 0.5,
  };
}

export interface WorkersOptions {
  readonly ends: WorkerEnds;
  /** That of the gate. */
  readonly clock: Clock;
  readonly attempts?: number;
}

/** Workers that send between ends that are open. */
export const workersOf =
  ({ ends, clock, attempts = 4 }: WorkersOptions): CarryOut =>
  async (batch, { redelivered, lost }) => {
    const held = { lost, check: () => lost.throwIfAborted() };
    const pace = { concurrency: 4, mostLanes: 4, attempts, maxWaitMs: 3_600_000, clock };
    using transfers = openBatchTransfers(ends, held, pace);
    return await carryOut({ batch, transfers, redelivered, lost, worker: 'test' });
  };

let runs = 0;

/** What a pass needs to hand its files to a queue. */
export const queuedTransfers =
  (queue: BatchQueue, clock: Clock, pair = 'pair') =>
  (pass: TransferPass): PassTransfers & Pick<QueuedTransfers, 'counts'> =>
    new QueuedTransfers({
      ...pass,
      queue,
      ends: { from: 'memory', to: 'memory', service: 'memory', followSymlinks: false, archived: 'report' },
      pair,
      run: `run${++runs}`,
      maxWaitMs: 3_600_000,
      clock,
    });
