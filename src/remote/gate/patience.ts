import { capitalised } from '../../model/destination-words.ts';
import { SyncError } from '../../model/errors.ts';
import type { Clock } from '../../model/ports.ts';

export interface PatienceOptions {
  /** What sentences call the other side. */
  readonly name: string;
  /** The longest that is waited in one go, in milliseconds. */
  readonly maxWaitMs: number;
  /** The flag that sets it, for messages. */
  readonly maxWaitFlag?: string | undefined;
}

/**
 * Counts how long the other side has asked one job to wait since something last worked: all waits in a row. Time that
 * several requests were told to wait through counts once. One success begins the count anew.
 */
export class Patience {
  readonly #clock: Clock;
  readonly #options: PatienceOptions;
  #askedMs = 0;
  #until = 0;

  constructor(clock: Clock, options: PatienceOptions) {
    this.#clock = clock;
    this.#options = options;
  }

  /** `refusal` asks for a wait of `ms` from now on. Returns the error that ends the job when all waits are too long. */
  ask(refusal: SyncError, ms: number): SyncError | undefined {
    const now = this.#clock.elapsed();
    const until = Math.max(this.#until, now + ms);
    const before = this.#askedMs;
    this.#askedMs += until - Math.max(now, this.#until);
    this.#until = until;
    return this.#askedMs > this.#options.maxWaitMs ? this.#tooLong(refusal, before) : undefined;
  }

  succeeded(): void {
    this.#askedMs = 0;
    this.#until = 0;
  }

  #tooLong(refusal: SyncError, before: number): SyncError {
    const { name, maxWaitMs, maxWaitFlag } = this.#options;
    const { status, server } = refusal.details;
    const who = server === undefined ? name : `${name} (${server})`;
    const why = status === undefined ? '' : ` with status ${status}`;
    const asked = inUnits(this.#askedMs);
    const what = before === 0 ? `for a wait of ${asked}` : `again and again for waits, ${asked} in all,`;
    const most = inUnits(maxWaitMs);
    const longest = maxWaitFlag === undefined ? most : `${maxWaitFlag} ${most}`;
    const raise = maxWaitFlag === undefined ? '' : `, or with a longer ${maxWaitFlag}`;
    return new SyncError(
      refusal.code,
      `${capitalised(who)} asked ${what}${why}, which is longer than is waited in one go (${longest}). Run it again later${raise}.`,
      {
        verdict: 'end_run',
        fact: refusal.fact,
        operation: refusal.operation,
        path: refusal.path,
        // a watch goes on in any case: it asks again after this time
        retryAfterMs: maxWaitMs,
        details: refusal.details,
        inDoubt: refusal.inDoubt,
        cause: refusal,
      },
    );
  }
}

const UNITS = { d: 86_400_000, h: 3_600_000, m: 60_000, s: 1000 };

/** As the flag takes it: '2h', '1.5m'. */
function inUnits(ms: number): string {
  for (const [unit, each] of Object.entries(UNITS))
    if (ms >= each) return `${Math.round((ms / each) * 10) / 10}${unit}`;
  return `${Math.round(ms)}ms`;
}
