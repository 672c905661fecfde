import { capitalised } from '../model/destination-words.ts';
import type { DestinationWords } from '../model/destination-words.ts';
import type { Children } from '../model/children.ts';
import type { ProblemCode } from '../model/entry.ts';
import { isSyncError, messageOf } from '../model/errors.ts';
import type { RelPath } from '../model/path.ts';
import type { PathFilter } from '../model/ports.ts';
import type { DestinationEntry } from './destination-entry.ts';
import { FolderEntries, isToList, openFolder } from './folder-entries.ts';
import type { UnknownEntry } from './folder-entries.ts';

export interface WalkOptions {
  /** One listing, retried by the callee; `folder` is relative to the target folder. Undefined: no such folder. */
  readonly list: (folder: RelPath) => Promise<Children | undefined>;
  readonly filter: PathFilter;
  readonly words: DestinationWords;
  /** Listings under way or waiting to be read, at most. What changes is asked anew for each of them. */
  readonly lookAhead: number | (() => number);
}

/** No real tree is deeper: a destination that lists deeper folders has gone wrong. */
export const DEEPEST = 512;

/** The longest run of entries handed out at once. */
const MOST_IN_RUN = 2000;

/**
 * Everything in the target folder, in path order, one listing a folder. The folders ahead are listed while earlier
 * ones are read; memory is bounded by `lookAhead` listings plus the folders on the way down.
 *
 * A folder that cannot be listed becomes an unknown subtree; only an error that ends the run rejects. A folder that its
 * parent listed and that is not there afterwards is unknown too (somebody is changing the tree, or the destination is
 * wrong), and so is a folder that lies deeper than any real tree.
 */
export async function* walkDestination(
  top: Children,
  options: WalkOptions,
): AsyncGenerator<readonly DestinationEntry[], void> {
  const { lookAhead: most } = options;
  const mayAsk = (): boolean => asked.size < (typeof most === 'number' ? most : most());
  const first = openFolder('', top, options.filter);
  if (!(first instanceof FolderEntries)) {
    yield [first];
    return;
  }
  const stack: FolderEntries[] = [first];
  const asked = new Map<RelPath, Promise<FolderEntries | UnknownEntry>>();

  const lookAhead = (): void => {
    for (let depth = Math.min(stack.length, DEEPEST - 1) - 1; depth >= 0 && mayAsk(); depth--) {
      while (mayAsk()) {
        const folder = stack[depth]!.nextFolder();
        if (folder === undefined) break;
        void ask(folder);
      }
    }
  };
  const ask = (folder: RelPath): Promise<FolderEntries | UnknownEntry> => {
    const answer = listEntries(folder, options);
    // the answer may be read much later; until then its rejection must not count as unhandled
    answer.catch(() => undefined);
    asked.set(folder, answer);
    return answer;
  };

  while (stack.length > 0) {
    const entries = stack[stack.length - 1]!;
    const run: DestinationEntry[] = [];
    entries.moveTo(run, MOST_IN_RUN);
    const last = run.at(-1);
    const tooDeep = stack.length >= DEEPEST;
    if (last !== undefined && tooDeep && isToList(last))
      run[run.length - 1] = unknown(last.path, 'too_deep', TOO_DEEP);
    const below = last !== undefined && !tooDeep && isToList(last) ? last.path : undefined;
    if (below === undefined && entries.ended) stack.pop();
    // the listing that the walk waits for is asked for before those that it will need later
    const next = below === undefined ? undefined : (asked.get(below) ?? ask(below));
    lookAhead();
    if (below !== undefined) {
      const found = await next!;
      asked.delete(below);
      if (found instanceof FolderEntries) {
        stack.push(found);
        lookAhead();
      } else run[run.length - 1] = found;
    }
    if (run.length > 0) yield run;
  }
}

async function listEntries(folder: RelPath, options: WalkOptions): Promise<FolderEntries | UnknownEntry> {
  try {
    const children = await options.list(folder);
    if (children === undefined) {
      const vanished = `${capitalised(options.words.name)} listed this folder and then had none; left alone in this run`;
      return unknown(folder, 'folder_vanished', vanished);
    }
    return openFolder(folder, children, options.filter);
  } catch (error) {
    if (!isSyncError(error) || error.verdict === 'end_run') throw error;
    const why = `cannot list this folder: ${messageOf(error)}; left alone in this run`;
    return unknown(folder, error.code, why);
  }
}

const TOO_DEEP = `lies ${DEEPEST} folders deep or deeper; left alone, since no listing can be trusted there`;

const unknown = (path: RelPath, code: ProblemCode, message: string): UnknownEntry => ({
  kind: 'unknown',
  path,
  covers: 'subtree',
  problem: { code, severity: 'failure', message },
});
