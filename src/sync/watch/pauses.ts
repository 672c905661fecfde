import { isSyncError } from '../../model/errors.ts';
import type { SyncError } from '../../model/errors.ts';
import type { Clock, PathFilter, Source } from '../../model/ports.ts';
import { afterError, GrowingDelay } from './after-error.ts';
import type { Sleeper } from './sleeper.ts';
import type { StatusRecord } from './watch-status.ts';

const BACK_OFF_MS = { first: 1000, longest: 300_000 };
const HALT_MS = { first: 30_000, longest: 600_000 };
/** How often a source that is gone is looked for, in milliseconds; in a bucket each look is a request. */
export const PROBE_MS = { local: 5000, s3: 60_000 };

export interface PausesOptions {
  readonly source: Source;
  readonly filter: PathFilter;
  readonly clock: Clock;
  /** Aborted by a stop, which ends every pause. */
  readonly until: AbortSignal;
  readonly sleeper: Sleeper;
  readonly account: StatusRecord;
}

/** What a watch waits for after a pass that ended early, and how long. */
export class Pauses {
  readonly #options: PausesOptions;
  readonly #backOff: GrowingDelay;
  readonly #haltDelay: GrowingDelay;

  constructor(options: PausesOptions) {
    this.#options = options;
    const random = (): number => options.clock.random();
    this.#backOff = new GrowingDelay(BACK_OFF_MS.first, BACK_OFF_MS.longest, random);
    this.#haltDelay = new GrowingDelay(HALT_MS.first, HALT_MS.longest, random);
  }

  /** A pass came to its end: the next delay is a short one again. */
  reset(): void {
    this.#backOff.reset();
    this.#haltDelay.reset();
  }

  /** Resolves when another pass may work, or on a stop. */
  async after(error: SyncError): Promise<void> {
    const { account, sleeper } = this.#options;
    const what = afterError(error);
    account.enter(what === 'back_off' ? 'backing_off' : 'halted', error.message);
    if (what === 'await_source') return this.#awaitSource();
    const delay = (what === 'halt' ? this.#haltDelay : this.#backOff).next();
    await sleeper.sleep(Math.max(delay, error.retryAfterMs ?? 0));
  }

  /** Waits until the source can be listed and has something in it, or fails in a way that a pass has to tell of. */
  async #awaitSource(): Promise<void> {
    const { source, filter, until, sleeper } = this.#options;
    const everyMs = source.kind === 's3' ? PROBE_MS.s3 : PROBE_MS.local;
    while (!until.aborted) {
      await sleeper.sleep(everyMs);
      if (source.listFolder === undefined) return;
      try {
        const entries = await source.listFolder('', { filter, signal: until });
        // a link or a FIFO does not make it a source that has something
        if (entries?.some((entry) => entry.kind !== 'unknown' || entry.file === true)) return;
      } catch (error) {
        if (until.aborted || !isSyncError(error) || afterError(error) !== 'await_source') return;
      }
    }
  }
}
