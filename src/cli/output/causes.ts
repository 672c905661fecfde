/** Entries left out or failed, by cause. */
export interface Cause {
  readonly code: string;
  readonly severity: 'warning' | 'failure';
  count: number;
  /** How many of them were printed when they happened. */
  printed: number;
  readonly firstPath: string;
  readonly firstMessage: string;
}

/** Lines of one cause that are printed as they come; a folder of a million links must not be a million lines. */
const PRINTED_PER_CAUSE = 50;

/** Groups troubles by code and severity, in order of first appearance. */
export class Causes {
  readonly #causes = new Map<string, Cause>();
  readonly #limit: number;

  /** `unlimited`: print every one of them. */
  constructor(unlimited: boolean) {
    this.#limit = unlimited ? Infinity : PRINTED_PER_CAUSE;
  }

  /** Counts one; true when it should be printed now. */
  add(severity: Cause['severity'], code: string, path: string, message: string): boolean {
    const key = `${severity} ${code}`;
    let cause = this.#causes.get(key);
    if (cause === undefined) {
      cause = { code, severity, count: 0, printed: 0, firstPath: path, firstMessage: message };
      this.#causes.set(key, cause);
    }
    cause.count++;
    if (cause.printed >= this.#limit) return false;
    cause.printed++;
    return true;
  }

  /** Failures first. */
  list(): Cause[] {
    const all = [...this.#causes.values()];
    return [
      ...all.filter((cause) => cause.severity === 'failure'),
      ...all.filter((cause) => cause.severity === 'warning'),
    ];
  }
}
