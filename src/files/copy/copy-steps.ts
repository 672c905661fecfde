import type { Problem, SourceEntry, UnknownEntry } from '../../model/entry.ts';
import { isReservedName, pathProblem, type RelPath } from '../../model/path.ts';
import { withImpliedFolders } from '../../sync/compare/implied-folders.ts';
import type { CopyOrigin } from './copy-origin.ts';
import type { CopyStep } from './copy-step.ts';
import type { FoundFiles } from './found-files.ts';
import type { OwnNames } from './own-names.ts';

/** Where the origins go. */
export type CopyGoal =
  /** Each under its own name into this folder: '' or ending in '/'. `names`: those that are given away. */
  | { readonly kind: 'into'; readonly folder: RelPath; readonly names: OwnNames }
  /** The one origin gets this name: a file, or a folder for what is in a tree ('' or ending in '/' for the latter). */
  | { readonly kind: 'as'; readonly path: RelPath };

export interface StepsOptions {
  readonly goal: CopyGoal;
  /** Aborted: nothing more is listed. */
  readonly signal: AbortSignal;
  /** Hears of what there is to copy; trees are listed ahead for that. */
  readonly found?: FoundFiles | undefined;
}

/** What is to be done for each entry of the origins, in their order. */
export async function* stepsOf(
  origins: AsyncIterable<CopyOrigin>,
  options: StepsOptions,
): AsyncGenerator<CopyStep, void> {
  const { goal, found } = options;
  for await (const origin of found?.origins(origins) ?? origins) {
    if (origin.kind === 'problem') {
      yield origin;
      continue;
    }
    const to = goesTo(origin, goal);
    if (typeof to !== 'string') {
      found?.leave(origin);
      yield { kind: 'problem', from: origin.from, problem: to };
    } else if (origin.kind === 'file') yield { ...origin, to };
    else yield* stepsOfTree(origin, to, options);
  }
}

/** Where an origin goes, a tree's place ending in '/'; or why it cannot. */
function goesTo(origin: Exclude<CopyOrigin, { kind: 'problem' }>, goal: CopyGoal): RelPath | Problem {
  const to = placeOf(origin, goal);
  const isInItself = typeof to === 'string' && origin.kind === 'tree' && origin.holds?.(to) === true;
  return isInItself ? failure('in_the_way', 'it cannot be copied into itself') : to;
}

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
  { signal, found }: StepsOptions,
): AsyncGenerator<CopyStep, void> {
  if (to !== '') yield { kind: 'folder', from, to };
  let unclear: SourceEntry | undefined;
  const listing = source.list({ filter, signal });
  for await (const entries of withImpliedFolders(found?.listing(listing) ?? listing, filter))
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
