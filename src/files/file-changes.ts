import type { Problem } from '../model/entry.ts';
import { isSyncError, messageBeside, SyncError } from '../model/errors.ts';
import type { RelPath } from '../model/path.ts';
import type { Clock, Destination } from '../model/ports.ts';
import type { Gate } from '../remote/gate/gate.ts';
import type { GateUse } from '../remote/gate/gate-use.ts';
import type { GateUseOptions } from '../remote/gate/gate-use-options.ts';
import { Remote } from '../remote/remote.ts';
import { RetryingDestination } from '../remote/retrying-destination.ts';
import { DestinationTimes } from '../sync/execute/destination-times.ts';
import { HiddenNames } from '../sync/execute/hidden-names.ts';
import { Learnt } from '../sync/execute/learnt.ts';
import { FreshLooks } from '../sync/execute/looks/fresh-looks.ts';
import { TaskPool } from '../sync/execute/task-pool.ts';
import { FilesTally, type FileEventListener, type FilesReport } from './file-events.ts';

export interface FileChangesOptions extends Omit<GateUseOptions, 'name' | 'onEvent'> {
  /** The whole destination: its root is ''. */
  readonly destination: Destination;
  readonly gate: Gate;
  readonly clock: Clock;
  /** Nothing is changed: what would be done is told. */
  readonly dryRun: boolean;
  readonly onEvent: FileEventListener;
  /** Hears of what is found before anything is changed: files, or names that are to move. */
  readonly onSeen?: ((many: number) => void) | undefined;
}

/** What the parts that change files at a destination work with. Paths are from the top of the destination. */
export interface FileParts {
  readonly remote: Remote;
  readonly gate: GateUse;
  readonly clock: Clock;
  readonly hidden: HiddenNames;
  readonly learnt: Learnt;
  readonly times: DestinationTimes;
  readonly looks: FreshLooks;
  readonly tasks: TaskPool;
  readonly tally: FilesTally;
  readonly dryRun: boolean;
}

export interface FilesResult {
  readonly report: FilesReport;
  /** What ended the work early. */
  readonly error: SyncError | undefined;
}

/**
 * Does some work on the files of a destination, and tells how it ended. Resolves with a report also where something ended
 * it early; rejects only on a mistake in the program. The destination stays open.
 */
export async function changeFiles(
  options: FileChangesOptions,
  work: (parts: FileParts) => Promise<void>,
): Promise<FilesResult> {
  const { destination, gate, clock, dryRun, draining, signal, onEvent, onSeen } = options;
  using use = gate.use({
    ...options,
    name: destination.words.name,
    onEvent: (event) => {
      if (event.type === 'retry' || event.type === 'throttled' || event.type === 'budget') onEvent(event);
    },
  });
  const tally = new FilesTally(onEvent, { dryRun, onSeen });
  const remote = new Remote({
    destination: new RetryingDestination(destination, use),
    signal,
    onBytes: () => undefined,
  });
  const hidden = new HiddenNames(clock.now());
  const tasks = new TaskPool({ limit: () => use.lanes * 2, draining, signal });
  const { keepsTimes } = destination.traits;
  const times = new DestinationTimes({ remote, ledger: memoryNotes(), hidden, clock, signal, keepsTimes });
  const looks = new FreshLooks(remote, clock);
  const learnt = new Learnt();
  try {
    await work({ remote, gate: use, clock, hidden, learnt, times, looks, tasks, tally, dryRun });
  } catch (error) {
    tasks.end(error);
  }
  await tasks.idle();
  const error = endOf(tasks, [signal, draining]);
  return { report: tally.report({ requests: use.requests, error }), error };
}

/** What ended the work early: a stop that was asked for, or an error that nothing can go on after. */
function endOf(tasks: TaskPool, stops: readonly AbortSignal[]): SyncError | undefined {
  const stop = stops.find(({ aborted }) => aborted);
  if (stop !== undefined) return isSyncError(stop.reason) ? stop.reason : stopped(stop.reason);
  try {
    tasks.throwIfEnded();
    return undefined;
  } catch (error) {
    if (isSyncError(error)) return error;
    throw error;
  }
}

const stopped = (cause: unknown): SyncError =>
  new SyncError('interrupted', 'stopped', { verdict: 'end_run', cause });

/** Does one thing among others: its failure is told and leaves the others be, unless nothing can go on. */
export async function attempt(
  { tasks, tally }: FileParts,
  path: RelPath,
  work: () => Promise<void>,
): Promise<void> {
  try {
    await work();
  } catch (error) {
    if (tasks.notBegun(error)) return;
    if (!isSyncError(error) || error.verdict === 'end_run') throw error;
    tally.problem(path, problemOf(path, error));
  }
}

export const problemOf = (path: RelPath, error: SyncError): Problem => ({
  code: error.code,
  severity: 'failure',
  message: messageBeside(path, error),
});

/** What a run finds out of its destination, for as long as the run lasts: there is no ledger. */
function memoryNotes(): ConstructorParameters<typeof DestinationTimes>[0]['ledger'] {
  const notes = new Map<string, string>();
  return {
    recall: (key) => notes.get(key),
    remember: (key, value) => {
      if (value === undefined) notes.delete(key);
      else notes.set(key, value);
    },
    addIntents: (intents) => intents.map((_, at) => at),
    dropIntent: () => undefined,
  };
}
