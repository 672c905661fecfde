import type { RelPath } from '../../../model/path.ts';
import type { FailureGroup } from '../../../model/run.ts';

/** So many groups are kept for a run. */
const MOST_KEPT = 20;
/** So many are counted while it goes on, so that a frequent cause that comes late is not missed. */
const MOST_COUNTED = 200;
/** Characters. A message is for a person; the rest of a longer one is left out. */
const LONGEST_MESSAGE = 1000;

/** Counts troubles by code and message. Its memory does not grow with their number. */
export class FailureGroups {
  readonly #groups = new Map<string, { -readonly [K in keyof FailureGroup]: FailureGroup[K] }>();

  add(path: RelPath, code: string, message: string): void {
    const shown = message.slice(0, LONGEST_MESSAGE);
    // with very many messages, as where each names a number of its own, the code alone tells causes apart
    const key = this.#groups.size < MOST_COUNTED ? `${code}\n${shown}` : `${code}\n`;
    const group = this.#groups.get(`${code}\n${shown}`) ?? this.#groups.get(key);
    if (group !== undefined) group.count++;
    else if (this.#groups.size < 2 * MOST_COUNTED)
      this.#groups.set(key, { code, message: shown, count: 1, example: path });
  }

  /** The most frequent first; of equal ones the first that came. */
  list(): FailureGroup[] {
    return [...this.#groups.values()].toSorted((a, b) => b.count - a.count).slice(0, MOST_KEPT);
  }
}
