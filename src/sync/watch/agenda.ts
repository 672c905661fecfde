import type { RelPath } from '../../model/path.ts';
import type { ChangeHint } from '../../model/ports.ts';
import type { Acknowledgement } from './acknowledgements.ts';

/** What the next pass is to look at. */
export interface Work {
  /** Undefined: everything. */
  readonly folders: ReadonlySet<RelPath> | undefined;
  readonly reason: string;
  readonly acknowledgements: readonly Acknowledgement[];
  /** When the oldest change of this work was heard of. */
  readonly sinceMs: number;
}

interface Item {
  readonly folders: Set<RelPath>;
  readonly acknowledgements: Acknowledgement[];
  readonly dueMs: number;
  readonly sinceMs: number;
}

/** Without settling, hints wait this long for others of the same change, in milliseconds. */
export const BATCH_MS = 500;
/** A look at everything is cheaper than a look at more folders than this. */
const MOST_FOLDERS = 20_000;

/** What a watch has to look at, and when. Times are those of `Clock.elapsed`, which nobody can set. */
export class Agenda {
  readonly #batchMs: number;
  /** Hints since the first of a batch; all of them share its due time. */
  #batch: Item | undefined;
  #later: Item[] = [];
  #whole: { readonly dueMs: number; readonly sinceMs: number; readonly reason: string } | undefined;
  #acknowledgements: Acknowledgement[] = [];

  /** `batchMs`: how long hints wait for others that belong to the same change, in milliseconds. */
  constructor(batchMs: number) {
    this.#batchMs = batchMs;
  }

  hint(hint: ChangeHint, nowMs: number): void {
    if ('everything' in hint) {
      if (hint.settled !== undefined)
        this.#acknowledgements.push({ folders: 'everything', settled: hint.settled });
      this.everything(hint.reason, nowMs + this.#batchMs, nowMs);
      return;
    }
    const batch = (this.#batch ??= {
      folders: new Set(),
      acknowledgements: [],
      dueMs: nowMs + this.#batchMs,
      sinceMs: nowMs,
    });
    for (const folder of hint.folders) batch.folders.add(folder);
    if (hint.settled !== undefined)
      batch.acknowledgements.push({ folders: new Set(hint.folders), settled: hint.settled });
    if (batch.folders.size > MOST_FOLDERS)
      this.everything('very many folders changed', batch.dueMs, batch.sinceMs);
  }

  /** Looks at folders again: files in them were still changing, or failed. */
  again(
    folders: ReadonlySet<RelPath>,
    dueMs: number,
    sinceMs: number,
    acknowledgements: readonly Acknowledgement[],
  ): void {
    this.#later.push({ folders: new Set(folders), acknowledgements: [...acknowledgements], dueMs, sinceMs });
  }

  /** Looks at everything. Of several due times the earliest counts, with its reason. */
  everything(
    reason: string,
    dueMs: number,
    sinceMs: number,
    acknowledgements: readonly Acknowledgement[] = [],
  ): void {
    this.#acknowledgements.push(...acknowledgements);
    const known = this.#whole;
    if (known === undefined || dueMs < known.dueMs)
      this.#whole = { reason, dueMs, sinceMs: Math.min(sinceMs, known?.sinceMs ?? sinceMs) };
  }

  get #items(): Item[] {
    return this.#batch === undefined ? this.#later : [...this.#later, this.#batch];
  }

  /** When the next work is due; undefined: there is none. */
  get nextDueMs(): number | undefined {
    const times = this.#items.map(({ dueMs }) => dueMs);
    if (this.#whole !== undefined) times.push(this.#whole.dueMs);
    return times.length === 0 ? undefined : Math.min(...times);
  }

  get oldestMs(): number | undefined {
    const times = this.#items.flatMap(({ folders, sinceMs }) => (folders.size > 0 ? [sinceMs] : []));
    if (this.#whole !== undefined) times.push(this.#whole.sinceMs);
    return times.length === 0 ? undefined : Math.min(...times);
  }

  /** Folders that wait. */
  get size(): number {
    return this.#items.reduce((sum, { folders }) => sum + folders.size, 0);
  }

  /** Takes what is due; undefined: nothing is. A look at everything takes all waiting folders with it. */
  take(nowMs: number): Work | undefined {
    const whole = this.#whole;
    const everything = whole !== undefined && whole.dueMs <= nowMs;
    const taken = this.#items.filter(({ dueMs }) => everything || dueMs <= nowMs);
    if (!everything && taken.length === 0) return undefined;
    this.#later = this.#later.filter((item) => !taken.includes(item));
    if (this.#batch !== undefined && taken.includes(this.#batch)) this.#batch = undefined;
    const acknowledgements = taken.flatMap((item) => item.acknowledgements);
    const sinceMs = Math.min(...taken.map((item) => item.sinceMs), whole?.sinceMs ?? Infinity);
    if (everything) {
      this.#whole = undefined;
      acknowledgements.push(...this.#acknowledgements.splice(0));
      return { folders: undefined, reason: whole.reason, acknowledgements, sinceMs };
    }
    const folders = new Set(taken.flatMap((item) => [...item.folders]));
    return {
      folders,
      reason: 'changes',
      acknowledgements,
      sinceMs: Math.min(...taken.map((item) => item.sinceMs)),
    };
  }
}
