import type { SyncEvent } from '../../../model/events.ts';
import type { Wait } from './progress-state.ts';

/** Silence that is worth a word, in milliseconds: a Stage takes seconds for a change anyway. */
const SILENCE_MS = 5000;
/** A single request that fails among others that work is no news. */
const TROUBLE_MS = 2000;

/** What is under way, as far as it says what is waited for. */
interface Work {
  /** Files of which every byte is sent, and files under way in all. */
  readonly sentWhole: number;
  readonly underWay: number;
  /** Nothing more is listed. */
  readonly isListed: boolean;
  /** Everything that is to be done was done. */
  readonly isDone: boolean;
}

/** Tells from the events of a run what it waits for. */
export class Waits {
  readonly #now: () => number;
  #lastNewsMs: number;
  #pausedUntilMs = 0;
  #limit: { readonly perSecond: number; readonly budget: string | undefined } | undefined;
  #listed = 0;
  #trouble: { sinceMs: number; againMs: number; message: string } | undefined;
  #unloaded: { readonly files: number; readonly bytes: number } | undefined;

  constructor(now: () => number) {
    this.#now = now;
    this.#lastNewsMs = now();
  }

  onEvent(event: SyncEvent): void {
    const now = this.#now();
    if (event.type === 'throttled') {
      this.#pausedUntilMs = Math.max(this.#pausedUntilMs, now + event.pauseMs);
      this.#limit = { perSecond: event.requestsPerSecond, budget: this.#limit?.budget };
    } else if (event.type === 'pace') {
      const { perSecond, budget, why } = event;
      const isLimited = perSecond !== undefined && (why === 'refused' || budget !== undefined);
      this.#limit = isLimited ? { perSecond, budget } : undefined;
    } else if (event.type === 'retry') this.#failed(event, now);
    else if (event.type === 'unloaded') this.#unloaded = event.waits ? event : undefined;
    else if (event.type === 'transfer') this.heard();
    else if (event.type === 'listing') {
      this.heard({ isDone: event.listed > this.#listed });
      this.#listed = event.listed;
    } else if (event.type === 'action') this.heard({ isDone: event.outcome === 'done' });
  }

  /** Something goes on. `isDone`: a request had success, so that what failed before is over. */
  heard({ isDone = false }: { readonly isDone?: boolean } = {}): void {
    this.#lastNewsMs = this.#now();
    if (isDone) this.#trouble = undefined;
  }

  /** A 429 is told as a pause. */
  #failed({ waitMs, error }: Extract<SyncEvent, { type: 'retry' }>, now: number): void {
    if (now < this.#pausedUntilMs) return;
    const { sinceMs = now, againMs = 0 } = this.#trouble ?? {};
    this.#trouble = { sinceMs, againMs: Math.max(againMs, now + waitMs), message: error.message };
  }

  /** The one thing that matters most now. */
  now({ sentWhole, underWay, isListed, isDone }: Work): Wait | undefined {
    const now = this.#now();
    if (now < this.#pausedUntilMs) return { kind: 'paused', untilMs: this.#pausedUntilMs };
    if (this.#trouble !== undefined && now - this.#trouble.sinceMs >= TROUBLE_MS)
      return { kind: 'retrying', ...this.#trouble };
    if (this.#unloaded !== undefined) return { kind: 'unloaded', ...this.#unloaded };
    const isSilent = now - this.#lastNewsMs >= SILENCE_MS;
    if (isSilent && sentWhole > 0 && sentWhole === underWay)
      return { kind: 'reply', sinceMs: this.#lastNewsMs, files: sentWhole };
    if (isSilent && underWay === 0 && !isDone)
      return isListed
        ? { kind: 'reply', sinceMs: this.#lastNewsMs, files: 0 }
        : { kind: 'listing', sinceMs: this.#lastNewsMs };
    if (this.#limit !== undefined) return { kind: 'limited', ...this.#limit };
    return isDone ? { kind: 'confirming' } : undefined;
  }
}
