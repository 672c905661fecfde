import { comparePaths } from '../../../model/path.ts';

// Sorting this many names takes some 2 ms.
const RUN = 4096;

const compareUnits = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

export interface SortOptions {
  /**
   * Whether a name may have characters above U+FFFF. Only comparePaths sorts those rightly; the built-in order is several
   * times as fast.
   */
  readonly surrogates: boolean;
}

/**
 * Sorts the names of one folder (folders with their slash) in path order. Yields pauses, because a folder of a million
 * names would take a second.
 */
export function* sortNames(names: string[], { surrogates }: SortOptions): Generator<undefined, string[]> {
  if (names.length <= RUN) return surrogates ? names.sort(comparePaths) : names.sort();
  const compare = surrogates ? comparePaths : compareUnits;
  let runs: string[][] = [];
  for (let start = 0; start < names.length; start += RUN) {
    const run = names.slice(start, start + RUN);
    runs.push(surrogates ? run.sort(comparePaths) : run.sort());
    yield;
  }
  while (runs.length > 1) {
    const merged: string[][] = [];
    for (let at = 0; at < runs.length; at += 2)
      merged.push(yield* merge(runs[at] ?? [], runs[at + 1] ?? [], compare));
    runs = merged;
  }
  return runs[0] ?? [];
}

function* merge(
  left: string[],
  right: string[],
  compare: (a: string, b: string) => number,
): Generator<undefined, string[]> {
  const merged: string[] = [];
  let i = 0;
  let j = 0;
  for (;;) {
    const a = left[i];
    const b = right[j];
    if (a === undefined && b === undefined) return merged;
    if (b === undefined || (a !== undefined && compare(a, b) <= 0)) {
      merged.push(a ?? '');
      i++;
    } else {
      merged.push(b);
      j++;
    }
    if (merged.length % RUN === 0) yield;
  }
}
