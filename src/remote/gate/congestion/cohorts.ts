import { Cohort } from './cohort.ts';

/** A cohort collects members for at least so long, in milliseconds: many short answers are not judged one by one. */
const COHORT_MS = 100;

/** The cohort that requests join, and those whose judgement is awaited. */
export class Cohorts {
  readonly #awaited = new Set<Cohort>();
  #open: Cohort;

  /** `limit`: requests at the same time when the first cohort is opened, at the beginning of time. */
  constructor(limit: number) {
    this.#open = this.#openAt(limit, 0);
  }

  /** When the cohort that requests join now was opened. */
  get openedAt(): number {
    return this.#open.openedAt;
  }

  /** The cohort that a request belongs to; undefined where it takes no more. `inFlight`: requests under way, this one among them. */
  join(inFlight: number, limit: number, now: number): Cohort | undefined {
    const cohort = this.#open.add(inFlight) ? this.#open : undefined;
    if (this.#open.isFull && now - this.openedAt >= COHORT_MS) {
      this.#open.close();
      this.#open = this.#openAt(limit, now);
    }
    return cohort;
  }

  /** True, once: the cohort is to be judged. */
  take(cohort: Cohort): boolean {
    return this.#awaited.delete(cohort);
  }

  /** None of the cohorts so far is judged any more. */
  beginAnew(limit: number, now: number): void {
    this.#awaited.clear();
    this.#open = this.#openAt(limit, now);
  }

  #openAt(limit: number, now: number): Cohort {
    const cohort = new Cohort({ openedAt: now, size: limit, limit });
    this.#awaited.add(cohort);
    return cohort;
  }
}
