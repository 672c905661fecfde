/** A condition variable: who waits for something to become so is woken at each change, and looks again. */
export class Condition {
  #wake: (() => void) | undefined;

  /** Resolves at the next change. */
  changed(): Promise<void> {
    return new Promise((resolve) => {
      const before = this.#wake;
      this.#wake = () => {
        before?.();
        resolve();
      };
    });
  }

  /** Wakes all that wait now. */
  notifyAll(): void {
    const wake = this.#wake;
    this.#wake = undefined;
    wake?.();
  }
}
