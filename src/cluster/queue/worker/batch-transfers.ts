import type { Clock, Destination, Source } from '../../../model/ports.ts';
import type { Gate } from '../../../remote/gate/gate.ts';
import type { Concurrency } from '../../../remote/gate/lanes.ts';
import { LocalTransfers } from '../../../remote/local-transfers.ts';
import { hasArrived } from '../../../remote/lost-replies.ts';
import { ReadAhead } from '../../../remote/read-ahead.ts';
import { Remote } from '../../../remote/remote.ts';
import { RetryingDestination } from '../../../remote/retrying-destination.ts';
import type { BatchTransfers } from './carry-out.ts';
import type { HeldBatch } from './held-batch.ts';

/** Both ends of a pair, as a worker has opened them. */
export interface WorkerEnds {
  readonly source: Source;
  readonly destination: Destination;
  /** Shared by all batches that go to the same account. */
  readonly gate: Gate;
}

/** How a worker sends. */
export interface WorkerPace {
  readonly concurrency: Concurrency;
  /** With 'auto', never more than this. */
  readonly mostLanes: number;
  readonly attempts: number;
  /** The longest wait in one go that the destination may ask for, in milliseconds. */
  readonly maxWaitMs: number;
  readonly clock: Clock;
}

/** Sends the files of one batch, for as long as the worker has it. Disposing it ends its use of the gate. */
export function openBatchTransfers(
  { source, destination, gate }: WorkerEnds,
  held: Pick<HeldBatch, 'lost' | 'check'>,
  { concurrency, mostLanes, attempts, maxWaitMs, clock }: WorkerPace,
): BatchTransfers & Disposable {
  const { lost } = held;
  const use = gate.use({
    name: destination.words.name,
    concurrency,
    mostLanes,
    attempts,
    maxRequestsPerSecond: undefined,
    maxWaitMs,
    maxWaitFlag: '--max-wait',
    draining: lost,
    signal: lost,
    onEvent: () => undefined,
  });
  const retrying = new RetryingDestination(guarded(destination, held), use);
  const remote = new Remote({
    destination: retrying,
    source,
    readAhead: source.traits.isRemote
      ? new ReadAhead({ source, gate: use, clock, draining: lost, signal: lost })
      : undefined,
    signal: lost,
    onBytes: () => undefined,
  });
  return {
    executor: new LocalTransfers(remote, use),
    get requests() {
      return use.requests;
    },
    hasArrived: ({ to, entry, replaces }) =>
      hasArrived(retrying, to, { size: entry.size, replaces, signal: lost }),
    [Symbol.dispose]: () => use[Symbol.dispose](),
  };
}

/** The same destination; nothing is sent to it once somebody else may have the batch. */
function guarded(destination: Destination, held: Pick<HeldBatch, 'check'>): Destination {
  return {
    ...bound(destination),
    put: async (path, content, call) => {
      held.check();
      await destination.put(path, content, call);
    },
    stat: async (path, call) => {
      held.check();
      return destination.stat(path, call);
    },
  };
}

/** What is not used here stays as it is. */
const bound = (destination: Destination): Destination => ({
  label: destination.label,
  words: destination.words,
  root: destination.root,
  traits: destination.traits,
  listFolder: (folder, call) => destination.listFolder(folder, call),
  stat: (path, call) => destination.stat(path, call),
  put: (path, content, call) => destination.put(path, content, call),
  read: (path, call) => destination.read(path, call),
  makeFolder: (folder, call) => destination.makeFolder(folder, call),
  move: (from, to, call) => destination.move(from, to, call),
  remove: (path, call) => destination.remove(path, call),
  close: () => destination.close(),
});
