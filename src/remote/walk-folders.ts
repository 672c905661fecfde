import { capitalised } from '../model/destination-words.ts';
import type { DestinationWords } from '../model/destination-words.ts';
import type { DestinationChild, Problem, ProblemCode } from '../model/entry.ts';
import { isSyncError, messageOf } from '../model/errors.ts';
import { comparePaths, isReservedName } from '../model/path.ts';
import type { RelPath } from '../model/path.ts';
import type { PathFilter } from '../model/ports.ts';

/** A file or folder at the destination; its path is relative to the target folder. */
export type DestinationEntry =
  | {
      readonly kind: 'file';
      readonly path: RelPath;
      readonly size: number;
      readonly modifiedMs: number | undefined;
    }
  /** `unseen`: the folder is not listed, because the filter excludes all of it. So it may hold anything. */
  | { readonly kind: 'folder'; readonly path: RelPath; readonly unseen: boolean }
  /** A file that the filter leaves out. It takes no part, but the folders that hold it cannot go or move as wholes. */
  | { readonly kind: 'excluded'; readonly path: RelPath; readonly modifiedMs: number | undefined }
  | {
      readonly kind: 'unknown';
      readonly path: RelPath;
      readonly covers: 'path' | 'subtree';
      readonly problem: Problem;
    };

export interface WalkOptions {
  /** One listing, retried by the callee; `folder` is relative to the target folder. Undefined: no such folder. */
  readonly list: (folder: RelPath) => Promise<readonly DestinationChild[] | undefined>;
  readonly filter: PathFilter;
  readonly words: DestinationWords;
  /** Listings under way or waiting to be read, at most. What changes is asked anew for each of them. */
  readonly lookAhead: number | (() => number);
}

/** No real tree is deeper: a destination that lists deeper folders has gone wrong. */
export const DEEPEST = 512;

/** One folder's children in path order, and how far they are read. */
interface Frame {
  readonly entries: readonly DestinationEntry[];
  next: number;
  /** The first entry whose listing has not been asked for. */
  wanted: number;
}

/**
 * Everything in the target folder, in path order, one listing a folder. The folders ahead are listed while earlier
 * ones are read; memory is bounded by `lookAhead` listings plus the folders on the way down.
 *
 * A folder that cannot be listed becomes an unknown subtree; only an error that ends the run rejects. A folder that its
 * parent listed and that is not there afterwards is unknown too (somebody is changing the tree, or the destination is
 * wrong), and so is a folder that lies deeper than any real tree.
 */
export async function* walkDestination(
  top: readonly DestinationChild[],
  options: WalkOptions,
): AsyncGenerator<readonly DestinationEntry[], void> {
  const { lookAhead: most } = options;
  const mayAsk = (): boolean => asked.size < (typeof most === 'number' ? most : most());
  const stack: Frame[] = [{ entries: childEntries('', top, options.filter), next: 0, wanted: 0 }];
  const asked = new Map<RelPath, Promise<readonly DestinationEntry[]>>();

  const lookAhead = (): void => {
    for (let depth = stack.length - 1; depth >= 0 && mayAsk(); depth--) {
      const frame = stack[depth]!;
      if (frame.wanted < frame.next) frame.wanted = frame.next;
      while (frame.wanted < frame.entries.length && mayAsk()) {
        const entry = frame.entries[frame.wanted++]!;
        if (entry.kind === 'folder' && !entry.unseen && depth + 1 < DEEPEST) void ask(entry.path);
      }
    }
  };
  const ask = (folder: RelPath): Promise<readonly DestinationEntry[]> => {
    const answer = listEntries(folder, options);
    // the answer may be read much later; until then its rejection must not count as unhandled
    answer.catch(() => undefined);
    asked.set(folder, answer);
    return answer;
  };

  while (stack.length > 0) {
    const frame = stack[stack.length - 1]!;
    const run: DestinationEntry[] = [];
    let below: RelPath | undefined;
    while (frame.next < frame.entries.length && below === undefined) {
      const entry = frame.entries[frame.next++]!;
      const tooDeep = entry.kind === 'folder' && !entry.unseen && stack.length >= DEEPEST;
      run.push(tooDeep ? unknown(entry.path, 'too_deep', TOO_DEEP) : entry);
      if (entry.kind === 'folder' && !entry.unseen && !tooDeep) below = entry.path;
    }
    if (below === undefined) stack.pop();
    lookAhead();
    if (below !== undefined) {
      const entries = await (asked.get(below) ?? ask(below));
      asked.delete(below);
      const only = entries[0];
      if (entries.length === 1 && only?.kind === 'unknown' && only.path === below) {
        run[run.length - 1] = only;
      } else {
        stack.push({ entries, next: 0, wanted: 0 });
        lookAhead();
      }
    }
    if (run.length > 0) yield run;
  }
}

async function listEntries(folder: RelPath, options: WalkOptions): Promise<readonly DestinationEntry[]> {
  try {
    const children = await options.list(folder);
    if (children !== undefined) return childEntries(folder, children, options.filter);
    const vanished = `${capitalised(options.words.name)} listed this folder and then had none; left alone in this run`;
    return [unknown(folder, 'folder_vanished', vanished)];
  } catch (error) {
    if (!isSyncError(error) || error.verdict === 'end_run') throw error;
    return [
      unknown(folder, error.code, `cannot list this folder: ${messageOf(error)}; left alone in this run`),
    ];
  }
}

const TOO_DEEP = `lies ${DEEPEST} folders deep or deeper; left alone, since no listing can be trusted there`;

const unknown = (path: RelPath, code: ProblemCode, message: string): DestinationEntry => ({
  kind: 'unknown',
  path,
  covers: 'subtree',
  problem: { code, severity: 'failure', message },
});

/**
 * A folder's children as entries in path order; or the folder itself as unknown. It may be unclear whether a child is a
 * file or a folder. Where the filter excludes both, the child is given as both, and that is no trouble.
 */
export function childEntries(
  folder: RelPath,
  children: readonly DestinationChild[],
  filter: PathFilter,
): DestinationEntry[] {
  const garbled = children.find((child) => child.kind === 'unknown' && child.anywhere === true);
  if (garbled?.kind === 'unknown')
    return [{ kind: 'unknown', path: folder, covers: 'subtree', problem: garbled.problem }];
  const entries: DestinationEntry[] = [];
  for (const child of children) {
    const path = folder + child.name;
    if (child.kind === 'file') {
      const { size, modifiedMs } = child;
      entries.push(
        filter.excludes(path)
          ? { kind: 'excluded', path, modifiedMs }
          : { kind: 'file', path, size, modifiedMs },
      );
    } else if (child.kind === 'folder') {
      entries.push({ kind: 'folder', path: `${path}/`, unseen: filter.prunes(`${path}/`) });
    } else if (filter.excludes(path) && filter.prunes(`${path}/`) && !isReservedName(path)) {
      // the child takes no part, whatever it is; a reserved name could be swept, so its kind has to be clear
      entries.push({ kind: 'excluded', path, modifiedMs: undefined });
      entries.push({ kind: 'folder', path: `${path}/`, unseen: true });
    } else {
      // the kind of the child cannot be told: neither a file of that name nor anything below such a folder is known
      entries.push({ kind: 'unknown', path, covers: 'path', problem: child.problem });
      entries.push({ kind: 'unknown', path: `${path}/`, covers: 'subtree', problem: child.problem });
    }
  }
  return entries.sort((a, b) => comparePaths(a.path, b.path));
}
