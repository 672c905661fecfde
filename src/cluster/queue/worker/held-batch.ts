import type { Clock } from '../../../model/ports.ts';
import { LockDeadline } from './lock-deadline.ts';

export interface HeldBatchOptions {
  readonly clock: Clock;
  /** The time for which a renewal holds, in milliseconds. */
  readonly lockMs: number;
  /** Asks the broker for another `lockMs`. Rejects where the batch is somebody else's, or nobody answers. */
  readonly renew: () => Promise<void>;
}

/** How often a lock is renewed within its time. */
const RENEWALS = 4;
/** Milliseconds between two looks at the deadline, at most. */
const LOOK_MS = 250;

/** A batch that this worker has to itself for as long as `lost` is not aborted. */
export class HeldBatch implements Disposable {
  readonly #lost = new AbortController();
  readonly #whenLost = Promise.withResolvers<never>();
  readonly #ended = new AbortController();
  readonly #deadline: LockDeadline;
  readonly #options: HeldBatchOptions;

  constructor(options: HeldBatchOptions) {
    const { clock, lockMs } = options;
    this.#options = options;
    this.#deadline = new LockDeadline(clock, lockMs);
    this.#whenLost.promise.catch(() => undefined);
    void this.#renewOn(lockMs / RENEWALS);
    void this.#look(Math.min(LOOK_MS, lockMs / RENEWALS));
  }

  /** Aborted before somebody else can have the batch, as far as clocks tell: every request of it ends. */
  get lost(): AbortSignal {
    return this.#lost.signal;
  }

  /** Asks for the lock once more, and rejects where it is lost: to be called first, since whoever took the batch may have slept since. */
  async confirm(): Promise<void> {
    const asked = this.#deadline.moment();
    await Promise.race([this.#options.renew(), this.#whenLost.promise]);
    this.#deadline.confirmed(asked);
  }

  /** Throws where nothing may be sent any more. To be called right before each request: a process may have slept until now. */
  check(): void {
    if (this.#deadline.leftMs === 0) this.#lose();
    this.#lost.signal.throwIfAborted();
  }

  [Symbol.dispose](): void {
    this.#ended.abort(new Error('ended'));
  }

  #lose(): void {
    const error = new Error('the lock of the batch was not renewed in time');
    this.#whenLost.reject(error);
    this.#lost.abort(error);
  }

  get #isOver(): boolean {
    return this.#ended.signal.aborted || this.#lost.signal.aborted;
  }

  async #renewOn(everyMs: number): Promise<void> {
    const { clock } = this.#options;
    for (;;) {
      await clock.sleep(everyMs, this.#ended.signal).catch(() => undefined);
      if (this.#isOver) return;
      // the deadline decides: the next one may be confirmed
      await this.confirm().catch(() => undefined);
    }
  }

  async #look(everyMs: number): Promise<void> {
    const { clock } = this.#options;
    while (!this.#isOver) {
      if (this.#deadline.leftMs === 0) this.#lose();
      else await clock.sleep(everyMs, this.#ended.signal).catch(() => undefined);
    }
  }
}
