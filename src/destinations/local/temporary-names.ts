import { randomBytes } from 'node:crypto';

const DIGITS = 36;

/** A name for one that writes to directories: 12 hexadecimal digits. */
export const newOwner = (): string => randomBytes(6).toString('hex');

const TEMPORARY = /^\.stagesync-[0-9a-z]{8,9}-([0-9a-f]{12})-\d+-new-(?:\u00e9|e\u0301)?$/;

/**
 * Names for files that are not whole yet. They are reserved, so that no listing takes such a file for content; they
 * tell when they were made and that they hold a copy, so that a sweep knows what a killed run left behind, and the next run
 * of the same owner at once.
 */
export class TemporaryNames {
  readonly #began: string;
  readonly #owner: () => string | undefined;
  readonly #other = newOwner();
  readonly #inUse = new Set<string>();
  #count = 0;

  /** `nowMs`: milliseconds since 1970. `owner`: asked for each name; see LocalDestinationOptions. */
  constructor(nowMs: number, owner: () => string | undefined = () => undefined) {
    this.#began = Math.max(DIGITS ** 7, Math.floor(nowMs)).toString(DIGITS);
    this.#owner = owner;
  }

  take(): string {
    const name = `.stagesync-${this.#began}-${this.#owner() ?? this.#other}-${++this.#count}-new-`;
    this.#inUse.add(name);
    return name;
  }

  get hasOwner(): boolean {
    return this.#owner() !== undefined;
  }

  /** Whether a file of this name was left by an earlier run of the owner, which has ended. */
  isLeftByOwner(name: string): boolean {
    if (this.#inUse.has(name)) return false;
    const owner = TEMPORARY.exec(name)?.[1];
    return owner !== undefined && owner === this.#owner();
  }

  release(name: string): void {
    this.#inUse.delete(name);
  }

  isInUse(name: string): boolean {
    return this.#inUse.has(name);
  }
}
