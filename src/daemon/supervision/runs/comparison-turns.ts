/**
 * Runs that compare everything need memory and the processor, so that only some do so at the same time; the others wait, and
 * who came first goes first. A run gives its turn back once everything is compared: uploads that take hours hold nobody up.
 */
export class ComparisonTurns {
  #free: number;
  readonly #waiting = new Set<() => void>();

  /** `most`: comparisons at the same time. */
  constructor(most: number) {
    this.#free = most;
  }

  /** Whether nobody has to wait. */
  get isFree(): boolean {
    return this.#free > 0;
  }

  /** What gives the turn back, where nobody has to wait. */
  takeNow(): (() => void) | undefined {
    if (this.#free === 0) return undefined;
    this.#free--;
    return this.#given();
  }

  /** Resolves with what gives the turn back, once it was taken; with undefined when `until` is aborted first. */
  async take(until: AbortSignal): Promise<(() => void) | undefined> {
    if (until.aborted) return undefined;
    const given = this.takeNow();
    if (given !== undefined) return given;
    return new Promise((resolve) => {
      const leave = (): void => {
        this.#waiting.delete(go);
        resolve(undefined);
      };
      const go = (): void => {
        until.removeEventListener('abort', leave);
        resolve(this.#given());
      };
      until.addEventListener('abort', leave, { once: true });
      this.#waiting.add(go);
    });
  }

  /** What gives one turn back: to whoever waits first. */
  #given(): () => void {
    let isHeld = true;
    return () => {
      if (!isHeld) return;
      isHeld = false;
      const [next] = this.#waiting;
      if (next === undefined) this.#free++;
      else {
        this.#waiting.delete(next);
        next();
      }
    };
  }
}
