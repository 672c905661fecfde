import type { CopyResult } from '../../../files/copy/copy-step.ts';
import type { FileRead } from '../../../files/copy/observed-content.ts';
import type { SyncEvent } from '../../../model/events.ts';
import type { ListedFiles } from '../../../sync/compare/listing-ahead.ts';
import type { FileUnderWay, ProgressState, ProgressWords } from '../../output/progress/progress-state.ts';
import { TransferRate } from '../../output/progress/transfer-rate.ts';
import { Waits } from '../../output/progress/waits.ts';

const COPYING: ProgressWords = { doing: 'copying', noun: 'file', before: 'looking' };

/** Follows a copy and tells how far it is. Memory is that of the files under way. */
export class CopyTracker {
  readonly #now: () => number;
  readonly #draining: AbortSignal;
  readonly #underWay = new Map<string, FileUnderWay>();
  readonly #rate = new TransferRate();
  readonly #waits: Waits;
  #found: ListedFiles = { files: 0, bytes: 0, whole: false };
  /** Files that are not sent because they, or others, are there. */
  readonly #passedOver = { files: 0, bytes: 0 };
  readonly #done = { files: 0, bytes: 0, failed: 0 };

  /** `draining`: aborted once it is asked to stop. `now`: milliseconds since 1970. */
  constructor(draining: AbortSignal, now: () => number = Date.now) {
    this.#now = now;
    this.#draining = draining;
    this.#waits = new Waits(now);
  }

  found(found: ListedFiles): void {
    this.#found = found;
    this.#waits.heard();
  }

  read({ from, size, read }: FileRead): void {
    this.#rate.begin(this.#now());
    this.#underWay.set(from, { path: from, sent: read, size: Math.max(size, read) });
    this.#waits.heard();
  }

  ended(result: CopyResult): void {
    this.#underWay.delete(result.from);
    this.#waits.heard({ isDone: result.kind !== 'failed' });
    if (result.kind === 'failed') {
      if (result.problem.severity === 'failure') this.#done.failed++;
    } else if (result.kind === 'same' || result.kind === 'kept') {
      this.#passedOver.files++;
      this.#passedOver.bytes += result.size;
    } else {
      this.#rate.begin(this.#now());
      this.#done.files++;
      this.#done.bytes += result.size;
    }
  }

  onEvent(event: SyncEvent): void {
    this.#waits.onEvent(event);
  }

  /** Files that are being copied. */
  get underWay(): readonly FileUnderWay[] {
    return [...this.#underWay.values()];
  }

  state(): ProgressState {
    const nowMs = this.#now();
    const { underWay } = this;
    const { files, failed } = this.#done;
    const bytes = underWay.reduce((sum, { sent }) => sum + sent, this.#done.bytes);
    const { whole } = this.#found;
    return {
      nowMs,
      words: COPYING,
      destination: 'Stage',
      compared: this.#found.files,
      toCompare: undefined,
      expected: undefined,
      isCompared: whole,
      files,
      totalFiles: Math.max(this.#found.files - this.#passedOver.files, files),
      bytes,
      totalBytes: Math.max(this.#found.bytes - this.#passedOver.bytes, bytes),
      areTotalsKnown: whole,
      folders: 0,
      moves: 0,
      totalMoves: 0,
      removals: 0,
      totalRemovals: 0,
      failed,
      same: this.#passedOver.files,
      bytesPerSecond: this.#rate.measure(nowMs, bytes),
      transferMs: this.#rate.sinceFirstByte(nowMs),
      underWay,
      wait: this.#waits.now({
        sentWhole: underWay.filter(({ sent, size = Infinity }) => sent >= size).length,
        underWay: underWay.length,
        isListed: whole,
        isDone: false,
      }),
      isStopping: this.#draining.aborted,
    };
  }
}
