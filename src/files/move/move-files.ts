import { byName, type ChildrenByName } from '../../model/children.ts';
import { SyncError } from '../../model/errors.ts';
import { isFolderPath, nameOf, parentOf, type RelPath } from '../../model/path.ts';
import { attempt, type FileParts } from '../file-changes.ts';
import { makeFolder } from '../folders/make-folders.ts';
import { hasWildcard, isAnyFolders, parseGlob } from '../globs/glob.ts';
import { leftAsideAs, nothingAt } from '../naming/left-aside.ts';
import { ListedOnce, matching, type NamedThing } from '../naming/named-things.ts';
import { PathsOnDisk } from '../naming/paths-on-disk.ts';
import { RecordSpool } from '../record-spool.ts';
import { moveFile } from './file-moves.ts';
import { FolderMoves, occupantOf } from './folder-moves.ts';
import { isProblem, judgeMove, nameIn, type MoveOptions, type PlannedMove } from './move-plan.ts';

/** What moves, and where: full paths, of which the first may be patterns. */
export interface MoveRequest extends MoveOptions {
  readonly sources: readonly RelPath[];
  /** A new name, or a folder that takes what moves under its own name: one that is there, '', or a path that ends in '/'. */
  readonly target: RelPath;
}

/** Where things go. */
interface Target {
  /** The folder that their new names are in: '' or ending in '/'. */
  readonly folder: RelPath;
  /** The new name of the one thing that moves; undefined: each keeps its own. */
  readonly name: string | undefined;
  /** What is in that folder, as it was listed. */
  readonly there: ChildrenByName;
  readonly isThere: boolean;
}

/**
 * Moves files and folders. All is looked at first; what cannot move is told, and the rest moves. Rejects with `usage` where
 * the target cannot take them.
 */
export async function moveFiles(parts: FileParts, request: MoveRequest): Promise<void> {
  const { tasks, dryRun, gate, tally } = parts;
  const listed = new ListedOnce(parts.remote);
  const target = await findTarget(listed, request);
  using moves = new RecordSpool<PlannedMove>();
  const planned = await planMoves(parts, { request, target, moves, listed });
  if (tasks.stopped || planned === 0) return;
  if (!target.isThere) await makeFolder(parts, target.folder, { parents: true });
  const folders = new FolderMoves(parts, request);
  for (const batch of moves.read())
    for (const [move] of batch) {
      if (dryRun) {
        tally.changed({ kind: 'move', path: move.from, to: move.to });
        continue;
      }
      const room = tasks.room() ?? gate.room();
      if (room !== undefined) await room;
      if (tasks.stopped) return;
      const make = () => (isFolderPath(move.from) ? folders.move(move) : moveFile(parts, move));
      tasks.add(attempt(parts, move.from, make));
    }
}

/** Rejects with `usage` where several things cannot have one name, and where a file has the name of the folder. */
async function findTarget(listed: ListedOnce, request: MoveRequest): Promise<Target> {
  const { sources, target, merge } = request;
  const parent = parentOf(target);
  const listing = target === '' ? undefined : await listed.list(parent);
  const occupant = listing && occupantOf(byName(listing), nameOf(target));
  const isFolder = isFolderPath(target) || (occupant?.kind === 'folder' && !merge);
  if (!isFolder) {
    if (sources.length > 1 || sources.some(hasWildcard))
      throw usage(`${target} is no folder that could take them: end it in "/", and it is made`);
    return {
      folder: parent,
      name: nameOf(target),
      there: byName(listing ?? []),
      isThere: listing !== undefined,
    };
  }
  if (occupant?.kind === 'file') throw usage(`${target} is a file, and takes nothing into it`);
  const folder = target === '' || target.endsWith('/') ? target : `${target}/`;
  const children = target !== '' && occupant === undefined ? undefined : await listed.list(folder);
  const isThere = target === '' || children !== undefined;
  return { folder, name: undefined, there: byName(children ?? []), isThere };
}

const usage = (message: string): SyncError =>
  new SyncError('usage', `${message}. Nothing was changed`, { verdict: 'end_run' });

interface Planning {
  readonly request: MoveRequest;
  readonly target: Target;
  readonly moves: RecordSpool<PlannedMove>;
  readonly listed: ListedOnce;
}

/** Looks at what is to move, and writes down what may. Resolves with how many. */
async function planMoves(parts: FileParts, planning: Planning): Promise<number> {
  const { tally, tasks } = parts;
  const { request, target, moves } = planning;
  /** The new names, without a slash at the end, by what gets them; where two things could get one. */
  using taken = mayClash(request) ? new PathsOnDisk() : undefined;
  let planned = 0;
  for await (const thing of thingsToMove(parts, planning)) {
    if (tasks.stopped) break;
    tally.seen(1);
    const { path: from } = thing;
    if (thing.kind === 'unclear') {
      tally.problem(from, { ...thing.problem, severity: 'failure' });
      continue;
    }
    const end = thing.kind === 'folder' ? '/' : '';
    const to = target.name === undefined ? nameIn(target.folder, from) : target.folder + target.name + end;
    const shown = thing.kind === 'file' ? thing.shown : undefined;
    const judged = judgeMove({ from, to, shown }, occupantOf(target.there, nameOf(to)), request);
    const name = to.replace(/\/$/, '');
    const other = taken?.get(name);
    if (other === from) continue;
    if (isProblem(judged)) tally.problem(from, judged);
    else if (other !== undefined)
      tally.problem(from, {
        code: 'name_conflict',
        severity: 'failure',
        message: `is not moved: ${other} gets the name ${to} already`,
      });
    else {
      taken?.add(name, from);
      moves.append(judged);
      planned++;
    }
  }
  return planned;
}

/** What one folder holds has names of its own. */
function mayClash({ sources }: MoveRequest): boolean {
  const segments = parseGlob(sources[0]!)?.segments ?? [''];
  return sources.length > 1 || segments.length > 1 || isAnyFolders(segments[0]);
}

async function* thingsToMove(
  { remote, gate, tally }: FileParts,
  { request: { sources }, listed }: Planning,
): AsyncGenerator<NamedThing, void> {
  const named = sources.filter((path) => !hasWildcard(path));
  for (const [path, thing] of await listed.lookUp(named))
    if (thing === undefined) tally.problem(path, nothingAt(remote, path, await leftAsideAs(listed, path)));
    else yield thing;
  for (const path of sources) {
    const glob = parseGlob(path);
    if (glob === undefined) continue;
    let found = false;
    for await (const thing of matching(glob, { remote, gate })) {
      found = true;
      yield thing;
    }
    if (!found)
      tally.problem(path, { code: 'stage_not_found', severity: 'failure', message: 'matches nothing' });
  }
}
