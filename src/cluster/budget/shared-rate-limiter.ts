import { SyncError } from '../../model/errors.ts';
import type { SharedPace } from '../../model/pace.ts';
import type { Clock } from '../../model/ports.ts';
import type { Spread } from '../../remote/gate/congestion/spread-of-growth.ts';
import { Pacer } from '../../remote/gate/pacer.ts';
import type { RateLimiter, RateLimiterListener, Throttling } from '../../remote/gate/rate-limiter.ts';
import type { BudgetStore, Grant } from './budget-store.ts';
import type { ByteStore } from './byte-store.ts';
import { SharedBandwidth } from './shared-bandwidth.ts';
import { TakenTurns } from './taken-turns.ts';

export interface SharedRateLimiterOptions {
  readonly store: BudgetStore;
  readonly clock: Clock;
  /** Of this process; random. */
  readonly user: string;
  /** The address of the budget, without a password, for people. */
  readonly budget: string;
  /** What the budget is of, for people. */
  readonly name: string;
  /** Requests a second of all users, where somebody has said so. */
  readonly toldRate?: number | undefined;
  /** The bytes of all users; absent where they have no limit together. */
  readonly bytes?: { readonly store: ByteStore; readonly perSecond: number } | undefined;
}

/** Turns that one question asks for, at most. */
const MOST_TURNS = 16;
/** A budget that was not reached is asked again so often, in milliseconds. */
const ASK_AGAIN_MS = 1000;
/** How long to wait for an answer; the question itself fails before. */
const ANSWER_MS = 5000;
/** For so long what a budget said of its users holds, in milliseconds; as USER_MS in its script. */
const USERS_KNOWN_MS = 10_000;
/** The first pause after a refusal that does not say how long, until the budget says it. */
const PAUSE_MS = 500;

/**
 * The pace of all processes that share a budget. Turns are taken some at a time, ahead of those that want them, and are void when a
 * pause begins. What only concerns this process stays here: bursts while its number of requests grows, and its own limit.
 * While the budget cannot be reached, requests go at this process's share of the latest rate, and 429s lower that.
 */
export class SharedRateLimiter implements RateLimiter {
  readonly bandwidth: SharedBandwidth | undefined;
  readonly #options: SharedRateLimiterOptions;
  readonly #clock: Clock;
  readonly #turns: TakenTurns;
  /** Bursts and the limit of this process. */
  #own: Pacer;
  /** The pace while the budget is not reached. */
  #alone: Pacer | undefined;
  #askAgainAt = 0;
  #spread: Spread | undefined;
  #most: number | undefined;
  /** Requests a second of all users that the other side lets through. */
  #learntRate: number | undefined;
  #users = 1;
  #usersAt = -Infinity;
  #isClosed = false;
  #pausedAt = 0;
  #pausedUntil = 0;
  #waiting = 0;
  #isAsking = false;
  #worked = false;
  /** Of the latest requests, those that the rate of the budget has held back. */
  #heldShare = 0;
  #listener: RateLimiterListener | undefined;

  constructor(options: SharedRateLimiterOptions) {
    this.#options = options;
    this.#clock = options.clock;
    this.#turns = new TakenTurns(options.clock);
    this.#own = new Pacer(options.clock);
    const { clock, user, bytes } = options;
    this.bandwidth =
      bytes &&
      new SharedBandwidth({
        store: bytes.store,
        clock,
        user,
        bytesPerSecond: bytes.perSecond,
        contact: { lost: () => void this.#goAlone(), lookAgain: () => this.#lookForBudget() },
      });
    options.store.onPause((ms) => this.#pausedByOthers(ms));
  }

  listen(listener: RateLimiterListener): void {
    this.#listener = listener;
  }

  get budget(): string {
    return this.#options.budget;
  }

  get requestsPerSecond(): number | undefined {
    if (this.#alone !== undefined) return this.#alone.requestsPerSecond ?? this.#share;
    return lowest(this.#learntRate, this.#options.toldRate);
  }

  get shared(): SharedPace | undefined {
    if (this.#isClosed) return undefined;
    const { budget, name, toldRate } = this.#options;
    const isNew = this.#clock.elapsed() - this.#usersAt < USERS_KNOWN_MS;
    return {
      budget,
      name,
      reached: this.#alone === undefined,
      perSecond: lowest(this.#learntRate, toldRate),
      users: isNew ? this.#users : undefined,
      pausedMs: this.pausedFor,
    };
  }

  /** Its server is closed: there is nothing more to be told of it. */
  close(): void {
    this.#isClosed = true;
  }

  get spread(): Spread | undefined {
    return this.#spread;
  }

  set spread(spread: Spread | undefined) {
    this.#spread = spread;
    this.#own.spread = spread;
    if (this.#alone !== undefined) this.#alone.spread = spread;
  }

  get most(): number | undefined {
    return this.#most;
  }

  set most(perSecond: number | undefined) {
    this.#most = perSecond;
    this.#own.most = perSecond;
    if (this.#alone !== undefined) this.#alone.most = this.#share;
  }

  get isHolding(): boolean {
    return this.#alone?.isHolding ?? this.#heldShare > 0.5;
  }

  get pausedFor(): number {
    return Math.max(0, this.#pausedUntil - this.#clock.elapsed(), this.#alone?.pausedFor ?? 0);
  }

  get wait(): number | undefined {
    const turn = this.#alone === undefined ? this.#turnIn() : this.#alone.wait;
    const wait = Math.max(turn ?? 0, this.#own.wait ?? 0, this.pausedFor);
    return wait > 0 ? wait : undefined;
  }

  expect(requests: number): void {
    this.#waiting = requests;
    this.#ask();
  }

  take({ held }: { readonly held: boolean }): void {
    if (this.#alone !== undefined) {
      this.#alone.take({ held });
      this.#lookForBudget();
      return;
    }
    this.#own.take({ held });
    const turn = this.#turns.take();
    this.#heldShare += ((held && turn.isLimited ? 1 : 0) - this.#heldShare) / 16;
    if (this.#waiting > 0) this.#waiting--;
    this.#ask();
  }

  resume(): void {
    // the budget itself sees how long nobody asked
    this.#alone?.resume();
  }

  started(now: number): void {
    this.#alone?.started(now);
  }

  succeeded(): void {
    this.#worked = true;
    this.#alone?.succeeded();
  }

  throttled(
    startedAt: number,
    retryAfterMs: number | undefined,
    answerMs?: number,
  ): Throttling | undefined | Promise<Throttling | undefined> {
    if (this.#alone !== undefined) return this.#alone.throttled(startedAt, retryAfterMs, answerMs);
    const now = this.#clock.elapsed();
    this.#pausesUntil(Math.max(this.#pausedUntil, now + (retryAfterMs ?? PAUSE_MS)));
    return this.#tellOfRefusal(startedAt, retryAfterMs, answerMs);
  }

  shortenPause(longestMs: number): void {
    if (this.#alone !== undefined) return this.#alone.shortenPause(longestMs);
    this.#pausesUntil(Math.min(this.#pausedUntil, this.#pausedAt + longestMs));
    // the next refusal asks for another pause
    this.#options.store.shortenPause(longestMs).catch(() => undefined);
  }

  async #tellOfRefusal(
    startedAt: number,
    retryAfterMs: number | undefined,
    answerMs: number | undefined,
  ): Promise<Throttling | undefined> {
    try {
      const slowdown = await this.#options.store.refused({
        startedAt: this.#turns.asServerTime(startedAt),
        retryAfterMs,
        answerMs,
        knownRate: this.#learntRate,
      });
      this.#learntRate = slowdown.rate;
      this.#pausesUntil(this.#turns.asElapsed(slowdown.pausedUntil));
      this.#listener?.onChange();
      const { pauseMs } = slowdown;
      return slowdown.isNew ? { requestsPerSecond: slowdown.rate, pauseMs } : undefined;
    } catch {
      return this.#goAlone().throttled(startedAt, retryAfterMs, answerMs);
    }
  }

  /** Undefined: a turn is there. */
  #turnIn(): number | undefined {
    const wait = this.#turns.wait;
    return wait === 0 ? undefined : (wait ?? ANSWER_MS);
  }

  /** Asks for turns, where fewer are left than are soon wanted. */
  #ask(): void {
    if (this.#alone !== undefined) return this.#lookForBudget();
    const wanted = Math.min(MOST_TURNS, Math.max(this.#waiting, this.#turns.wantedSoon));
    if (this.#isAsking || wanted === 0 || this.#turns.left > wanted / 2) return;
    void this.#askFor(wanted);
  }

  async #askFor(turns: number): Promise<void> {
    const { store, user, toldRate } = this.#options;
    const sentAt = this.#clock.elapsed();
    const worked = this.#worked;
    this.#isAsking = true;
    this.#worked = false;
    try {
      const held = this.#waiting > 0;
      const grant = await store.take({ user, turns, held, worked, toldRate, knownRate: this.#learntRate });
      this.#granted(grant, sentAt);
    } catch {
      this.#goAlone();
    } finally {
      this.#isAsking = false;
    }
    this.#listener?.onChange();
  }

  #granted(grant: Grant, sentAt: number): void {
    this.#turns.add(grant, sentAt);
    this.#learntRate = grant.rate;
    this.#users = grant.users;
    this.#usersAt = this.#clock.elapsed();
    if (this.#alone === undefined) return;
    this.#alone = undefined;
    this.bandwidth?.comeBack();
    this.#listener?.onNotice({ budget: this.#options.budget, reached: true });
  }

  /** Requests a second of this process, where each user has the same part. */
  get #share(): number | undefined {
    const rate = lowest(this.#learntRate, this.#options.toldRate);
    return lowest(rate === undefined ? undefined : rate / this.#users, this.#most);
  }

  #goAlone(): Pacer {
    this.#askAgainAt = this.#clock.elapsed() + ASK_AGAIN_MS;
    if (this.#alone !== undefined) return this.#alone;
    const alone = new Pacer(this.#clock);
    alone.most = this.#share;
    alone.spread = this.#spread;
    this.#alone = alone;
    this.#turns.drop();
    this.bandwidth?.goAlone();
    const { budget } = this.#options;
    const bytesPerSecond = this.bandwidth?.share;
    this.#listener?.onNotice({
      budget,
      reached: false,
      requestsPerSecond: this.#share,
      ...(bytesPerSecond !== undefined && { bytesPerSecond }),
    });
    return alone;
  }

  #lookForBudget(): void {
    if (this.#isAsking || this.#clock.elapsed() < this.#askAgainAt) return;
    void this.#askFor(0);
  }

  #pausesUntil(until: number): void {
    if (until > this.#pausedUntil) this.#pausedAt = this.#clock.elapsed();
    this.#pausedUntil = until;
    this.#turns.drop();
  }

  #pausedByOthers(ms: number): void {
    const before = this.pausedFor;
    this.#pausesUntil(this.#clock.elapsed() + Math.max(0, ms));
    if (ms > before) this.#listener?.onPause(pausedByOthers(this.#options.budget, ms));
    this.#listener?.onChange();
  }
}

const lowest = (one: number | undefined, other: number | undefined): number | undefined =>
  one === undefined || other === undefined ? (one ?? other) : Math.min(one, other);

const pausedByOthers = (budget: string, ms: number): SyncError =>
  new SyncError('stage_throttled', `another process that shares the budget at ${budget} was asked to wait`, {
    verdict: 'retry',
    fact: 'slow_down',
    retryAfterMs: ms,
  });
