import type { BatchQueue } from '../batch-queue.ts';

/** Milliseconds between two looks at batches that workers are carrying out once more. */
const LOOK_MS = 100;

export interface FenceOptions {
  readonly queue: Pick<BatchQueue, 'claim' | 'reclaim' | 'release' | 'batches' | 'withdraw'>;
  /** Names the run; letters and digits. */
  readonly run: string;
  /** Batches whose answers are waited for: they are no repetitions. */
  readonly awaited: { readonly size: number; has(id: string): boolean };
}

/**
 * A broker may give out a batch again after its answer has come. The fence keeps such repetitions from what follows: from then on the run has
 * another name, and workers drop batches that have the old one.
 */
export class Fence {
  readonly #options: FenceOptions;
  #name: string;
  #count = 0;
  #epoch = 0;
  #isOpen = false;

  constructor(options: FenceOptions) {
    this.#options = options;
    this.#name = options.run;
  }

  /** The run, as batches that are shipped now have to name it. */
  get run(): string {
    return this.#name;
  }

  /** Something was shipped since the fence was last closed, and may be repeated. */
  get isOpen(): boolean {
    return this.#isOpen;
  }

  /** A batch is shipped. */
  opened(): void {
    this.#isOpen = true;
  }

  async claim(): Promise<void> {
    this.#epoch = await this.#options.queue.claim(this.#name);
  }

  async reclaim(): Promise<void> {
    await this.#options.queue.reclaim(this.#name, this.#epoch);
  }

  async release(): Promise<void> {
    await this.#options.queue.release(this.#name);
  }

  /**
   * Resolves once no worker repeats anything, nor will. While answers are waited for, their batches keep the name, and the fence stays open.
   * `pause` rejects when nothing is to be waited for any more.
   */
  async close(pause: (ms: number) => Promise<void>): Promise<void> {
    const { run, awaited } = this.#options;
    if (awaited.size === 0) {
      this.#name = `${run}x${++this.#count}`;
      this.#isOpen = false;
    }
    try {
      await this.reclaim();
      await this.#withdrawRepeated(pause);
    } catch (error) {
      this.#isOpen = true;
      throw error;
    }
  }

  /** Takes back what waits, and waits for what a worker has begun. */
  async #withdrawRepeated(pause: (ms: number) => Promise<void>): Promise<void> {
    const { queue, awaited } = this.#options;
    for (;;) {
      let isBusy = false;
      for (const { id } of await queue.batches())
        if (!awaited.has(id) && (await queue.withdraw(id)) === 'busy') isBusy = true;
      if (!isBusy) return;
      await pause(LOOK_MS);
    }
  }
}
