import PQueue from 'p-queue';

/**
 * Runs jobs in the order they come, at most `limit` at the same time. One task of the queue is a lane that works off
 * many jobs: a task costs tens of microseconds in events and contexts, and a small file costs not much more than that
 * in all.
 */
export class Slots {
  readonly #queue: PQueue;
  readonly #jobs: (() => Promise<void>)[] = [];
  readonly #waiting: (() => void)[] = [];
  #limit: number;
  #lanes = 0;

  constructor(limit: number) {
    this.#limit = limit;
    this.#queue = new PQueue({ concurrency: limit });
  }

  get limit(): number {
    return this.#limit;
  }

  /** What runs goes on; a lower limit holds from the next job on. */
  set limit(limit: number) {
    this.#limit = limit;
    this.#queue.concurrency = limit;
    for (let more = Math.min(limit - this.#lanes, this.#jobs.length); more > 0; more--) this.#open();
  }

  /** Jobs that have not begun. */
  get waiting(): number {
    return this.#jobs.length;
  }

  /** Resolves when fewer than `jobs` wait. */
  async room(jobs: number): Promise<void> {
    while (this.#jobs.length >= jobs) await new Promise<void>((resolve) => this.#waiting.push(resolve));
  }

  /** Settles as the job does; `job` must not throw before it gives its promise. What is urgent goes before all that waits. */
  run<T>(job: () => Promise<T>, urgent = false): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      const settling = (): Promise<void> => job().then(resolve, reject);
      if (urgent) this.#jobs.unshift(settling);
      else this.#jobs.push(settling);
      if (this.#lanes < this.#limit) this.#open();
    });
  }

  #open(): void {
    this.#lanes++;
    void this.#queue.add(() => this.#work());
  }

  async #work(): Promise<void> {
    while (this.#lanes <= this.#limit) {
      const job = this.#jobs.shift();
      // one that waits for room takes the place of this job; who gives up its turn must not leave the others waiting
      const resumed = this.#waiting.splice(0, job === undefined ? this.#waiting.length : 1);
      for (const resume of resumed) resume();
      if (job === undefined) break;
      await job();
    }
    this.#lanes--;
  }
}
