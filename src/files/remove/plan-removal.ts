import type { Children } from '../../model/children.ts';
import type { Problem } from '../../model/entry.ts';
import { SyncError } from '../../model/errors.ts';
import { comparePaths, foldersOf, isReservedName, parentOf, type RelPath } from '../../model/path.ts';
import type { FileParts } from '../file-changes.ts';
import { hasWildcard, parseGlob, type Glob } from '../globs/glob.ts';
import { resolvedAhead } from '../globs/resolved-ahead.ts';
import { leftAsideAs, nothingAt } from '../naming/left-aside.ts';
import {
  contentOf,
  ListedOnce,
  matching,
  type NamedThing,
  type UnclearThing,
} from '../naming/named-things.ts';
import { PathsOnDisk } from '../naming/paths-on-disk.ts';
import type { RemovalPlan } from './removal-plan.ts';

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
  const { remote, gate, tasks, tally } = parts;
  using adding = new Adding(parts, plan, { remembers: paths.length > 1 });
  const named = paths.filter((path) => !hasWildcard(path));
  await adding.addAll(await lookFor(parts, named, options));
  const globs = paths.flatMap((path) => parseGlob(path) ?? []);
  // a pattern of fewer names finds the folders in which one of more names finds something
  for (const glob of globs.toSorted((a, b) => depthOf(a) - depthOf(b))) {
    if (tasks.stopped) return;
    const found = await adding.addAll(wanted(matching(glob, { remote, gate }), options));
    if (found || options.ifExists) continue;
    tally.problem(glob.base + glob.segments.join('/'), nothingMatches(options));
  }
}

const depthOf = ({ base, segments }: Glob): number =>
  segments.includes('**') ? Infinity : base.split('/').length + segments.length;

/** Without `recursive`, a pattern means files alone. */
async function* wanted(
  things: AsyncIterable<NamedThing>,
  { recursive }: RemovalOptions,
): AsyncGenerator<NamedThing, void> {
  for await (const thing of things) if (recursive || thing.kind !== 'folder') yield thing;
}

/** What these paths name, each once; in path order, so that a folder comes before what is in it. */
async function lookFor(
  { remote, tally }: FileParts,
  paths: readonly RelPath[],
  { recursive, ifExists }: RemovalOptions,
): Promise<NamedThing[]> {
  const listed = new ListedOnce(remote);
  const things = await listed.lookUp(paths);
  const folder = things.find(([, thing]) => thing?.kind === 'folder');
  if (folder !== undefined && !recursive) throw isAFolder(folder[0]);
  for (const [path, thing] of things)
    if (thing === undefined && !ifExists)
      tally.problem(path, nothingAt(remote, path, await leftAsideAs(listed, path)));
  return things.flatMap(([, thing]) => thing ?? []).toSorted((a, b) => comparePaths(a.path, b.path));
}

const nothingMatches = ({ recursive }: RemovalOptions): Problem => ({
  code: 'stage_not_found',
  severity: 'failure',
  message: recursive ? 'matches nothing' : 'matches no file; folders need -r',
});

const isAFolder = (path: RelPath): SyncError =>
  new SyncError(
    'usage',
    `${path} is a folder, and goes with all that is in it only where that is asked for: give -r (for programs: recursive). Nothing was changed`,
    { verdict: 'end_run' },
  );

/** Adds what was found to a plan. */
class Adding implements Disposable {
  readonly #parts: FileParts;
  readonly #plan: RemovalPlan;
  /** What is in the plan already, where something could be found twice. */
  readonly #known: PathsOnDisk | undefined;

  constructor(parts: FileParts, plan: RemovalPlan, { remembers }: { readonly remembers: boolean }) {
    this.#parts = parts;
    this.#plan = plan;
    this.#known = remembers ? new PathsOnDisk() : undefined;
  }

  [Symbol.dispose](): void {
    this.#known?.[Symbol.dispose]();
  }

  /** Resolves with whether there was anything. The first listings of folders are made ahead. */
  async addAll(things: AsyncIterable<NamedThing> | Iterable<NamedThing>): Promise<boolean> {
    const { remote, gate, tasks } = this.#parts;
    let found = false;
    const listed = resolvedAhead(
      things,
      async (thing) => ({ thing, top: thing.kind === 'folder' ? await remote.list(thing.path) : undefined }),
      () => gate.lanes,
    );
    for await (const { thing, top } of listed) {
      if (tasks.stopped) break;
      found = true;
      if (this.#isKnown(thing.path)) continue;
      if (thing.kind === 'file') {
        this.#plan.addFile(thing.path, thing.shown);
        this.#parts.tally.seen(1);
      } else if (thing.kind === 'unclear')
        this.#parts.tally.problem(thing.path, { ...thing.problem, severity: 'failure' });
      else if (top !== undefined) await this.#addFolder(thing.path, top);
    }
    return found;
  }

  async #addFolder(path: RelPath, top: Children): Promise<void> {
    const { clock, tasks, tally } = this.#parts;
    this.#plan.beginFolder(path);
    for await (const batch of contentOf(path, top, this.#parts)) {
      if (tasks.stopped) return this.#plan.endFolder(0);
      tally.seen(batch.filter((each) => each.kind === 'content' && each.shown !== undefined).length);
      for (const each of batch) {
        if (each.kind === 'unclear') this.#keep(path, each);
        else if (isReservedName(each.path.slice(path.length)))
          this.#keep(path, { path: each.path, problem: HIDDEN_INSIDE });
        else this.#plan.addContent(each.path, each.shown);
      }
    }
    this.#plan.endFolder(clock.elapsed());
  }

  /** What cannot be told keeps the folder that it is in; one reason is enough. */
  #keep(folder: RelPath, { path, problem }: Pick<UnclearThing, 'path' | 'problem'>): void {
    if (this.#plan.isDropped) return;
    this.#plan.dropFolder();
    const message = `${problem.message}; ${folder} stays with all that is in it`;
    this.#parts.tally.problem(path, { code: problem.code, severity: 'failure', message });
  }

  #isKnown(path: RelPath): boolean {
    const known = this.#known;
    if (known === undefined) return false;
    const has = (each: RelPath): boolean => known.get(each) !== undefined;
    const isIn = has(path) || foldersOf(parentOf(path)).some(has);
    known.add(path);
    return isIn;
  }
}

const HIDDEN_INSIDE: Problem = {
  code: 'reserved_name',
  severity: 'failure',
  message: 'is a hidden name of a stagesync, which may be in use',
};
