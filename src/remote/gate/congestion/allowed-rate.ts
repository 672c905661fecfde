import { RecentStarts } from './recent-starts.ts';

/** What time, and idleness, do to a rate: per second. */
const IDLE_RISE_PER_SECOND = 0.03;
const SLOWEST_PER_SECOND = 0.5;
/** A rate that has risen so far limits nothing any more. */
const UNLIMITED_PER_SECOND = 10_000;
/** After a refusal the rate begins so much below what was let through. */
const DIP = 0.05;
/**
 * The rate takes so many seconds to come back to what was let through, and as many requests as at a rate of `leastRate`:
 * few after the first refusal, whose rate is a guess; twice as many after each that only confirms the rate before.
 */
const CLIMB = { fewestSeconds: 2, mostSeconds: 12, leastRate: 5 };
/** Where a pause may have filled the allowance in part, what passed since says too much: the rate falls to this share. */
const UNSURE_SHARE = 0.9;
/** A rate that differs from the one before by no more than this confirms it. */
const CONFIRMED_SHARE = 0.75;
/** One refusal lowers the rate to no less than this share of it: so little time may tell too little. */
const LOWEST_CUT = 0.5;
/** A refusal before this share of the climb comes too early: so slow a rate was let through before. */
const EARLY_SHARE = 0.5;
/** After so many early ones in a row it may not be the rate that is refused; then after twice as many each time. */
const MOST_EARLY = 3;
/** Of a higher rate from before, so much counts still when a climbed one is refused. */
const FORGET_SHARE = 0.5;
/** Where nothing passed for so long, in milliseconds, everything is refused for a while: that says nothing of the rate. */
const ALL_REFUSED_MS = 400;
/** The span over which the first refusal looks back, in milliseconds. */
const LOOK_BACK_MS = { least: 1000, most: 5000 };
/** While it catches up after a pause the rate is so many times as high. */
const CATCH_UP = 1.5;

/** What a refusal is measured over. */
interface Cut {
  readonly at: number;
  readonly since: number;
  readonly until: number;
  /** Started within the span, and not refused so far. */
  passed: number;
  readonly highest: number;
  readonly lowest: number;
}

/**
 * The requests a second that the other side lets through, as its refusals have taught. Undefined until the first one.
 *
 * A refusal cuts the rate to a little less than what was started and not refused since the refusal before (the first
 * time: within the last answer time). From there it climbs as TCP CUBIC does: fast at first, slowly around the rate that
 * was let through, then faster and faster beyond it, until the next refusal. It climbs with what is let through and not
 * with time, so that a rate nobody uses does not rise.
 *
 * A limit that is an allowance (a token bucket, a quota for each minute) goes on filling while all of us pause. So after
 * a pause requests start faster for as long as they need to catch up, unless that was refused before.
 *
 * A refusal need not be one of the rate: a server in trouble refuses everything for a while, or one request in fifty however
 * slowly they come. Where nothing passes, the rate stays, and the pauses grow. Where refusals come again and again before
 * the rate has climbed back, it returns to where it was before them.
 */
export class AllowedRate {
  readonly #starts = new RecentStarts();
  /** The rate to which it climbs back; undefined until the first refusal. */
  #plateau: number | undefined;
  #climbSeconds = CLIMB.mostSeconds;
  /** Requests that the rate held back, and that then started, since the cut. */
  #climbed = 0;
  #cut: Cut | undefined;
  /** The rate that was refused latest when it had climbed: the last one of which a refusal said something. */
  #climbedTo: number | undefined;
  /** Refusals since then that came too early. */
  #early = 0;
  #mostEarly = MOST_EARLY;
  /** Requests that the pause has put off. */
  #owed = 0;
  #owedAtFirst = 0;
  /** So many requests the allowance has been seen to store during a pause; more until a refusal tells. */
  #storable = Infinity;
  /** Started, and not refused, since the latest cut; milliseconds of pauses among them. */
  #passed = 0;
  #pausedMs = 0;
  #since: number;

  constructor(now: number) {
    this.#since = now;
  }

  /** Requests a second; undefined while nothing limits them. */
  get perSecond(): number | undefined {
    const plateau = this.#plateau;
    if (plateau === undefined) return undefined;
    const rate = plateau * (1 + DIP * (this.#climbed / this.#climb - 1) ** 3);
    return Math.max(SLOWEST_PER_SECOND, rate);
  }

  /** The time from one start to the next, in milliseconds. `held`: the rate has held this request back. */
  takeInterval({ held }: { readonly held: boolean }): number {
    const interval = 1000 / this.perSecond!;
    if (held) this.#climbed++;
    if (this.#owed <= 0) return interval;
    this.#owed -= 1 - 1 / CATCH_UP;
    return interval / CATCH_UP;
  }

  started(now: number): void {
    this.#starts.add(now);
    this.#passed++;
  }

  /**
   * A request that started at `startedAt` was refused, and all pause for `pauseMs`. `answerMs`: what an answer takes. True:
   * the rate is lower now; false: the refusal belongs to a cut already made, which it corrects.
   */
  refused({ startedAt, now, pauseMs, answerMs }: Refusal): boolean {
    const last = this.#cut;
    if (last !== undefined && startedAt <= last.at) {
      if (startedAt >= last.since) {
        last.passed = Math.max(0, last.passed - 1);
        this.#setPlateau(last);
      }
      return false;
    }
    this.#passed = Math.max(0, this.#passed - 1);
    if (this.#owed > 0) this.#storable = this.#owedAtFirst - this.#owed;
    const before = this.#plateau;
    const keeps = this.#rateToKeep(now);
    const cut = this.#measure(now, answerMs);
    this.#cut = keeps === undefined ? cut : { ...cut, highest: keeps, lowest: keeps };
    this.#setPlateau(this.#cut);
    this.#climbSeconds = keeps === undefined ? this.#climbAfter(before) : CLIMB.fewestSeconds;
    this.#climbed = 0;
    this.#passed = 0;
    this.#since = now;
    this.#pausedMs = pauseMs;
    // the first rate is a guess, and mostly too high
    this.#owedAtFirst = last === undefined ? 0 : Math.min(this.#storable, (this.perSecond! * pauseMs) / 1000);
    this.#owed = this.#owedAtFirst;
    return true;
  }

  /**
   * Requests come again after `idleMs` without any, which says nothing of what is let through. The rate has risen
   * meanwhile: a refusal of the night must not slow down a watch in the morning.
   */
  resume(now: number, idleMs: number): void {
    this.#since = now;
    this.#passed = 0;
    this.#pausedMs = 0;
    this.#owed = 0;
    this.#storable = Infinity;
    this.#cut = undefined;
    this.#climbedTo = undefined;
    this.#early = 0;
    this.#mostEarly = MOST_EARLY;
    this.#starts.clear();
    const rate = this.perSecond;
    if (rate === undefined) return;
    const risen = rate * Math.exp((IDLE_RISE_PER_SECOND * idleMs) / 1000);
    this.#plateau = risen < UNLIMITED_PER_SECOND ? risen : undefined;
    this.#climbed = 0;
  }

  /** The rate to stay at, or to go back to, where the refusal says nothing of it. */
  #rateToKeep(now: number): number | undefined {
    if (this.#plateau === undefined) return undefined;
    if (this.#passed === 0 && now - this.#since >= ALL_REFUSED_MS) return this.#plateau;
    if (this.#climbed >= this.#climb * EARLY_SHARE) {
      this.#climbedTo = Math.max(this.perSecond!, (this.#climbedTo ?? 0) * FORGET_SHARE);
      this.#early = 0;
      this.#mostEarly = MOST_EARLY;
      return undefined;
    }
    if (this.#climbedTo === undefined || ++this.#early < this.#mostEarly) return undefined;
    this.#early = 0;
    this.#mostEarly *= 2;
    return this.#climbedTo;
  }

  /** Requests in which the rate comes back to what was let through. */
  get #climb(): number {
    return Math.max(CLIMB.leastRate, this.#plateau!) * this.#climbSeconds;
  }

  #measure(now: number, answerMs: number | undefined): Cut {
    const before = this.perSecond;
    if (before === undefined) {
      const span = Math.min(LOOK_BACK_MS.most, Math.max(LOOK_BACK_MS.least, answerMs ?? 0));
      const { count, since } = this.#starts.countSince(now - span);
      // the refused one is among them
      return { at: now, since, until: now, passed: count - 1, highest: Infinity, lowest: SLOWEST_PER_SECOND };
    }
    // the allowance is used up now as it was at the refusal before: what was let through between is the rate itself
    const storedMs = (this.#storable * 1000) / before;
    const paused = Math.max(0, Math.min(this.#pausedMs, now - this.#since) - storedMs);
    return {
      at: now,
      since: this.#since + paused,
      until: now,
      passed: this.#passed,
      highest: this.#storable === Infinity ? before : before * UNSURE_SHARE,
      lowest: before * LOWEST_CUT,
    };
  }

  #climbAfter(before: number | undefined): number {
    if (before === undefined) return CLIMB.fewestSeconds;
    const change = this.#plateau! / before;
    const isConfirmed = change > CONFIRMED_SHARE && change < 1 / CONFIRMED_SHARE;
    return isConfirmed ? Math.min(CLIMB.mostSeconds, this.#climbSeconds * 2) : this.#climbSeconds;
  }

  #setPlateau({ since, until, passed, highest, lowest }: Cut): void {
    const seconds = Math.max(0.001, (until - since) / 1000);
    this.#plateau = Math.max(SLOWEST_PER_SECOND, lowest, Math.min(highest, passed / seconds));
  }
}

export interface Refusal {
  readonly startedAt: number;
  readonly now: number;
  readonly pauseMs: number;
  readonly answerMs: number | undefined;
}
