import type { CheckSummary } from '../../../check/finding.ts';
import type { ProgressState, ProgressWords } from '../../output/progress/progress-state.ts';
import { TransferRate } from '../../output/progress/transfer-rate.ts';
import { Waits } from '../../output/progress/waits.ts';
import { counted } from '../../output/quantities.ts';

const READING: ProgressWords = { doing: 'reading', noun: 'file', before: 'comparing' };

/** Follows a check and tells how far it is. How much there is to compare is known at its end alone. */
export class CheckTracker {
  readonly #now: () => number;
  readonly #rate = new TransferRate();
  readonly #waits: Waits;
  #compared = 0;
  #filesRead = 0;
  #bytes = 0;

  /** `now`: milliseconds since 1970. */
  constructor(now: () => number = Date.now) {
    this.#now = now;
    this.#waits = new Waits(now);
  }

  counted({ equal, differ, missing, extra, unclear, notCompared, read }: CheckSummary): void {
    this.#compared = equal + differ + missing + extra + unclear + notCompared;
    this.#filesRead = read;
    this.#waits.heard();
  }

  /** So many more bytes were read in both places. */
  read(bytes: number): void {
    this.#rate.begin(this.#now());
    this.#bytes += bytes;
    this.#waits.heard();
  }

  /** '1,200 entries compared, and nothing was changed'. */
  get text(): string {
    return `${counted(this.#compared, 'entry', 'entries')} compared, and nothing was changed`;
  }

  state(): ProgressState {
    const nowMs = this.#now();
    return {
      nowMs,
      words: READING,
      destination: 'Stage',
      compared: this.#compared,
      toCompare: undefined,
      expected: undefined,
      isCompared: false,
      files: this.#filesRead,
      totalFiles: this.#bytes > 0 ? Math.max(1, this.#filesRead) : 0,
      bytes: this.#bytes,
      totalBytes: this.#bytes,
      areTotalsKnown: false,
      folders: 0,
      moves: 0,
      totalMoves: 0,
      removals: 0,
      totalRemovals: 0,
      failed: 0,
      same: 0,
      bytesPerSecond: this.#rate.measure(nowMs, this.#bytes),
      transferMs: this.#rate.sinceFirstByte(nowMs),
      underWay: [],
      wait: this.#waits.now({ sentWhole: 0, underWay: 0, isListed: false, isDone: false }),
      // it ends at once
      isStopping: false,
    };
  }
}
