import type { FilesAhead, SyncEvent } from '../../../model/events.ts';
import { transferWords, UPLOADS } from '../../../model/transfer-words.ts';
import type { FileUnderWay, ProgressState } from './progress-state.ts';
import { TransferRate } from './transfer-rate.ts';
import { Waits } from './waits.ts';

type Listing = Extract<SyncEvent, { type: 'listing' }>;
type ActionDone = Extract<SyncEvent, { type: 'action' }>;

const NOTHING_LISTED: Listing = { type: 'listing', listed: 0, toUpload: 0, toUploadBytes: 0, done: false };

/** Follows the events of a run and tells how far it is. Memory is that of the files under way. */
export class ProgressTracker {
  readonly #now: () => number;
  readonly #isStopping: () => boolean;
  readonly #underWay = new Map<string, FileUnderWay>();
  readonly #rate = new TransferRate();
  readonly #waits: Waits;
  #words = UPLOADS;
  #listing = NOTHING_LISTED;
  #planned = { moves: 0, removals: 0 };
  readonly #done = { files: 0, bytes: 0, folders: 0, moves: 0, removals: 0, failed: 0, failedFiles: 0 };

  /** `now`: milliseconds since 1970. */
  constructor(now: () => number, isStopping: () => boolean = () => false) {
    this.#now = now;
    this.#isStopping = isStopping;
    this.#waits = new Waits(now);
  }

  onEvent(event: SyncEvent): void {
    this.#waits.onEvent(event);
    if (event.type === 'pass:started') this.#words = transferWords(event.destination);
    else if (event.type === 'listing') this.#listing = event;
    else if (event.type === 'plan')
      this.#planned = { moves: event.cost.moves, removals: event.cost.removals };
    else if (event.type === 'transfer') {
      this.#rate.begin(this.#now());
      const { path, sent, size } = event;
      this.#underWay.set(path, { path, sent, size: size === undefined ? undefined : Math.max(size, sent) });
    } else if (event.type === 'action') this.#count(event);
    else if (event.type === 'problem') this.#underWay.delete(event.path);
    else if (event.type === 'retry' && event.operation === 'upload') this.#beginAgain(event.path);
  }

  /** The next attempt sends the file from its first byte. */
  #beginAgain(path: string): void {
    const file = this.#underWay.get(path);
    if (file !== undefined) this.#underWay.set(path, { ...file, sent: 0 });
  }

  #count(event: ActionDone): void {
    const done = this.#done;
    if (event.outcome === 'failed') done.failed++;
    if (event.kind === 'upload') {
      this.#rate.begin(this.#now());
      this.#underWay.delete(event.path);
      if (event.outcome === 'done') {
        done.files++;
        done.bytes += event.bytes ?? 0;
      } else done.failedFiles++;
    } else if (event.outcome !== 'done' || event.within !== undefined) return;
    else if (event.kind === 'createFolder') done.folders++;
    else if (event.kind === 'move') done.moves++;
    else if (event.kind === 'remove') done.removals++;
  }

  /** Files that are being sent. */
  get underWay(): readonly FileUnderWay[] {
    return [...this.#underWay.values()];
  }

  state(): ProgressState {
    const nowMs = this.#now();
    const { folders, moves, removals, failed, files, failedFiles } = this.#done;
    const ended = files + failedFiles;
    const { underWay } = this;
    const bytes = underWay.reduce((sum, { sent }) => sum + sent, this.#done.bytes);
    const { listed, done: isCompared, ahead, expected } = this.#listing;
    const { totalFiles, totalBytes, areTotalsKnown } = this.#totals(ahead);
    const compared = Math.max(listed, ended);
    const isSent = isCompared && ended >= totalFiles && totalFiles > 0 && underWay.length === 0;
    const isMoved = moves >= this.#planned.moves && removals >= this.#planned.removals;
    return {
      nowMs,
      words: { doing: `${this.#words.name}ing`, noun: 'file', before: 'comparing' },
      destination: 'Stage',
      compared,
      toCompare: ahead?.whole === true && !isCompared ? listed + ahead.files : undefined,
      expected: isCompared ? undefined : expected,
      isCompared,
      files,
      totalFiles: Math.max(totalFiles, ended),
      bytes,
      totalBytes: Math.max(totalBytes, bytes),
      areTotalsKnown,
      folders,
      moves,
      totalMoves: Math.max(this.#planned.moves, moves),
      removals,
      totalRemovals: Math.max(this.#planned.removals, removals),
      failed,
      same: 0,
      bytesPerSecond: this.#rate.measure(nowMs, bytes),
      transferMs: this.#rate.sinceFirstByte(nowMs),
      underWay,
      wait: this.#waits.now({
        sentWhole: underWay.filter(({ sent, size = Infinity }) => sent >= size).length,
        underWay: underWay.length,
        isListed: isCompared || ahead?.whole === true,
        isDone: isSent && isMoved,
      }),
      isStopping: this.#isStopping(),
    };
  }

  /** On a first run all that is listed will be sent: the totals are known before everything is compared. */
  #totals(
    ahead: FilesAhead | undefined,
  ): Pick<ProgressState, 'totalFiles' | 'totalBytes' | 'areTotalsKnown'> {
    const { toUpload, toUploadBytes, done } = this.#listing;
    const isAhead = !done && ahead?.allNew === true;
    return {
      totalFiles: toUpload + (isAhead ? ahead.files : 0),
      totalBytes: toUploadBytes + (isAhead ? ahead.bytes : 0),
      areTotalsKnown: done || (isAhead && ahead.whole),
    };
  }
}
