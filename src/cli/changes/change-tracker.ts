import type { FileEvent } from '../../files/file-events.ts';
import type { ProgressState, ProgressWords } from '../output/progress/progress-state.ts';
import { Waits } from '../output/progress/waits.ts';

export const REMOVING: ProgressWords = { doing: 'removing', noun: 'file', before: 'looking' };
export const MOVING: ProgressWords = { doing: 'moving', noun: 'name', before: 'looking' };

/** Follows a command that changes files, and tells how far it is. */
export class ChangeTracker {
  readonly #now: () => number;
  readonly #words: ProgressWords;
  readonly #draining: AbortSignal;
  readonly #waits: Waits;
  #seen = 0;
  /** Milliseconds since 1970; undefined while it is found out what is to be done. */
  #begunMs: number | undefined;
  readonly #done = { files: 0, bytes: 0, failed: 0 };
  #totalBytes = 0;

  /** `draining`: aborted once it is asked to stop. `now`: milliseconds since 1970. */
  constructor(words: ProgressWords, draining: AbortSignal, now: () => number = Date.now) {
    this.#now = now;
    this.#words = words;
    this.#draining = draining;
    this.#waits = new Waits(now);
  }

  /** So many more were found. */
  seen(many: number): void {
    this.#seen += many;
    this.#waits.heard();
  }

  /** All is found, and the changes begin. */
  planned({ bytes }: { readonly bytes: number }): void {
    this.#totalBytes = bytes;
    this.#begunMs ??= this.#now();
  }

  onEvent(event: FileEvent): void {
    if (event.type === 'retry' || event.type === 'throttled') this.#waits.onEvent(event);
    if (event.type === 'problem' && event.severity === 'failure') this.#done.failed++;
    if (event.type !== 'action') return;
    this.#begunMs ??= this.#now();
    this.#waits.heard({ isDone: true });
    if (event.kind === 'move') this.#done.files++;
    if (event.kind !== 'remove') return;
    this.#done.files += event.files ?? 0;
    this.#done.bytes += event.bytes ?? 0;
  }

  state(): ProgressState {
    const nowMs = this.#now();
    const { files, bytes, failed } = this.#done;
    const hasBegun = this.#begunMs !== undefined;
    return {
      nowMs,
      words: this.#words,
      destination: 'Stage',
      compared: this.#seen,
      toCompare: undefined,
      expected: undefined,
      isCompared: hasBegun,
      files,
      totalFiles: hasBegun ? Math.max(this.#seen, files) : 0,
      bytes,
      totalBytes: Math.max(this.#totalBytes, bytes),
      areTotalsKnown: hasBegun,
      folders: 0,
      moves: 0,
      totalMoves: 0,
      removals: 0,
      totalRemovals: 0,
      failed,
      same: 0,
      // bytes that go do not travel
      bytesPerSecond: undefined,
      transferMs: this.#begunMs === undefined ? 0 : nowMs - this.#begunMs,
      underWay: [],
      wait: this.#waits.now({ sentWhole: 0, underWay: 0, isListed: hasBegun, isDone: false }),
      isStopping: this.#draining.aborted,
    };
  }
}
