import type { SyncError } from '../../model/errors.ts';
import type { MeasuredPace, Pace } from '../../model/pace.ts';
import type { Clock } from '../../model/ports.ts';
import type { GateRequest } from './attempts.ts';
import { ConcurrencyLimit } from './congestion/concurrency-limit.ts';
import type { Sent } from './congestion/sent.ts';
import { FIRST_LIMIT } from './congestion/spread-of-growth.ts';
import { GateUse } from './gate-use.ts';
import type { SharedGate } from './gate-use.ts';
import type { GateUseOptions } from './gate-use-options.ts';
import { budgetFor, MemoryBudget } from './memory-budget.ts';
import { Outage } from './outage.ts';
import { Pacer } from './pacer.ts';
import type { RateLimiter, Throttling } from './rate-limiter.ts';
import { Slots } from './slots.ts';
import { TurnLine } from './turn-line.ts';

/** A limit that changes by a smaller share is not told. */
const TOLD_FROM = 0.25;

/** What all jobs at a gate together may do, whatever they were given. */
export interface GateLimits {
  /** Requests at the same time. */
  readonly atOnce?: number | undefined;
  readonly requestsPerSecond?: number | undefined;
}

/** Counts of the gates of one budget; see BudgetUse. */
export interface BudgetCounts {
  refused: number;
  waitedMs: number;
}

/**
 * All requests to an origin for one account pass this gate, for as long as the process lives. All jobs that use the
 * gate share its slots, its pace, and what answers, 429s and outages have taught; each job has limits, retries and an end
 * of its own (GateUse).
 *
 * The number of slots is the highest that a present user asked for, not the sum of all: ten jobs on one account must not
 * be ten times as heavy a load. For users with 'auto' it is what the ConcurrencyLimit says. The users take turns for the
 * slots.
 */
export class Gate implements SharedGate {
  readonly clock: Clock;
  readonly slots = new Slots(1);
  readonly pacer: RateLimiter;
  readonly line: TurnLine;
  readonly outage: Outage;
  readonly limit: ConcurrencyLimit;
  readonly memory = new MemoryBudget(budgetFor(1));
  readonly #uses = new Set<GateUse>();
  #limits: GateLimits = {};
  #judgements = 0;
  #told: Pace | undefined;
  /** The latest 429. */
  #refusal: SyncError | undefined;
  readonly #counts: BudgetCounts | undefined;

  /** `pacer`: what says when requests may start; by default a pace of this process alone. `counts`: of the budget that it is of. */
  constructor(clock: Clock, pacer: RateLimiter = new Pacer(clock), counts?: BudgetCounts) {
    this.clock = clock;
    this.pacer = pacer;
    this.#counts = counts;
    this.line = new TurnLine(clock, this.pacer, counts && ((ms) => (counts.waitedMs += ms)));
    this.outage = new Outage(clock);
    this.limit = new ConcurrencyLimit({ least: 1, most: FIRST_LIMIT });
    pacer.listen?.({
      onChange: () => this.line.lookAgain(),
      onPause: (refusal) => this.#waits(refusal),
      onNotice: (notice) => {
        for (const use of this.#uses) use.heardOfBudget(notice);
      },
    });
  }

  /** One job's way through the gate. To be closed when the job has ended. */
  use(options: GateUseOptions): GateUse {
    if (this.#uses.size === 0) this.pacer.resume();
    const use = new GateUse(this, options);
    this.#uses.add(use);
    if (options.measured !== undefined) this.#beginNear(options.measured);
    this.#fitBounds();
    const { pausedFor } = this.pacer;
    if (pausedFor > 0 && this.#refusal !== undefined) use.wasAskedToWait(this.#refusal, pausedFor);
    return use;
  }

  /** Holds from the next request on; in place of the limits before. */
  restrict(limits: GateLimits): void {
    this.#limits = limits;
    this.pacer.most = limits.requestsPerSecond;
    if (this.#uses.size > 0) this.#fitBounds();
  }

  closed(use: GateUse): void {
    this.#uses.delete(use);
    if (this.#uses.size > 0) this.#fitBounds();
  }

  started({ operation, bytes }: GateRequest, evidence: boolean): Sent {
    const now = this.clock.elapsed();
    this.pacer.started(now);
    return this.limit.started({ operation, bytes, now, evidence });
  }

  succeeded(sent: Sent): void {
    this.outage.succeeded();
    this.pacer.succeeded();
    for (const use of this.#uses) use.somethingWorked();
    this.limit.answered(sent, this.clock.elapsed());
    this.#fit();
  }

  failed(sent: Sent): void {
    this.limit.failed(sent, this.clock.elapsed());
    this.#fit();
  }

  /** A 429: it holds back every user. */
  throttled(refusal: SyncError, sent: Sent): void {
    const now = this.clock.elapsed();
    if (this.#counts !== undefined) this.#counts.refused++;
    const slowdown = this.pacer.throttled(sent.startedAt, refusal.retryAfterMs, this.limit.latencyMs);
    this.limit.refused(sent, now);
    this.#fit();
    if (slowdown instanceof Promise) void slowdown.then((told) => this.#slowsDown(told));
    else this.#slowsDown(slowdown);
    this.#waits(refusal);
  }

  #slowsDown(slowdown: Throttling | undefined): void {
    if (slowdown !== undefined) for (const use of this.#uses) use.wasSlowedDown(slowdown);
  }

  /** The pause that the other side asked for holds all users; it ends sooner when each of them has given up. */
  #waits(refusal: SyncError): void {
    this.#refusal = refusal;
    const uses = [...this.#uses];
    for (const use of uses) use.wasAskedToWait(refusal, this.pacer.pausedFor);
    if (uses.length > 0 && uses.every((use) => use.hasGivenUp))
      this.pacer.shortenPause(Math.max(...uses.map((use) => use.maxWaitMs)));
  }

  /** How fast requests go, and why not faster. */
  get pace(): Pace {
    const { limit, pacer } = this;
    const perSecond = pacer.requestsPerSecond;
    const isFixed = [...this.#uses].every((use) => !use.isAuto);
    const why = isFixed
      ? 'fixed'
      : limit.isBusy
        ? limit.reason
        : perSecond !== undefined && pacer.isHolding
          ? 'refused'
          : 'demand';
    const { budget } = pacer;
    return { atOnce: limit.settled, why, perSecond, ...(budget !== undefined && { budget }) };
  }

  /** What was measured; undefined where too little was asked for. */
  get measured(): MeasuredPace | undefined {
    const { limit, pacer } = this;
    const [listMs, changeMs] = [limit.usualMs('list'), limit.usualMs('upload') ?? limit.usualMs('remove')];
    const latencyMs = changeMs ?? listMs;
    if (latencyMs === undefined) return undefined;
    const perSecond = pacer.requestsPerSecond;
    const needed = perSecond === undefined ? Infinity : Math.ceil((perSecond * latencyMs) / 1000);
    return { atOnce: Math.min(limit.settled, needed), perSecond, listMs, changeMs };
  }

  /** Half of what an earlier run settled on: the rest is soon grown, should it still be there. */
  #beginNear({ atOnce, changeMs, listMs }: MeasuredPace): void {
    this.limit.beginAt({ atOnce: atOnce / 2, latencyMs: changeMs ?? listMs });
  }

  #tellPace(): void {
    const pace = this.pace;
    const told = this.#told;
    const isSame = told?.why === pace.why && Math.abs(pace.atOnce / told.atOnce - 1) < TOLD_FROM;
    if (isSame) return;
    this.#told = pace;
    for (const use of this.#uses) use.goesAt(pace);
  }

  /** Fixed numbers are asked for, so fewer are never tried; the highest number of all is the bound. */
  #fitBounds(): void {
    let least = 1;
    let most = 1;
    for (const use of this.#uses) {
      most = Math.max(most, use.mostLanes);
      if (!use.isAuto) least = Math.max(least, use.mostLanes);
    }
    const { atOnce = Infinity } = this.#limits;
    this.limit.setBounds({ least: Math.min(least, atOnce), most: Math.min(Math.max(least, most), atOnce) });
    this.memory.bytes = budgetFor(least);
    this.#fit();
  }

  #fit(): void {
    const { limit } = this.limit;
    if (this.slots.limit !== limit) this.slots.limit = limit;
    this.pacer.spread = this.limit.spread;
    if (this.limit.judgements !== this.#judgements) {
      this.#judgements = this.limit.judgements;
      this.#tellPace();
    }
  }
}
