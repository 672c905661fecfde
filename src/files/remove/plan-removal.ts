import type { Children } from '../../model/children.ts';
import type { Problem } from '../../model/entry.ts';
import { SyncError } from '../../model/errors.ts';
import { foldersOf, isFolderPath, isReservedName, nameOf, parentOf, type RelPath } from '../../model/path.ts';
import type { FileParts } from '../file-changes.ts';
import { isGlob, readGlob, type Glob } from '../naming/glob.ts';
import {
  folderWithContent,
  matching,
  thingNamed,
  type LookOptions,
  type NamedThing,
} from '../naming/named-things.ts';
import { leftAsideAs, nothingAt } from '../naming/left-aside.ts';
import { RemovalPlan } from './removal-plan.ts';

export interface RemovalOptions {
  /** Folders go too, with all that is in them. */
  readonly recursive: boolean;
  /** What is not there is no failure. */
  readonly ifExists: boolean;
}

/**
 * Looks for what is to go, and adds it to the plan. What is not there, or not clear, is told and stays. Rejects with `usage`
 * where a folder is named without `recursive`.
 */
export async function planRemoval(
  parts: FileParts,
  plan: RemovalPlan,
  paths: readonly RelPath[],
  options: RemovalOptions,
): Promise<void> {
  const covered = new CoveredPaths(options);
  const adding = new Adding(parts, plan, covered);
  const named = paths.filter((path) => !isGlob(path));
  for (const thing of await lookFor(parts, named, options)) {
    if (parts.tasks.stopped) return;
    await adding.add(thing);
  }
  const globs = paths.filter(isGlob).map(readGlob);
  // a pattern of fewer names finds the folders in which one of more names finds something
  for (const glob of globs.toSorted((a, b) => depthOf(a) - depthOf(b))) {
    if (parts.tasks.stopped) return;
    const found = await adding.addAll(matching(glob, { ...parts, folders: options.recursive ? 'with content' : 'none' }));
    if (!found && !options.ifExists)
      parts.tally.problem(glob.text, {
        code: 'stage_not_found',
        severity: 'failure',
        message: `${options.recursive ? 'nothing' : 'no file'} matches it`,
      });
    covered.add(glob);
  }
}

const depthOf = ({ text }: Glob): number => (text.includes('**') ? Infinity : text.split('/').length);

/** What these paths name, each once, in path order. */
async function lookFor(
  { remote, tally }: FileParts,
  paths: readonly RelPath[],
  { recursive, ifExists }: RemovalOptions,
): Promise<NamedThing[]> {
  const listings = new Map<RelPath, Promise<Children | undefined>>();
  const listed = (folder: RelPath): Promise<Children | undefined> => {
    const listing = listings.get(folder) ?? remote.list(folder);
    listings.set(folder, listing);
    return listing;
  };
  const things = await Promise.all(
    [...new Set(paths)].map(async (path) => [path, thingNamed(await listed(parentOf(path)), path)] as const),
  );
  const folder = things.find(([, thing]) => thing?.kind === 'folder');
  if (folder !== undefined && !recursive) throw isAFolder(folder[0]);
  for (const [path, thing] of things)
    if (thing === undefined && !ifExists)
      tally.problem(path, nothingAt(remote.words, await leftAsideAs(remote, path)));
  return things
    .flatMap(([, thing]) => thing ?? [])
    .toSorted((a, b) => (a.path < b.path ? -1 : a.path > b.path ? 1 : 0));
}

const isAFolder = (path: RelPath): SyncError =>
  new SyncError(
    'usage',
    `${path} is a folder, and goes with all that is in it only where that is asked for: give -r (for programs: recursive). Nothing was changed`,
    { verdict: 'end_run' },
  );

/** Paths that are in the plan already, so that nothing is in it twice. */
class CoveredPaths {
  readonly #recursive: boolean;
  readonly #files = new Set<RelPath>();
  readonly #folders: RelPath[] = [];
  readonly #globs: Glob[] = [];

  constructor({ recursive }: Pick<RemovalOptions, 'recursive'>) {
    this.#recursive = recursive;
  }

  add(added: Glob | RelPath): void {
    if (typeof added !== 'string') this.#globs.push(added);
    else if (isFolderPath(added)) this.#folders.push(added);
    else this.#files.add(added);
  }

  has(path: RelPath): boolean {
    const ways = this.#recursive ? [path, ...foldersOf(parentOf(path))] : [path];
    return (
      this.#files.has(path) ||
      this.#folders.some((folder) => path.startsWith(folder)) ||
      this.#globs.some((glob) => ways.some((way) => glob.matches(way)))
    );
  }
}

/** Adds what was found to a plan. */
class Adding {
  readonly #parts: FileParts;
  readonly #plan: RemovalPlan;
  readonly #covered: CoveredPaths;
  /** Whether the folder that was told last is in the plan already, so that its content is not added again. */
  #skips = false;

  constructor(parts: FileParts, plan: RemovalPlan, covered: CoveredPaths) {
    this.#parts = parts;
    this.#plan = plan;
    this.#covered = covered;
  }

  /** One thing that was named. Folders are remembered: there are as many as were named. */
  async add(thing: NamedThing): Promise<void> {
    if (this.#covered.has(thing.path)) return;
    const options: LookOptions = { ...this.#parts, folders: 'with content' };
    if (thing.kind === 'folder') await this.addAll(folderWithContent(thing.path, options));
    else this.#take(thing);
    this.#covered.add(thing.path);
  }

  /** Resolves with whether there was anything. */
  async addAll(things: AsyncIterable<readonly NamedThing[]>): Promise<boolean> {
    let found = false;
    for await (const batch of things) {
      if (this.#parts.tasks.stopped) break;
      found ||= batch.length > 0;
      for (const thing of batch) this.#take(thing);
    }
    this.#endFolder();
    return found;
  }

  #take(thing: NamedThing): void {
    if (thing.kind !== 'content' && thing.kind !== 'unclear') {
      this.#endFolder();
      this.#skips = this.#covered.has(thing.path);
    }
    if (this.#skips) return;
    switch (thing.kind) {
      case 'file':
        return this.#plan.addFile(thing.path, thing.shown);
      case 'folder':
        return this.#plan.beginFolder(thing.path);
      case 'content':
        if (isReservedName(thing.path.slice(this.#plan.openFolder?.length ?? 0)))
          return this.#drop(thing.path, HIDDEN_INSIDE);
        return this.#plan.addContent(thing.path, thing.shown);
      case 'unclear':
        return this.#drop(thing.path, thing.problem);
      default:
        return thing satisfies never;
    }
  }

  /** What cannot be told keeps the folder that it is in. */
  #drop(path: RelPath, { code, message }: Problem): void {
    const folder = this.#plan.openFolder;
    const isInside = folder !== undefined && path.startsWith(folder);
    const told = isInside ? `${message}; ${nameOf(folder)}/ stays with all that is in it` : message;
    if (!isInside || !this.#plan.isDropped) this.#parts.tally.problem(path, { code, severity: 'failure', message: told });
    if (isInside) this.#plan.dropFolder();
  }

  #endFolder(): void {
    this.#plan.endFolder(this.#parts.clock.elapsed());
  }
}

const HIDDEN_INSIDE: Problem = {
  code: 'reserved_name',
  severity: 'failure',
  message: 'is a hidden name of a stagesync, which may be in use',
};
