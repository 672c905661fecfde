import type { FilterRules } from '../../../filter/filter-rules.ts';
import type { SyncErrorOptions, ErrorCode } from '../../../model/errors.ts';
import type { EntryBatch } from './entry-batch.ts';

/** What the walking thread is told at its start. */
export interface ThreadTask {
  readonly root: string;
  readonly followSymlinks: boolean;
  readonly filter: FilterRules;
  /** See Flow. */
  readonly flow: SharedArrayBuffer;
}

/** What the walking thread tells. After `ready` it waits for a WalkState, and walks on from there. */
export type ThreadNews =
  | { readonly ready: true }
  | EntryBatch
  /** Everything was listed. */
  | { readonly done: true }
  | { readonly failed: PlainError };

export interface PlainError {
  readonly message: string;
  /** What makes a SyncError of it; absent for any other error. */
  readonly sync?: { readonly code: ErrorCode; readonly options: Omit<SyncErrorOptions, 'cause'> };
}

/** Batches that may be on their way. */
const AHEAD = 8;
const TAKEN = 0;
const STOPPED = 1;

/** Keeps the walking thread from running ahead of its reader: the thread sleeps when enough batches wait to be taken. */
export class Flow {
  readonly shared: SharedArrayBuffer;
  readonly #cells: Int32Array;
  #sent = 0;

  constructor(shared = new SharedArrayBuffer(8)) {
    this.shared = shared;
    this.#cells = new Int32Array(shared);
  }

  /** The reader took a batch. */
  taken(): void {
    Atomics.add(this.#cells, TAKEN, 1);
    Atomics.notify(this.#cells, TAKEN);
  }

  /** The reader wants no more. */
  stop(): void {
    Atomics.store(this.#cells, STOPPED, 1);
    this.taken();
  }

  /** For the sender, before each batch: waits for its turn. False when no more is wanted. */
  mayBeSent(): boolean {
    for (;;) {
      const taken = Atomics.load(this.#cells, TAKEN);
      if (Atomics.load(this.#cells, STOPPED) === 1) return false;
      if (this.#sent - taken < AHEAD) break;
      Atomics.wait(this.#cells, TAKEN, taken);
    }
    this.#sent += 1;
    return true;
  }
}
