import type { Level } from './cohort.ts';

/** A trial of more requests at once, or of fewer. */
export type Step = 'up' | 'down';

/** Fewer than so many are not tried: they are no burden to anybody. */
const FEWEST_TRIED = 8;
const TRIAL = { up: 1.25, down: 0.8 };

/** The limit that is tried in place of `from`. `factor`: how many times as high. */
export const triedLimit = (step: Step, from: number, factor: number = TRIAL[step]): number =>
  step === 'up' ? Math.max(from + 2, from * factor) : Math.min(from, Math.max(FEWEST_TRIED, from * factor));

/** Whether the higher of two levels serves so much more that its longer queue is worth it. */
export const isWorth = (lower: Level, higher: Level): boolean =>
  higher.served / lower.served >= Math.sqrt(higher.inFlight / lower.inFlight);

/** Whether the lower of two levels serves about as much. */
export const costsNothing = (lower: Level, higher: Level): boolean => lower.served >= higher.served * 0.93;
