import type { Problem, SourceEntry, UnknownEntry } from '../../model/entry.ts';
import { isReservedName, pathProblem, type RelPath } from '../../model/path.ts';
import type { FileEntry } from '../../model/entry.ts';
import type { PathFilter, Source } from '../../model/ports.ts';
import { withImpliedFolders } from '../../sync/compare/implied-folders.ts';
import type { CopyStep } from './copy-step.ts';
import type { OwnNames } from './own-names.ts';

/** What is copied: a file, a tree, or what cannot be. */
export type CopyOrigin =
  | {
      readonly kind: 'file';
      readonly source: Source;
      readonly entry: FileEntry;
      /** Its address, for people. */
      readonly from: string;
      /** The name that it keeps in a folder. */
      readonly name: string;
    }
  | {
      readonly kind: 'tree';
      readonly source: Source;
      readonly filter: PathFilter;
      /** The address of its top, for people; it ends in '/'. */
      readonly from: string;
      /** Its own name; undefined where it has none, as the top of a bucket: then its files go into the folder themselves. */
      readonly name: string | undefined;
      /** Whether a folder of the destination lies in this very tree, so that copying it there would never end. */
      readonly holds?: ((folder: RelPath) => boolean) | undefined;
    }
  | { readonly kind: 'problem'; readonly from: string; readonly problem: Problem };

/** Where the origins go. */
export type CopyGoal =
  /** Each under its own name into this folder: '' or ending in '/'. `names`: those that are given away. */
  | { readonly kind: 'into'; readonly folder: RelPath; readonly names: OwnNames }
  /** The one origin gets this name: a file, or a folder for what is in a tree ('' or ending in '/' for the latter). */
  | { readonly kind: 'as'; readonly path: RelPath };

export interface StepsOptions {
  readonly goal: CopyGoal;
  readonly signal: AbortSignal;
}

/** What is to be done for each entry of the origins, in their order. */
export async function* stepsOf(
  origins: AsyncIterable<CopyOrigin>,
  { goal, signal }: StepsOptions,
): AsyncGenerator<CopyStep, void> {
  for await (const origin of origins) {
    if (origin.kind === 'problem') {
      yield origin;
      continue;
    }
    const to = placeOf(origin, goal);
    if (typeof to !== 'string') yield { kind: 'problem', from: origin.from, problem: to };
    else if (origin.kind === 'file') yield { ...origin, to };
    else if (origin.holds?.(to) === true)
      yield {
        kind: 'problem',
        from: origin.from,
        problem: failure('in_the_way', 'it cannot be copied into itself'),
      };
    else yield* stepsOfTree(origin, to, signal);
  }
}

/** Where an origin goes, a tree's place ending in '/'; or why it cannot. */
function placeOf(origin: Exclude<CopyOrigin, { kind: 'problem' }>, goal: CopyGoal): RelPath | Problem {
  if (goal.kind === 'as') return origin.kind === 'file' || goal.path === '' ? goal.path : asFolder(goal.path);
  const { name } = origin;
  if (name === undefined) return goal.folder;
  const problem = pathProblem(name);
  if (problem !== undefined) return failure('name_not_allowed', `it cannot be copied: its name ${problem}`);
  if (isReservedName(name))
    return failure('reserved_name', 'it cannot be copied: names that begin with .stagesync- are reserved');
  if (!goal.names.take(name))
    return failure(
      'name_conflict',
      `it cannot be copied: another SRC has the name ${name}; copy it under another name`,
    );
  return origin.kind === 'file' ? goal.folder + name : `${goal.folder}${name}/`;
}

const asFolder = (path: RelPath): RelPath => (path.endsWith('/') ? path : `${path}/`);

async function* stepsOfTree(
  { source, filter, from }: Extract<CopyOrigin, { kind: 'tree' }>,
  to: RelPath,
  signal: AbortSignal,
): AsyncGenerator<CopyStep, void> {
  if (to !== '') yield { kind: 'folder', from, to };
  let unclear: SourceEntry | undefined;
  for await (const entries of withImpliedFolders(source.list({ filter, signal }), filter))
    for (const entry of entries) {
      const { path } = entry;
      if (entry.kind === 'unknown') {
        if (isOfOne(unclear, entry)) continue;
        unclear = entry;
        yield { kind: 'problem', from: from + path, problem: entry.problem };
      } else if (entry.kind === 'folder') yield { kind: 'folder', from: from + path, to: to + path };
      else yield { kind: 'file', source, entry, from: from + path, to: to + path };
    }
}

/** What is not clear may be a file or a folder: then it comes as both, and is told once. */
const isOfOne = (before: SourceEntry | undefined, entry: UnknownEntry): boolean =>
  entry.echo === true || (before?.kind === 'unknown' && entry.path === `${before.path}/`);

const failure = (code: Problem['code'], message: string): Problem => ({ code, severity: 'failure', message });
