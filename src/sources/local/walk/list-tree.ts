import { RuleFilter } from '../../../filter/filter.ts';
import type { SourceEntry } from '../../../model/entry.ts';
import { ThreadedWalk } from './threaded-walk.ts';
import { TimeSlice } from '../../../disk/time-slice.ts';
import { Walk } from './walk.ts';
import type { WalkOptions, WalkState } from './walk.ts';

const BATCH_ENTRIES = 500;

/** Entries after which a thread may pay: starting one takes as long as walking these. */
export const THREAD_AFTER = 5_000;

export interface ListTreeOptions extends WalkOptions {
  /** Entries after which the walk may move to a thread of its own, 0 for at once; undefined: it stays in this one. */
  readonly threadAfter: number | undefined;
  /**
   * The walk may move once it has taken this share of the time so far. Default: a fifth. Beside uploads the walk
   * takes less than that.
   */
  readonly threadShare?: number;
}

/**
 * Everything below the root, in path order. A small tree is walked in this thread, in slices. Where the walk takes
 * much of the time, the rest of a large tree is walked in another thread: the walk moves there between two batches,
 * as soon as that thread is ready. Why: docs/decisions/engine/walking-thread.md.
 */
export async function* listTree(
  options: ListTreeOptions,
  signal: AbortSignal,
): AsyncGenerator<SourceEntry[], void> {
  const { root, followSymlinks, threadAfter = Infinity, threadShare = 0.2 } = options;
  // A filter that is more than rules cannot go to another thread.
  const rules = options.filter instanceof RuleFilter ? options.filter.madeOf : undefined;
  const walk = new Walk(options);
  let thread: ThreadedWalk | undefined;
  let tried = false;
  const start = (): void => {
    if (!tried && rules !== undefined) thread = ThreadedWalk.start({ root, followSymlinks, filter: rules });
    tried = true;
  };
  try {
    if (threadAfter === 0) {
      start();
      await thread?.started();
    }
    const from =
      thread?.ready === true
        ? walk.state
        : yield* listHere(walk, signal, (listed, share) => {
            if (listed >= threadAfter && share >= threadShare) start();
            return thread?.ready === true;
          });
    if (from !== undefined) yield* thread!.goOn(from, signal);
  } finally {
    await thread?.close();
  }
}

/**
 * Lists in this thread until the end, or until `moves` says after a batch that another thread goes on from there.
 * `moves` is told how many entries there were, and the share of the time that went into the walk.
 */
async function* listHere(
  walk: Walk,
  signal: AbortSignal,
  moves: (listed: number, share: number) => boolean,
): AsyncGenerator<SourceEntry[], WalkState | undefined> {
  const slice = new TimeSlice(signal);
  const started = performance.now();
  let away = 0;
  let listed = 0;
  let batch: SourceEntry[] = [];
  for (const step of walk.entries()) {
    if (step !== undefined) batch.push(step);
    if (batch.length === BATCH_ENTRIES) {
      const left = performance.now();
      yield batch;
      const back = performance.now();
      away += back - left;
      listed += batch.length;
      batch = [];
      signal.throwIfAborted();
      if (moves(listed, 1 - away / (back - started))) return walk.state;
    }
    if (slice.isOver({ atPause: step === undefined })) {
      const left = performance.now();
      await slice.next();
      away += performance.now() - left;
    }
  }
  if (batch.length > 0) yield batch;
  return undefined;
}
