import type { Clock } from '../../../model/ports.ts';

/** Milliseconds that an answer waits for others to share a commit of the ledger with, at most. */
const TOGETHER_MS = 50;
/** So many answers share one, at most: fewer than a coordinator takes before it acknowledges the first of them. */
const MOST_TOGETHER = 16;

/** An answer that was taken, and waits until the ledger has what follows from it. */
interface Waiting {
  /** Its transfers that are not settled yet. */
  left: number;
  readonly written: (error?: unknown) => void;
}

/** Answers that were taken and wait until the ledger has what follows from them. Several share a commit. */
export class Acknowledgements {
  readonly #clock: Pick<Clock, 'sleep'>;
  readonly #closing: AbortSignal;
  readonly #waiting = new Map<number, Waiting>();
  /** All transfers of these are settled; their outcomes may not be written yet. */
  #settled: Waiting[] = [];
  #flush: () => void = () => undefined;
  #isGathering = false;

  /** `closing`: aborted when the pass has ended. */
  constructor(clock: Pick<Clock, 'sleep'>, closing: AbortSignal) {
    this.#clock = clock;
    this.#closing = closing;
  }

  /** Resolves once all these transfers are settled and written. Rejects when they could not be written. */
  async written(ids: readonly number[]): Promise<void> {
    if (ids.length === 0) return;
    await new Promise<void>((resolve, reject) => {
      const one = {
        left: ids.length,
        written: (error?: unknown) =>
          error === undefined
            ? resolve()
            : reject(error instanceof Error ? error : new Error('the ledger cannot be written')),
      };
      for (const id of ids) this.#waiting.set(id, one);
    });
  }

  /** See TransferExecutor. The last one of an answer has what there is written, soon. */
  settled(id: number, flush: () => void): void {
    const one = this.#waiting.get(id);
    this.#waiting.delete(id);
    if (one === undefined || --one.left > 0) return;
    this.#flush = flush;
    this.#settled.push(one);
    if (this.#settled.length >= MOST_TOGETHER || this.#closing.aborted) this.#write();
    else if (!this.#isGathering) void this.#gather();
  }

  /** Nobody settles anything any more: what was not written is looked at by the next run. */
  close(): void {
    this.#write();
    for (const { written } of this.#waiting.values()) written();
    this.#waiting.clear();
  }

  async #gather(): Promise<void> {
    this.#isGathering = true;
    await this.#clock.sleep(TOGETHER_MS, this.#closing).catch(() => undefined);
    this.#isGathering = false;
    this.#write();
  }

  #write(): void {
    const settled = this.#settled;
    if (settled.length === 0) return;
    this.#settled = [];
    let failure: unknown;
    try {
      this.#flush();
    } catch (error) {
      failure = error;
    }
    for (const { written } of settled) written(failure);
  }
}
