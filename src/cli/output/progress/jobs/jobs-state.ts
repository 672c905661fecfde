import type { ProgressState, Wait } from '../progress-state.ts';

/** One of several jobs that run at the same time. */
export interface RunningJob {
  readonly name: string;
  readonly state: ProgressState;
}

/** What the jobs that are over have done. */
export type DoneWork = Pick<ProgressState, 'files' | 'bytes' | 'failed'>;

/** How far several jobs are. */
export interface JobsState {
  readonly nowMs: number;
  /** In the order in which they began. */
  readonly running: readonly RunningJob[];
  /** Jobs that are over. */
  readonly over: number;
  readonly total: number;
  /** Of the jobs that are over. */
  readonly done: DoneWork;
  /** Of all jobs, over the last seconds; undefined before there is enough to measure. */
  readonly bytesPerSecond: number | undefined;
  /** Milliseconds since the first byte. */
  readonly transferMs: number;
}

/** All jobs as one: counts are sums. The totals stand once those of every job do, and no job is still to begin. */
export function sumOf(jobs: JobsState): ProgressState {
  const { nowMs, running, over, total, done, bytesPerSecond, transferMs } = jobs;
  const states = running.map(({ state }) => state);
  const sum = (of: (state: ProgressState) => number): number =>
    states.reduce((all, state) => all + of(state), 0);
  const doing = new Set(states.map(({ words }) => words.doing));
  return {
    nowMs,
    words: { doing: doing.size === 1 ? [...doing][0]! : 'copying', noun: 'file', before: 'comparing' },
    destination: states[0]?.destination ?? '',
    compared: sum(({ compared }) => compared),
    toCompare: undefined,
    expected: undefined,
    isCompared: states.every(({ isCompared }) => isCompared),
    files: done.files + sum(({ files }) => files),
    totalFiles: done.files + sum(({ totalFiles }) => totalFiles),
    bytes: done.bytes + sum(({ bytes }) => bytes),
    totalBytes: done.bytes + sum(({ totalBytes }) => totalBytes),
    areTotalsKnown: over + running.length === total && states.every(({ areTotalsKnown }) => areTotalsKnown),
    folders: 0,
    moves: 0,
    totalMoves: 0,
    removals: 0,
    totalRemovals: 0,
    failed: done.failed + sum(({ failed }) => failed),
    same: 0,
    bytesPerSecond,
    transferMs,
    underWay: states.flatMap(({ underWay }) => underWay),
    wait: sharedWait(states),
    isStopping: states.some(({ isStopping }) => isStopping),
  };
}

/** What all of several jobs wait for, as after a 429 of the account that they share. */
export function sharedWait(states: readonly ProgressState[]): Wait | undefined {
  const [first, ...others] = states.map(({ wait }) => wait);
  if (first === undefined || others.length === 0) return undefined;
  if (!others.every((wait) => wait?.kind === first.kind)) return undefined;
  return first.kind === 'paused' || first.kind === 'retrying' || first.kind === 'limited' ? first : undefined;
}
