import { randomBytes } from 'node:crypto';

const DIGITS = 36;

/**
 * Names for files that are not whole yet. They are reserved, so that no listing takes such a file for content; they
 * tell when they were made and that they hold a copy, so that a sweep knows what a killed run left behind.
 */
export class TemporaryNames {
  readonly #stem: string;
  readonly #inUse = new Set<string>();
  #count = 0;

  /** `nowMs`: milliseconds since 1970. */
  constructor(nowMs: number) {
    const began = Math.max(DIGITS ** 7, Math.floor(nowMs)).toString(DIGITS);
    this.#stem = `.stagesync-${began}-${randomBytes(6).toString('hex')}`;
  }

  take(): string {
    const name = `${this.#stem}-${++this.#count}-new-`;
    this.#inUse.add(name);
    return name;
  }

  release(name: string): void {
    this.#inUse.delete(name);
  }

  isInUse(name: string): boolean {
    return this.#inUse.has(name);
  }
}
