import type { Transfer, Transferred } from '../../../model/cluster/transfer-executor.ts';
import type { BatchState } from '../batch-queue.ts';
import type { Batch } from '../wire/batch.ts';

/** A transfer and whoever waits for its end. */
export interface Pending {
  readonly transfer: Transfer;
  readonly resolve: (sent: Transferred) => void;
  readonly reject: (error: unknown) => void;
  /** How often it was shipped, a worker having not seen the file before. Default: 1. */
  readonly tries?: number;
}

export interface OutstandingBatch {
  readonly batch: Batch;
  readonly items: readonly Pending[];
  /** When it was shipped first, in milliseconds since 1970. */
  readonly shippedMs: number;
  /** The broker did not know it for a while: it was shipped again, and may have been carried out before. */
  readonly wasForgotten?: boolean;
}

/** What is outstanding, in numbers. `oldestMs`: when the oldest batch was shipped. */
export type OutstandingCounts = Readonly<Record<BatchState, number>> & {
  readonly files: number;
  readonly bytes: number;
  readonly oldestMs?: number | undefined;
};

interface Held extends OutstandingBatch {
  wasForgotten: boolean;
  misses: number;
  /** As of the latest look. */
  state: BatchState;
}

/** Looks in a row that have to miss a batch before it is shipped again: between two lists of the broker it may be in neither. */
const MISSES = 3;

/** The batches whose answers are waited for, and how often in a row the broker did not know them. */
export class Outstanding {
  readonly #batches = new Map<string, Held>();

  get size(): number {
    return this.#batches.size;
  }

  get ids(): readonly string[] {
    return [...this.#batches.keys()];
  }

  add(one: OutstandingBatch): void {
    this.#batches.set(one.batch.id, { ...one, wasForgotten: false, misses: 0, state: 'waiting' });
  }

  has(id: string): boolean {
    return this.#batches.has(id);
  }

  /** Its answer has come; undefined: it came before, or is of no batch of this pass. */
  take(id: string): OutstandingBatch | undefined {
    const found = this.#batches.get(id);
    this.#batches.delete(id);
    return found;
  }

  takeAll(): readonly OutstandingBatch[] {
    const all = [...this.#batches.values()];
    this.#batches.clear();
    return all;
  }

  /** What the broker knew of `asked` just now. Returns the batches that it has forgotten. */
  seen(asked: readonly string[], known: ReadonlyMap<string, BatchState>): readonly Batch[] {
    const forgotten: Batch[] = [];
    for (const id of asked) {
      const found = this.#batches.get(id);
      if (found === undefined) continue;
      const state = known.get(id);
      found.misses = state !== undefined ? 0 : found.misses + 1;
      found.state = state ?? 'waiting';
      if (found.misses < MISSES) continue;
      found.misses = 0;
      found.wasForgotten = true;
      forgotten.push(found.batch);
    }
    return forgotten;
  }

  get counts(): OutstandingCounts {
    const counts = { waiting: 0, active: 0, answered: 0, files: 0, bytes: 0 };
    let oldestMs: number | undefined;
    for (const { state, items, shippedMs } of this.#batches.values()) {
      counts[state]++;
      counts.files += items.length;
      for (const { transfer } of items) counts.bytes += transfer.entry.size;
      oldestMs = Math.min(oldestMs ?? shippedMs, shippedMs);
    }
    return { ...counts, oldestMs };
  }
}
