import type { Clock } from '../../model/ports.ts';
import type { BudgetStore, Grant, Slowdown } from './budget-store.ts';
import { TakenTurns, type Turn } from './taken-turns.ts';

export interface TurnSupplyOptions {
  readonly store: BudgetStore;
  readonly clock: Clock;
  readonly user: string;
  readonly toldRate?: number | undefined;
  /** An answer has come; turns may be there. */
  readonly onGrant: (grant: Grant) => void;
  /** A question has failed. */
  readonly onFailure: () => void;
}

/** Turns that one question asks for, at most. */
const MOST_TURNS = 16;
/** A question never takes longer: it fails before, in milliseconds. */
const ANSWER_MS = 5000;
/** What was wanted lately is wanted again: see TakenTurns. */
const LATELY_MS = 100;
/** Turns that nobody wants for so long go back, in milliseconds. */
const UNWANTED_MS = 15;
/** The share of the latest question in what questions usually take. */
const LATEST_SHARE = 0.25;

/** Asks a budget for turns, ahead of the requests that want them, and gives back what nobody wants. */
export class TurnSupply {
  readonly #options: TurnSupplyOptions;
  readonly #turns: TakenTurns;
  #waiting = 0;
  /** What the budget gives at once, as far as its latest answer has shown. */
  #most = MOST_TURNS;
  /** Turns that open questions ask for. */
  #asked = 0;
  #questionMs = 0;
  #worked = false;
  #learntRate: number | undefined;
  /** The end of the latest pause, by the clock of the server. */
  #pausedUntil = 0;
  #isGivingBack = false;

  constructor(options: TurnSupplyOptions) {
    this.#options = options;
    this.#turns = new TakenTurns(options.clock);
  }

  /** Requests a second of all users that the other side lets through. */
  get learntRate(): number | undefined {
    return this.#learntRate;
  }

  /** The lower one of what was learnt and what was told. */
  get rate(): number | undefined {
    const { toldRate } = this.#options;
    if (this.#learntRate === undefined || toldRate === undefined) return this.#learntRate ?? toldRate;
    return Math.min(this.#learntRate, toldRate);
  }

  /** How long it is until a turn is due, or until to ask again; 0: it is due. */
  get wait(): number {
    return this.#turns.wait ?? ANSWER_MS;
  }

  /** So many requests wait for their turn. */
  expect(requests: number): void {
    this.#waiting = requests;
    if (requests > 0) this.#ask();
    else void this.#giveBackLater();
  }

  /** A request starts. */
  take(): Turn {
    const turn = this.#turns.take();
    if (this.#waiting > 0) this.#waiting--;
    this.#ask();
    return turn;
  }

  succeeded(): void {
    this.#worked = true;
  }

  /** Asks for nothing but whether the budget is there. */
  lookForBudget(): void {
    if (this.#asked === 0) void this.#askFor(0);
  }

  /** Tells of a 429. Rejects when nobody answers. */
  async refused(
    startedAt: number,
    {
      retryAfterMs,
      answerMs,
    }: { readonly retryAfterMs: number | undefined; readonly answerMs: number | undefined },
  ): Promise<Slowdown & { readonly pausedUntilHere: number }> {
    const slowdown = await this.#options.store.refused({
      startedAt: this.#turns.asServerTime(startedAt),
      retryAfterMs,
      answerMs,
      knownRate: this.#learntRate,
    });
    this.#learntRate = slowdown.rate;
    this.pausedUntil(slowdown.pausedUntil);
    return { ...slowdown, pausedUntilHere: this.#turns.asElapsed(slowdown.pausedUntil) };
  }

  /** A pause ends then, by the clock of the server: turns that were taken before it began are void. */
  pausedUntil(serverTime: number): void {
    if (serverTime === this.#pausedUntil) return;
    this.#pausedUntil = serverTime;
    this.drop();
  }

  drop(): void {
    this.#turns.drop();
  }

  /** Nothing is asked for any more. Never rejects. */
  leave(): Promise<void> {
    this.#waiting = 0;
    return this.#give({ leaves: true });
  }

  /**
   * One question where fewer turns are left than are soon wanted; more of them while the answer takes so long that the turns
   * would not last.
   */
  #ask(): void {
    const lately = this.#turns.wantedSoon;
    const wanted = Math.min(this.#most, Math.max(this.#waiting, lately));
    const usedMeanwhile = (lately * this.#questionMs) / LATELY_MS;
    if (wanted === 0 || this.#turns.left + this.#asked > wanted / 2 + usedMeanwhile) return;
    void this.#askFor(wanted);
  }

  async #askFor(turns: number): Promise<void> {
    const { store, clock, user, toldRate, onGrant, onFailure } = this.#options;
    const sentAt = clock.elapsed();
    const worked = this.#worked;
    this.#worked = false;
    // a question for nothing is one too
    const asked = Math.max(1, turns);
    this.#asked += asked;
    try {
      const held = this.#waiting > 0;
      const grant = await store.take({ user, turns, held, worked, toldRate, knownRate: this.#learntRate });
      this.#questionMs += (clock.elapsed() - sentAt - this.#questionMs) * LATEST_SHARE;
      this.#learntRate = grant.rate;
      this.pausedUntil(grant.pausedUntil);
      this.#turns.add(grant, sentAt);
      // it gives fewer where they would be due late; whether it gives more again, one that gets all shows
      const given = grant.due.length;
      if (turns > 0)
        this.#most = given < turns ? given : Math.min(MOST_TURNS, Math.max(this.#most, given * 2));
      onGrant(grant);
    } catch {
      onFailure();
    } finally {
      this.#asked -= asked;
    }
  }

  async #giveBackLater(): Promise<void> {
    if (this.#isGivingBack || this.#turns.left === 0) return;
    this.#isGivingBack = true;
    const { uses } = this.#turns;
    await this.#options.clock.sleep(UNWANTED_MS, NEVER);
    this.#isGivingBack = false;
    if (this.#waiting === 0 && this.#turns.uses === uses) await this.#give({ leaves: false });
  }

  async #give({ leaves }: { readonly leaves: boolean }): Promise<void> {
    const due = this.#turns.giveUp();
    if (due.length === 0 && !leaves) return;
    const { store, user } = this.#options;
    await store.give({ user, leaves, pausedUntil: this.#pausedUntil, due }).catch(() => undefined);
  }
}

const NEVER = new AbortController().signal;
