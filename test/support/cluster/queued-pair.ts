import { QueuedTransfers } from '../../../src/cluster/queue/coordinator/queued-transfers.ts';
import { openBatchTransfers } from '../../../src/cluster/queue/worker/batch-transfers.ts';
import type { WorkerEnds } from '../../../src/cluster/queue/worker/batch-transfers.ts';
import { carryOut } from '../../../src/cluster/queue/worker/carry-out.ts';
import type { BatchQueue } from '../../../src/cluster/queue/batch-queue.ts';
import type { PassTransfers, TransferPass } from '../../../src/model/cluster/transfer-executor.ts';
import type { Clock, Source } from '../../../src/model/ports.ts';
import type { CarryOut } from './memory-broker.ts';

export interface WorkersOptions {
  readonly ends: WorkerEnds;
  /** That of the gate. */
  readonly clock: Clock;
  readonly attempts?: number;
}

/** Workers that send between ends that are open. */
export const workersOf =
  ({ ends, clock, attempts = 4 }: WorkersOptions): CarryOut =>
  async (batch, { redelivered, ...held }) => {
    const { lost } = held;
    const pace = { concurrency: 4, mostLanes: 4, attempts, maxWaitMs: 3_600_000, clock };
    using transfers = openBatchTransfers(ends, held, pace);
    return await carryOut({ batch, transfers, redelivered, lost, worker: 'test' });
  };

let runs = 0;

export interface QueuedOptions {
  readonly queue: BatchQueue;
  readonly clock: Clock;
  /** Default: one that can tell nothing. */
  readonly source?: Pick<Source, 'check' | 'stat'>;
  readonly pair?: string;
}

/** What a pass needs to hand its files to a queue. */
export const queuedTransfers =
  ({ queue, clock, source = {}, pair = 'pair' }: QueuedOptions) =>
  (pass: TransferPass): PassTransfers & Pick<QueuedTransfers, 'counts'> =>
    new QueuedTransfers({
      ...pass,
      queue,
      ends: {
        from: 'memory',
        to: 'stage://d/in/',
        service: 'memory',
        followSymlinks: false,
        archived: 'report',
      },
      pair,
      source,
      run: `run${++runs}`,
      maxWaitMs: Infinity,
      clock,
    });
