import type { Ledger } from '../ledger/ledger.ts';

const BATCH = 500;

/** What a comparison teaches the ledger, written in batches. */
export class Lessons {
  readonly #ledger: Ledger;
  #waiting: (() => void)[] = [];

  constructor(ledger: Ledger) {
    this.#ledger = ledger;
  }

  add(lesson: () => void): void {
    this.#waiting.push(lesson);
    if (this.#waiting.length >= BATCH) this.write();
  }

  write(): void {
    if (this.#waiting.length === 0) return;
    const lessons = this.#waiting;
    this.#waiting = [];
    this.#ledger.transaction(() => {
      for (const lesson of lessons) lesson();
    });
  }
}
