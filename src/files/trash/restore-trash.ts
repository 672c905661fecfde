import type { Problem } from '../../model/entry.ts';
import { isFolderPath, parentOf } from '../../model/path.ts';
import type { RelPath } from '../../model/path.ts';
import type { CheckVerdict } from '../../remote/remote.ts';
import { attempt, type FileParts } from '../file-changes.ts';
import { NewestEntries, type Restorable } from './newest-entries.ts';
import { clearEmptied } from './emptied-entries.ts';
import { makeFolders } from './restored-folders.ts';
import { filesIn, meantBy, trashEntries, withoutEnd } from './trash-contents.ts';

/**
 * Moves what is in the trash back to where it was: of each path what was removed last. `paths` are files, and folders with
 * all below them, from the top of the destination; '' is all. What has a name again stays, and the entry stays in the trash.
 */
export async function restoreTrash(parts: FileParts, paths: readonly RelPath[]): Promise<void> {
  const { tasks, tally } = parts;
  using found = new NewestEntries();
  const met = new Set<RelPath>();
  for await (const entry of trashEntries(parts))
    for (const path of paths)
      for (const match of await meantBy(path, entry, parts)) {
        found.add(match);
        met.add(path);
      }
  for (const path of paths) if (!met.has(path)) tally.problem(path, NOT_IN_TRASH);
  const made = new Set<RelPath>();
  // one after the other: a folder and what was removed from it before may both come back
  for (const entry of found.all()) {
    if (tasks.stopped) return;
    const isNamed = paths.some((path) => withoutEnd(path) === withoutEnd(entry.path));
    await attempt(parts, entry.path, () => restore(parts, entry, { isNamed, made }));
  }
}

interface RestoreOptions {
  /** A person named this very path. */
  readonly isNamed: boolean;
  /** Folders that are there by now. */
  readonly made: Set<RelPath>;
}

async function restore(parts: FileParts, entry: Restorable, options: RestoreOptions): Promise<void> {
  const { remote, tally, dryRun } = parts;
  const { path, place, pathFile } = entry;
  const isThere = await kindAt(parts, path);
  if (isThere === 'folder' && isFolderPath(path)) return restoreInto(parts, entry, options);
  if (isThere !== undefined) return tally.problem(path, hasName(options.isNamed));
  if (!dryRun) {
    await makeFolders(parts, parentOf(path), options.made);
    const end = await remote.move(place, path, {
      begins: true,
      check: (_, inDoubt) => checkFree(parts, { path, place }, inDoubt),
    });
    if (end === 'kept') return tally.problem(path, hasName(options.isNamed));
    if (pathFile !== undefined) await remote.remove(pathFile);
  }
  tally.changed({ kind: 'move', path: place, to: path });
}

/** The folder is there again: its files come back one by one, each where its name is free. */
async function restoreInto(parts: FileParts, entry: Restorable, options: RestoreOptions): Promise<void> {
  const { remote, gate, tasks, dryRun } = parts;
  const { path, place, removedMs } = entry;
  for await (const file of filesIn(remote, place, gate.lanes)) {
    if (tasks.stopped) return;
    const inside = { path: path + file.path, place: place + file.path, pathFile: undefined, removedMs };
    await attempt(parts, inside.path, () => restore(parts, inside, { ...options, isNamed: false }));
  }
  if (!dryRun && !tasks.stopped) await clearEmptied(parts, entry, options.made);
}

async function kindAt({ remote }: FileParts, path: RelPath): Promise<'file' | 'folder' | undefined> {
  const name = withoutEnd(path);
  if ((await remote.stat(name)) !== undefined) return 'file';
  return (await remote.list(`${name}/`)) === undefined ? undefined : 'folder';
}

/** Looks, right before the move, whether the name is free. After an attempt in doubt, the move may have been made. */
async function checkFree(
  { remote }: FileParts,
  { path, place }: Pick<Restorable, 'path' | 'place'>,
  inDoubt: boolean,
): Promise<CheckVerdict> {
  const name = withoutEnd(path);
  const isFree =
    (await remote.statNow(name)) === undefined && (await remote.listNow(`${name}/`)) === undefined;
  if (isFree) return 'go';
  const isGone = isFolderPath(place)
    ? (await remote.listNow(place)) === undefined
    : (await remote.statNow(place)) === undefined;
  return inDoubt && isGone ? 'done' : 'kept';
}

const NOT_IN_TRASH: Problem = {
  code: 'api_not_found',
  severity: 'failure',
  message: 'nothing of this name is in the trash; "stagesync trash list" shows what is',
};

const hasName = (isNamed: boolean): Problem => ({
  code: 'in_the_way',
  severity: isNamed ? 'failure' : 'warning',
  message: 'stays in the trash: something has its name now, and nothing is overwritten; move that away first',
});
