import type { Clock } from '../../../model/ports.ts';
import type { BatchQueue, ShipOptions } from '../batch-queue.ts';
import type { Batch, BatchEnds } from '../wire/batch.ts';
import { BATCH_FILES, BatchFormer } from './batch-former.ts';
import type { Fence } from './fence.ts';
import type { Outstanding, Pending } from './outstanding.ts';

/** Batches in the broker, at most, unless many workers are busy: what lies there does not grow with the number of files. */
const MOST_OUTSTANDING = 16;
/** So many batches for each that is being carried out: its worker never waits for the next one. */
const FOR_EACH_ACTIVE = 3;
/** Milliseconds that a batch waits for more files. */
const FORM_MS = 20;

export interface ShippingOptions {
  readonly queue: Pick<BatchQueue, 'ship'>;
  readonly ends: BatchEnds;
  readonly pair: string;
  readonly clock: Clock;
  readonly fence: Fence;
  readonly outstanding: Outstanding;
  /** Aborted when the pass has ended. */
  readonly closing: AbortSignal;
  /** Nothing more is shipped. */
  readonly isStopped: () => boolean;
  /** What the broker could not do. */
  readonly onTrouble: (error: unknown) => void;
}

/** Has transfers leave in batches, as many as there is room for in the broker. */
export class Shipping {
  readonly #options: ShippingOptions;
  readonly #former = new BatchFormer<Pending>();
  readonly #rooms: (() => void)[] = [];
  #limit = MOST_OUTSTANDING;
  #serial = 0;
  #isForming = false;

  constructor(options: ShippingOptions) {
    this.#options = options;
  }

  /** Half of what the broker may have of this pass: whoever asks has twice as many under way. */
  get lanes(): number {
    return (this.#limit * BATCH_FILES) / 2;
  }

  /** See TransferExecutor. */
  room(): Promise<void> | undefined {
    if (this.#options.isStopped() || this.#free > 0) return undefined;
    return new Promise((resolve) => void this.#rooms.push(resolve));
  }

  add(pending: Pending): void {
    this.#former.add(pending);
    this.ship();
    if (this.#former.isForming && !this.#isForming) void this.#form();
  }

  /** So many batches of all pairs are being carried out. */
  setActive(batches: number): void {
    this.#limit = Math.max(MOST_OUTSTANDING, FOR_EACH_ACTIVE * batches);
    this.ship();
  }

  /** A batch is answered: its place is free, for a batch that is not full, too, where no more files are waited for. */
  freed(): void {
    this.ship({ endsForming: !this.#isForming });
  }

  /** Ships as many batches as there is room for. `endsForming`: no more files come for now. */
  ship({ endsForming = false } = {}): void {
    const { outstanding, isStopped } = this.#options;
    while (!isStopped() && outstanding.size < this.#limit) {
      if (endsForming && this.#former.wholeOnes === 0) this.#former.end();
      const items = this.#former.take();
      if (items === undefined) break;
      this.#shipItems(items);
    }
    // a batch of those that wait, for each place
    const released = isStopped() ? this.#rooms.length : Math.max(0, this.#free) * BATCH_FILES;
    for (const resume of this.#rooms.splice(0, released)) resume();
  }

  /** Whether it has arrived in the broker is for the sweep to find out. */
  send(batch: Batch, options?: ShipOptions): void {
    const { queue, fence, onTrouble } = this.#options;
    fence.opened();
    queue.ship(batch, options).catch(onTrouble);
  }

  /** Takes back what has not left yet. */
  clear(): readonly Pending[] {
    return this.#former.clear();
  }

  /** Batches that may be added. */
  get #free(): number {
    return this.#limit - this.#options.outstanding.size - this.#former.wholeOnes;
  }

  /** Waits a little for more files to go with those that there are. */
  async #form(): Promise<void> {
    const { clock, closing } = this.#options;
    this.#isForming = true;
    await clock.sleep(FORM_MS, closing).catch(() => undefined);
    this.#isForming = false;
    this.ship({ endsForming: true });
  }

  #shipItems(items: readonly Pending[]): void {
    const { ends, pair, clock, fence, outstanding } = this.#options;
    const { run } = fence;
    const id = `${run}-${items[0]!.transfer.id}-${this.#serial++}`;
    const batch = { ...ends, id, pair, run, items: items.map(({ transfer }) => transfer) };
    outstanding.add({ batch, items, shippedMs: clock.now() });
    this.send(batch);
  }
}
