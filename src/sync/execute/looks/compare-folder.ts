import { comparePaths } from '../../../model/path.ts';
import type { RelPath } from '../../../model/path.ts';
import type { ShownVersion } from '../../../model/plan.ts';
import type { PathFilter } from '../../../model/ports.ts';
import { Cursor } from '../../compare/cursor.ts';
import { sameShown } from '../../compare/decide.ts';
import { walkDestination } from '../../../remote/walk-folders.ts';
import type { DestinationEntry } from '../../../remote/destination-entry.ts';
import type { Lanes } from '../../../remote/gate/lanes.ts';
import type { Remote } from '../../../remote/remote.ts';
import type { DestinationTimes } from '../destination-times.ts';

/** Something that is known to be in a folder: a file with what a listing showed of it, or a folder (path ends in '/'). */
export interface Expected {
  /** Relative to the folder. */
  readonly path: RelPath;
  /** Undefined for a folder. */
  readonly shown: ShownVersion | undefined;
}

/** A difference between what is known to be in a folder and what is there. */
export interface Deviation {
  /** Relative to the folder; '' where the folder itself cannot be listed. */
  readonly path: RelPath;
  /** `extra`: nobody knew of the entry. `unclear`: what is there cannot be told. */
  readonly kind: 'extra' | 'changed' | 'missing' | 'unclear';
  /** A file's time at the destination, where one is shown. */
  readonly modifiedMs?: number | undefined;
}

export interface Comparison {
  readonly deviations: readonly Deviation[];
  /** Files with another time that the move gave them: others need not have changed these files. */
  readonly touched: readonly Deviation[];
}

export interface CompareOptions {
  readonly remote: Remote;
  /** Full path. */
  readonly folder: RelPath;
  /** In path order, in batches, without the folder itself. */
  readonly expected: Iterable<readonly Expected[]>;
  /** Says how many listings are made at the same time. */
  readonly gate: Lanes;
  /** Given where the folder was moved since: knows whether moves change times. */
  readonly moved?: DestinationTimes | undefined;
}

/** Files with other times that are remembered until it is known whether times count; beyond, the folder is unclear. */
const MOST_HELD = 10_000;

/**
 * Lists all of a folder and tells where it differs from what is known; undefined when there is no such folder. Memory is
 * that of a listing and of the differences.
 */
export async function compareFolder(options: CompareOptions): Promise<Comparison | undefined> {
  const { remote, folder, gate, moved } = options;
  const top = await remote.list(folder);
  if (top === undefined) return undefined;
  const list = (below: RelPath) => remote.list(folder + below);
  const walk = walkDestination(top, {
    list,
    filter: EVERYTHING,
    words: remote.words,
    lookAhead: () => gate.lanes,
  });
  const there = new Cursor<DestinationEntry>(walk);
  const known = new Cursor<Expected>(options.expected);
  const found: Deviation[] = [];
  const otherTimes: Deviation[] = [];
  const compare = (seen: DestinationEntry, told: Expected): void => {
    if (seen.kind !== 'file') return;
    const { path, size, modifiedMs } = seen;
    const shown = told.shown!;
    if (size !== shown.size) found.push({ path, kind: 'changed', modifiedMs });
    else if (!sameShown(seen, shown)) {
      if (otherTimes.length < MOST_HELD) otherTimes.push({ path, kind: 'changed', modifiedMs });
      else if (otherTimes.length === MOST_HELD) otherTimes.push({ path: '', kind: 'unclear' });
    } else if (modifiedMs !== undefined && modifiedMs === shown.modifiedMs) moved?.kept(modifiedMs);
  };
  try {
    for (;;) {
      if (there.current === undefined && !there.ended) await there.fill();
      if (known.current === undefined && !known.ended) await known.fill();
      const [seen, told] = [there.current, known.current];
      if (seen === undefined && told === undefined) break;
      const order = seen === undefined ? 1 : told === undefined ? -1 : comparePaths(seen.path, told.path);
      if (order <= 0) there.advance();
      if (order >= 0) known.advance();
      if (order > 0) found.push({ path: told!.path, kind: 'missing' });
      else if (seen!.kind === 'unknown') found.push({ path: seen!.path, kind: 'unclear' });
      else if (order < 0)
        found.push({
          path: seen!.path,
          kind: 'extra',
          modifiedMs: seen!.kind === 'file' ? seen!.modifiedMs : undefined,
        });
      else compare(seen!, told!);
    }
  } finally {
    await Promise.all([there.close(), known.close()]);
  }
  if (otherTimes.length === 0) return { deviations: found, touched: [] };
  return moved === undefined || (await moved.keeps())
    ? { deviations: [...found, ...otherTimes], touched: [] }
    : { deviations: found, touched: otherTimes };
}

/** Nothing is left out: entries that the run's filter excludes, and hidden names, have to be seen here too. */
const EVERYTHING: PathFilter = { excludes: () => false, prunes: () => false };
