import type { Operation } from '../../../model/errors.ts';
import type { Cohort, Level } from './cohort.ts';
import { Cohorts } from './cohorts.ts';
import type { Sent, Start } from './sent.ts';
import { FIRST_LIMIT, spreadOfGrowth } from './spread-of-growth.ts';
import type { Spread } from './spread-of-growth.ts';
import { costsNothing, isWorth, triedLimit } from './trial.ts';
import type { Step } from './trial.ts';
import { kindOf, UsualLatency } from './usual-latency.ts';

export interface LimitBounds {
  readonly least: number;
  readonly most: number;
}

/**
 * Why the limit is what it is. `growing`: nothing speaks against more so far. `bound`: it is the highest that it may be.
 * `queueing`: more requests at once only waited for each other.
 */
export type LimitReason = 'growing' | 'bound' | 'queueing';

/** What is done with what the next cohort says. */
type Phase =
  /** Every answer raises the limit by one (slow start). */
  | { readonly is: 'growing' }
  | { readonly is: 'settled'; readonly because: LimitReason }
  /** The limit is another one for a while, to see whether that is better than `from`. */
  | {
      readonly is: 'trying';
      readonly step: Step;
      readonly from: number;
      readonly because: LimitReason;
    };

/** Cohorts whose requests under way differ by less than these factors say nothing of each other. */
const COMPARABLE = { whileGrowing: 1.3, whileTrying: 1.08 };
/** No more requests a second than this can be sent from here: more at once than that keeps busy would wait on this side. */
const MOST_PER_SECOND = 4000;
/** Cohorts between two trials: twice as many after each trial that changed nothing. */
const TRIAL_EVERY = { first: 2, most: 16 };
/** After so many trials of more that were better, the limit grows as at the beginning. */
const WON_IN_A_ROW = 3;
/** Less, or more, is served than before: something has changed. */
const CHANGED = { less: 0.8, more: 1.25 };
/** The limit grows only while at least this share of it is used: requests that are spread never quite reach it. */
const USED_SHARE = 0.5;
/** With fewer requests under way than this share of the limit, the limit is not what holds them back. */
const BUSY_SHARE = 0.75;

/**
 * How many requests may be under way at the same time. Grows as TCP does in slow start, and then stays where more
 * requests stop being worth it: where a further request makes all others wait so much longer that less than half of what
 * it should add to the throughput is left. (That is where throughput divided by latency is highest, Kleinrock's optimum.)
 * Now and then it tries whether a little more, or less, has become better.
 *
 * Pure: told what happened, and when; sends nothing and knows no timers. Requests that fail say nothing here.
 */
export class ConcurrencyLimit {
  readonly #usual = new UsualLatency();
  #bounds: LimitBounds;
  #limit: number;
  #inFlight = 0;
  #phase: Phase = { is: 'growing' };
  readonly #cohorts: Cohorts;
  /** The level that the next one is compared with. */
  #level: Level | undefined;
  #trialEvery = TRIAL_EVERY.first;
  #cohortsSettled = 0;
  #nextTrial: Step = 'down';
  /** Whether the latest cohort was served otherwise than those before. */
  #hasChanged = false;
  /** Trials of more, one after the other, that were better. */
  #wonInARow = 0;
  #latencyMs: number | undefined;
  /** What an answer to the latest requests would have taken if none had waited for another, in milliseconds. */
  #unqueuedMs: number | undefined;
  #busy = false;
  /** Judgements so far: what is told to people can only have changed with one of them. */
  judgements = 0;

  constructor(bounds: LimitBounds, start: number = FIRST_LIMIT) {
    this.#bounds = bounds;
    this.#limit = start;
    this.#cohorts = new Cohorts(this.limit);
  }

  get limit(): number {
    return this.#bounded(this.#limit);
  }

  get inFlight(): number {
    return this.#inFlight;
  }

  /** What an answer takes, in milliseconds, as of late; undefined until enough were seen. */
  get latencyMs(): number | undefined {
    return this.#latencyMs;
  }

  /** The limit that trials start from. */
  get settled(): number {
    return this.#bounded(this.#phase.is === 'trying' ? this.#phase.from : this.#limit);
  }

  /** What an answer to a small request of this kind takes, in milliseconds. */
  usualMs(operation: Operation): number | undefined {
    return this.#usual.of(operation);
  }

  /** Begins near what an earlier run settled on, unless something has been measured here already. */
  beginAt({ atOnce, latencyMs }: { readonly atOnce: number; readonly latencyMs?: number | undefined }): void {
    if (this.judgements > 0 || this.#limit !== FIRST_LIMIT) return;
    this.#limit = Math.max(FIRST_LIMIT, Math.round(atOnce));
    this.#latencyMs = latencyMs;
    this.#moveTo(this.#limit, this.#cohorts.openedAt);
  }

  get reason(): LimitReason {
    return this.#phase.is === 'growing' ? 'growing' : this.#phase.because;
  }

  /** Whether the latest requests were held back by the limit. */
  get isBusy(): boolean {
    return this.#busy;
  }

  /** How requests are to be spread while the limit grows: a burst would be refused before the first refusal comes. */
  get spread(): Spread | undefined {
    const { limit } = this;
    return this.#phase.is === 'growing'
      ? spreadOfGrowth({ limit, latencyMs: this.#latencyMs, isMost: limit >= this.#bounds.most })
      : undefined;
  }

  setBounds(bounds: LimitBounds): void {
    const before = this.#bounds;
    if (bounds.least === before.least && bounds.most === before.most) return;
    this.#bounds = bounds;
    const { openedAt } = this.#cohorts;
    if (this.reason === 'bound' && bounds.most > before.most) this.#phase = { is: 'growing' };
    // what a trial is compared with was measured within the bounds of before
    if (this.#phase.is === 'trying') return this.#settle(this.#phase.from, this.#phase.because, openedAt);
    this.#level = undefined;
    this.#moveTo(this.#limit, openedAt);
  }

  started({ operation, bytes, now, evidence = true }: Start): Sent {
    this.#inFlight++;
    const kind = kindOf(operation, bytes);
    if (!evidence) return { startedAt: now, kind, cohort: undefined };
    return { startedAt: now, kind, cohort: this.#cohorts.join(this.#inFlight, this.limit, now) };
  }

  answered({ startedAt, kind, cohort }: Sent, now: number): void {
    const isUsed = this.#inFlight >= this.limit * USED_SHARE;
    this.#inFlight--;
    const ms = now - startedAt;
    this.#usual.learn(kind, ms);
    // the first answers may be those of other requests than what follows
    if (this.judgements === 0) this.#latencyMs = Math.max(this.#latencyMs ?? 0, ms);
    if (isUsed && cohort !== undefined && this.#phase.is === 'growing' && this.#limit < this.#most)
      this.#limit++;
    if (cohort === undefined) return;
    cohort.answered(kind, ms);
    if (cohort.isAnswered) this.#judge(cohort, now);
  }

  failed({ cohort }: Sent, now: number): void {
    this.#inFlight--;
    cohort?.failed();
    if (cohort?.isAnswered === true) this.#judge(cohort, now);
  }

  /**
   * The other side refuses requests. The pace sees to that, and needs as many at once as it turns out to need: here all
   * that was being measured is forgotten, because all of them paused.
   */
  refused(sent: Sent, now: number): void {
    this.failed(sent, now);
    if (this.#phase.is === 'trying') this.#settle(this.#phase.from, this.#phase.because, now);
    else this.#moveTo(this.#limit, now);
  }

  #judge(cohort: Cohort, now: number): void {
    if (!this.#cohorts.take(cohort)) return;
    const level = cohort.level(this.#usual);
    if (level === undefined) return;
    this.judgements++;
    this.#latencyMs = level.latencyMs;
    this.#unqueuedMs = level.latencyMs * Math.min(1, level.served / level.inFlight);
    this.#busy = level.inFlight >= cohort.limit * BUSY_SHARE;
    if (!this.#busy) return this.#withoutDemand(now);
    switch (this.#phase.is) {
      case 'growing':
        return this.#judgeGrowth(level, now);
      case 'settled':
        return this.#judgeStay(level, this.#phase.because, now);
      case 'trying':
        return this.#judgeTrial(level, this.#phase, now);
    }
  }

  /** Too few requests came for a judgement; a trial would say nothing. */
  #withoutDemand(now: number): void {
    if (this.#phase.is === 'trying') this.#settle(this.#phase.from, this.#phase.because, now);
  }

  #judgeGrowth(level: Level, now: number): void {
    const before = this.#level;
    if (before === undefined) this.#level = level;
    else if (level.inFlight >= before.inFlight * COMPARABLE.whileGrowing) {
      if (!isWorth(before, level)) {
        this.#nextTrial = 'down';
        // what is served at the usual latency, and a little more, so that no slot of the other side is ever idle
        return this.#settle(Math.max(before.inFlight, level.served * 1.1 + 1), 'queueing', now);
      }
      this.#level = level;
    }
    const most = this.#most;
    if (this.#limit >= most && level.inFlight >= most * BUSY_SHARE)
      this.#settle(this.#limit, 'queueing', now);
  }

  #judgeStay(level: Level, because: LimitReason, now: number): void {
    const before = this.#level;
    this.#cohortsSettled++;
    if (before === undefined) {
      this.#level = level;
      return;
    }
    const change = level.served / before.served;
    if (change < CHANGED.less || change > CHANGED.more) {
      // the first cohort that differs may have seen both, before the change and after it
      this.#hasChanged = !this.#hasChanged;
      if (this.#hasChanged) return;
      this.#level = level;
    } else this.#hasChanged = false;
    if (change < CHANGED.less) return this.#try('down', because, now, Math.max(0.5, change));
    if (because !== 'bound' && change > CHANGED.more) return this.#try('up', because, now);
    this.#level = {
      ...level,
      served: before.served * 0.75 + level.served * 0.25,
      inFlight: before.inFlight * 0.75 + level.inFlight * 0.25,
    };
    if (because === 'bound' || this.#cohortsSettled < this.#trialEvery) return;
    const step = this.#limit >= this.#most ? 'down' : this.#nextTrial;
    this.#nextTrial = step === 'up' ? 'down' : 'up';
    this.#try(step, because, now);
  }

  #judgeTrial(level: Level, { step, from, because }: Extract<Phase, { is: 'trying' }>, now: number): void {
    const before = this.#level!;
    const [lower, higher] = step === 'up' ? [before, level] : [level, before];
    const comparable = higher.inFlight >= lower.inFlight * COMPARABLE.whileTrying;
    const isBetter = step === 'up' ? isWorth(lower, higher) : costsNothing(lower, higher);
    if (comparable && isBetter) {
      this.#trialEvery = TRIAL_EVERY.first;
      this.#nextTrial = step;
      this.#level = level;
      if (step === 'down') return this.#settle(this.#limit, 'queueing', now);
      if (++this.#wonInARow < WON_IN_A_ROW) return this.#try('up', because, now);
      this.#phase = { is: 'growing' };
      return;
    }
    this.#wonInARow = 0;
    // as before it is best: but answers may take longer now, for a reason that is not ours
    if (step === 'down') this.#usual.scale(level.inFlight / level.served);
    this.#trialEvery = Math.min(TRIAL_EVERY.most, this.#trialEvery * 2);
    this.#settle(from, because, now);
  }

  #try(step: Step, because: LimitReason, now: number, factor?: number): void {
    const from = this.limit;
    const to = this.#bounded(triedLimit(step, from, factor));
    this.#cohortsSettled = 0;
    if (to === from) {
      if (this.#phase.is === 'trying') this.#settle(from, because, now);
      return;
    }
    this.#phase = { is: 'trying', step, from, because };
    this.#moveTo(to, now);
  }

  #settle(limit: number, because: LimitReason, now: number): void {
    const to = Math.round(limit);
    this.#phase = { is: 'settled', because: to >= this.#bounds.most ? 'bound' : because };
    this.#cohortsSettled = 0;
    this.#hasChanged = false;
    this.#level = undefined;
    this.#moveTo(to, now);
  }

  /** What is under way already says nothing of the new limit. */
  #moveTo(limit: number, now: number): void {
    this.#limit = limit;
    this.#cohorts.beginAnew(this.limit, now);
  }

  get #most(): number {
    const ms = this.#unqueuedMs ?? this.#latencyMs;
    if (ms === undefined) return this.#bounds.most;
    const useful = Math.max(FIRST_LIMIT, Math.ceil((ms * MOST_PER_SECOND) / 1000));
    return Math.min(this.#bounds.most, useful);
  }

  #bounded(limit: number): number {
    return Math.max(this.#bounds.least, Math.min(this.#bounds.most, Math.round(limit)));
  }
}
