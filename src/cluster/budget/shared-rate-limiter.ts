import { SyncError } from '../../model/errors.ts';
import type { SharedPace } from '../../model/pace.ts';
import type { Clock } from '../../model/ports.ts';
import type { Spread } from '../../remote/gate/congestion/spread-of-growth.ts';
import { Pacer } from '../../remote/gate/pacer.ts';
import type { RateLimiter, RateLimiterListener, Throttling } from '../../remote/gate/rate-limiter.ts';
import type { BudgetStore, Grant, PauseNotice } from './budget-store.ts';
import type { ByteStore } from './byte-store.ts';
import { SharedBandwidth } from './shared-bandwidth.ts';
import { TurnSupply } from './turn-supply.ts';

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

/** A budget that was not reached is asked again so often, in milliseconds. */
const ASK_AGAIN_MS = 1000;
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
  readonly #turns: TurnSupply;
  /** Bursts and the limit of this process. */
  #own: Pacer;
  /** The pace while the budget is not reached. */
  #alone: Pacer | undefined;
  #askAgainAt = 0;
  #spread: Spread | undefined;
  #most: number | undefined;
  #users = 1;
  #usersAt = -Infinity;
  #isClosed = false;
  #pausedAt = 0;
  #pausedUntil = 0;
  /** Of the latest requests, those that the rate of the budget has held back. */
  #heldShare = 0;
  #listener: RateLimiterListener | undefined;

  constructor(options: SharedRateLimiterOptions) {
    this.#options = options;
    this.#clock = options.clock;
    const { store, clock, user, toldRate, bytes } = options;
    this.#turns = new TurnSupply({
      store,
      clock,
      user,
      toldRate,
      onGrant: (grant) => this.#granted(grant),
      onFailure: () => void this.#goAlone(),
    });
    this.#own = new Pacer(clock);
    this.bandwidth =
      bytes &&
      new SharedBandwidth({
        store: bytes.store,
        clock,
        user,
        bytesPerSecond: bytes.perSecond,
        contact: { lost: () => void this.#goAlone(), lookAgain: () => this.#lookForBudget() },
      });
    store.onPause((pause) => this.#pausedByOthers(pause));
  }

  listen(listener: RateLimiterListener): void {
    this.#listener = listener;
  }

  get budget(): string {
    return this.#options.budget;
  }

  get requestsPerSecond(): number | undefined {
    if (this.#alone !== undefined) return this.#alone.requestsPerSecond ?? this.#share;
    return this.#turns.rate;
  }

  get shared(): SharedPace | undefined {
    if (this.#isClosed) return undefined;
    const { budget, name } = this.#options;
    const isNew = this.#clock.elapsed() - this.#usersAt < USERS_KNOWN_MS;
    return {
      budget,
      name,
      reached: this.#alone === undefined,
      perSecond: this.#turns.rate,
      users: isNew ? this.#users : undefined,
      pausedMs: this.pausedFor,
    };
  }

  /** This process asks for nothing more: it gives back what it has, and does not count any more. Never rejects. */
  close(): Promise<void> {
    this.#isClosed = true;
    return this.#turns.leave();
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
    const turn = this.#alone === undefined ? this.#turns.wait : this.#alone.wait;
    const wait = Math.max(turn ?? 0, this.#own.wait ?? 0, this.pausedFor);
    return wait > 0 ? wait : undefined;
  }

  expect(requests: number): void {
    if (this.#alone === undefined) this.#turns.expect(requests);
    else this.#lookForBudget();
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
  }

  resume(): void {
    // the budget itself sees how long nobody asked
    this.#alone?.resume();
  }

  started(now: number): void {
    this.#alone?.started(now);
  }

  succeeded(): void {
    this.#turns.succeeded();
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
      const slowdown = await this.#turns.refused(startedAt, { retryAfterMs, answerMs });
      this.#pausesUntil(slowdown.pausedUntilHere);
      this.#listener?.onChange();
      const { pauseMs } = slowdown;
      return slowdown.isNew ? { requestsPerSecond: slowdown.rate, pauseMs } : undefined;
    } catch {
      return this.#goAlone().throttled(startedAt, retryAfterMs, answerMs);
    }
  }

  #granted({ users }: Grant): void {
    this.#users = users;
    this.#usersAt = this.#clock.elapsed();
    if (this.#alone !== undefined) {
      this.#alone = undefined;
      this.bandwidth?.comeBack();
      this.#listener?.onNotice({ budget: this.#options.budget, reached: true });
    }
    this.#listener?.onChange();
  }

  /** Requests a second of this process, where each user has the same part. */
  get #share(): number | undefined {
    const { rate } = this.#turns;
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
    this.#listener?.onChange();
    return alone;
  }

  #lookForBudget(): void {
    if (this.#clock.elapsed() >= this.#askAgainAt) this.#turns.lookForBudget();
  }

  #pausesUntil(until: number): void {
    if (until > this.#pausedUntil) this.#pausedAt = this.#clock.elapsed();
    this.#pausedUntil = until;
  }

  #pausedByOthers({ ms, until }: PauseNotice): void {
    const before = this.pausedFor;
    this.#turns.pausedUntil(until);
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
