import { SyncError } from '../../model/errors.ts';
import type { Clock } from '../../model/ports.ts';

/**
 * How long the other side has asked one job to wait since something last worked: all waits in a row, each moment once,
 * however many requests were told to wait through that moment. One success begins the count anew.
 */
export class Patience {
  readonly #clock: Clock;
  readonly #maxWaitMs: number;
  readonly #flag: string | undefined;
  #askedMs = 0;
  #until = 0;

  /** `flag` is the name of the flag that sets `maxWaitMs`, for messages. */
  constructor(clock: Clock, maxWaitMs: number, flag: string | undefined) {
    this.#clock = clock;
    this.#maxWaitMs = maxWaitMs;
    this.#flag = flag;
  }

  /** `refusal` asks for a wait of `ms` from now on. Returns the error that ends the job when all waits are too long. */
  ask(refusal: SyncError, ms: number): SyncError | undefined {
    const now = this.#clock.elapsed();
    const until = Math.max(this.#until, now + ms);
    const before = this.#askedMs;
    this.#askedMs += until - Math.max(now, this.#until);
    this.#until = until;
    return this.#askedMs > this.#maxWaitMs ? this.#tooLong(refusal, before) : undefined;
  }

  succeeded(): void {
    this.#askedMs = 0;
    this.#until = 0;
  }

  #tooLong(refusal: SyncError, before: number): SyncError {
    const { status, server } = refusal.details;
    const who = server === undefined ? 'Stage' : `Stage (${server})`;
    const why = status === undefined ? '' : ` with status ${status}`;
    const asked = inUnits(this.#askedMs);
    const what = before === 0 ? `for a wait of ${asked}` : `again and again for waits, ${asked} in all,`;
    const most = inUnits(this.#maxWaitMs);
    const longest = this.#flag === undefined ? most : `${this.#flag} ${most}`;
    const raise = this.#flag === undefined ? '' : `, or with a longer ${this.#flag}`;
    return new SyncError(
      refusal.code,
      `${who} asked ${what}${why}, which is longer than is waited in one go (${longest}). Run it again later${raise}.`,
      {
        verdict: 'end_run',
        fact: refusal.fact,
        operation: refusal.operation,
        path: refusal.path,
        // whoever goes on all the same, as a watch does, asks again after this
        retryAfterMs: this.#maxWaitMs,
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
