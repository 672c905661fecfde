import { isSyncError } from '../../model/errors.ts';
import type { SyncError } from '../../model/errors.ts';
import { equalJitter, GrowingDelay } from '../../model/growing-delay.ts';
import type { Clock, PathFilter, Source } from '../../model/ports.ts';
import { afterError } from './after-error.ts';
import type { Sleeper } from './sleeper.ts';
import type { StatusRecord } from './watch-status.ts';

const BACK_OFF = { firstMs: 1000, longestMs: 300_000 };
const HALT = { firstMs: 30_000, longestMs: 600_000 };
/** How often a source that is gone is looked for, in milliseconds. */
export const PROBE_MS = { local: 5000, remote: 60_000 };

export interface PausesOptions {
  readonly source: Source;
  readonly filter: PathFilter;
  readonly clock: Clock;
  /** Aborted by a stop, which ends every pause. */
  readonly until: AbortSignal;
  readonly sleeper: Sleeper;
  readonly record: StatusRecord;
}

/** Waits after a pass that ended early. The error decides how long, and for what. */
export class Pauses {
  readonly #options: PausesOptions;
  readonly #backOff = new GrowingDelay(BACK_OFF);
  readonly #haltDelay = new GrowingDelay(HALT);

  constructor(options: PausesOptions) {
    this.#options = options;
  }

  /** Called after a pass that came to its end: the next delay is a short one again. */
  reset(): void {
    this.#backOff.reset();
    this.#haltDelay.reset();
  }

  /** Resolves when another pass may work, or on a stop. */
  async after(error: SyncError): Promise<void> {
    const { record, sleeper, clock } = this.#options;
    const what = afterError(error);
    record.enter(what === 'back_off' ? 'backing_off' : 'halted', error.message);
    if (what === 'await_source') return this.#awaitSource();
    const growing = what === 'halt' ? this.#haltDelay : this.#backOff;
    // many daemons that failed at the same moment must not all try again at the same moment
    const delayMs = equalJitter(growing.next(), clock.random());
    await sleeper.sleep(Math.max(delayMs, error.retryAfterMs ?? 0));
  }

  /**
   * Waits until the source has something in it again, until a look fails in a way that a pass has to report, or until somebody
   * asks for a pass.
   */
  async #awaitSource(): Promise<void> {
    const { source, filter, until, sleeper } = this.#options;
    const everyMs = source.traits.isRemote ? PROBE_MS.remote : PROBE_MS.local;
    while (!until.aborted) {
      const isHurried = await sleeper.sleep(everyMs);
      if (isHurried || source.listFolder === undefined) return;
      try {
        const entries = await source.listFolder('', { filter, signal: until });
        // a source with only links or FIFOs counts as empty
        if (entries?.some((entry) => entry.kind !== 'unknown' || entry.file === true)) return;
      } catch (error) {
        if (until.aborted || !isSyncError(error) || afterError(error) !== 'await_source') return;
      }
    }
  }
}
