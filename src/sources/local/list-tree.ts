import type { SourceEntry } from '../../model/entry.ts';
import { ThreadedWalk } from './threaded-walk.ts';
import { TimeSlice } from './time-slice.ts';
import { Walk } from './walk.ts';
import type { WalkOptions, WalkState } from './walk.ts';

const BATCH_ENTRIES = 500;

/** Entries after which a thread pays: starting one takes as long as walking these. */
export const THREAD_AFTER = 5_000;

export interface ListTreeOptions extends WalkOptions {
  /** Entries after which the walk moves to a thread of its own, 0 for at once; undefined: it stays in this one. */
  readonly threadAfter: number | undefined;
}

/**
 * Everything below the root, in path order. A small tree is walked in this thread, in slices; the rest of a large one
 * in another, which the walk moves to between two batches, as soon as that thread is ready.
 */
export async function* listTree(
  options: ListTreeOptions,
  signal: AbortSignal,
): AsyncGenerator<SourceEntry[], void> {
  const { root, followSymlinks, threadAfter = Infinity } = options;
  const { recipe } = options.filter;
  const walk = new Walk(options);
  let thread: ThreadedWalk | undefined;
  const moves = (listed: number): boolean => {
    if (listed >= threadAfter && recipe !== undefined)
      thread ??= new ThreadedWalk({ root, followSymlinks, filter: recipe });
    return thread?.ready === true;
  };
  try {
    moves(0);
    await thread?.started();
    const from = moves(0) ? walk.state : yield* listHere(walk, signal, moves);
    if (from !== undefined) yield* thread!.goOn(from, signal);
  } finally {
    await thread?.close();
  }
}

/** Lists in this thread until the end, or until `moves` says after a batch that another one goes on from where it is. */
async function* listHere(
  walk: Walk,
  signal: AbortSignal,
  moves: (listed: number) => boolean,
): AsyncGenerator<SourceEntry[], WalkState | undefined> {
  const slice = new TimeSlice(signal);
  let listed = 0;
  let batch: SourceEntry[] = [];
  for (const step of walk.entries()) {
    if (step !== undefined) batch.push(step);
    if (batch.length === BATCH_ENTRIES) {
      yield batch;
      listed += batch.length;
      batch = [];
      signal.throwIfAborted();
      if (moves(listed)) return walk.state;
    }
    if (slice.isOver(step === undefined)) await slice.next();
  }
  if (batch.length > 0) yield batch;
  return undefined;
}
