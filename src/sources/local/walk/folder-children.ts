import { isUtf8 } from 'node:buffer';
import type { BigIntStats } from 'node:fs';
import type { Problem, UnknownEntry } from '../../../model/entry.ts';
import { comparePaths, isReservedName, pathProblem } from '../../../model/path.ts';
import type { RelPath } from '../../../model/path.ts';
import type { PathFilter } from '../../../model/ports.ts';
import { errnoOf } from '../../../disk/system-errors.ts';
import { inside, kindOf } from '../../../disk/disk.ts';
import type { Child, ChildKind, Disk } from '../../../disk/disk.ts';
import type { FileId } from '../../../disk/file-id.ts';
import { RESERVED_NAME } from '../../reserved-names.ts';
import * as problems from '../local-problems.ts';
import { sortNames } from './name-sort.ts';

/** A folder that is being listed. */
export interface OpenFolder {
  /** As the system knows it, without a slash at the end. */
  readonly place: string;
  readonly path: RelPath;
  readonly id: FileId;
}

export interface Children {
  /** Names in path order, folders with their slash. */
  readonly names: string[];
  /** What stands in for a name that cannot be listed as a file or a folder. */
  readonly unknown: Map<string, UnknownEntry>;
  /** Names that no path can express, or that are reserved; they have no place in the order. */
  readonly nameless: readonly UnknownEntry[];
}

export interface ChildrenOptions {
  readonly disk: Disk;
  readonly filter: PathFilter;
  readonly followSymlinks: boolean;
  /** Whether a folder is one of those being listed, so that a link to it would never end. */
  readonly isOpen: (id: FileId) => boolean;
  /** The open folder, where it is held open: then its names come from no other folder. */
  readonly fd?: number | undefined;
}

const PAUSE_EVERY = 64;

// Names that need a second look: refused characters, surrogates (JavaScript sorts them wrongly), a failed decoding.
// eslint-disable-next-line no-control-regex -- naming control characters is the point
const ODD = /[\\\u0000-\u001f\u007f\ud800-\udfff\ufffd]/;

/**
 * What the destination may have of that name. For a link, or for anything that is neither file nor folder, nobody
 * knows which.
 */
type Covers = 'file' | 'folder' | 'either';
const COVERS: Readonly<Record<ChildKind, Covers>> = {
  file: 'file',
  folder: 'folder',
  link: 'either',
  special: 'either',
};

/** Reads one folder. Yields nothing but pauses, now and then; throws the error of the system call. */
export function* readChildren(folder: OpenFolder, options: ChildrenOptions): Generator<undefined, Children> {
  const { disk, filter, fd } = options;
  const names: string[] = [];
  const unknown = new Map<string, UnknownEntry>();
  const nameless: UnknownEntry[] = [];
  let surrogates = false;
  let undecoded = false;
  let seen = 0;

  const add = (name: string): void => {
    const path = folder.path + name;
    if (name.endsWith('/') ? !filter.prunes(path) : !filter.excludes(path)) names.push(name);
  };

  /** Protects both the file and the folder that the name may stand for, and reports the name once. */
  const protect = (name: string, covers: Covers, problem: Problem): void => {
    const before = names.length;
    if (covers !== 'folder') add(name);
    if (covers !== 'file') add(`${name}/`);
    for (const [at, added] of names.slice(before).entries()) {
      const entry = problems.unknownPath(folder.path + added, problem);
      unknown.set(added, at === 0 ? entry : { ...entry, echo: true });
    }
  };

  const addLink = (name: string): void => {
    // An excluded link is not looked at, so that an unreachable mount behind it does no harm.
    if (filter.excludes(folder.path + name) && filter.prunes(`${folder.path}${name}/`)) return;
    const target = targetOf(inside(folder.place, name), options);
    if (target === 'file') add(name);
    else if (target === 'folder') add(`${name}/`);
    else protect(name, target.covers, target.problem);
  };

  /**
   * `printed` is what people see of a name that no text can hold. The filter never lets reserved names through: see
   * PathFilter.
   */
  const addReserved = ({ name, kind }: Child, printed = name): void => {
    const path = folder.path + name;
    const out = (asked: RelPath): boolean => filter.rulesOut?.(asked) === true;
    if ((kind === 'folder' || out(path)) && (kind === 'file' || out(`${path}/`))) return;
    const shown = folder.path + printed + (kind === 'folder' ? '/' : '');
    nameless.push(problems.namelessPath(shown, RESERVED_NAME));
  };

  const take = (child: Child): void => {
    const { name, kind } = child;
    if (isReservedName(name)) addReserved(child);
    else if (kind === 'file') add(name);
    else if (kind === 'folder') add(`${name}/`);
    else if (kind === 'link') addLink(name);
    else protect(name, COVERS.special, problems.SPECIAL_FILE);
  };

  const takeOdd = (child: Child): void => {
    surrogates = true;
    const refused = isReservedName(child.name) ? undefined : pathProblem(child.name);
    if (refused === undefined) take(child);
    else protect(child.name, COVERS[child.kind], problems.nameNotAllowed(refused));
  };

  for (const child of disk.children(folder.place, fd)) {
    if (++seen % PAUSE_EVERY === 0) yield;
    if (!ODD.test(child.name)) take(child);
    else if (child.name.includes('\uFFFD')) undecoded = true;
    else takeOdd(child);
  }
  if (undecoded)
    for (const { name, kind } of disk.rawChildren(folder.place, fd)) {
      const lossy = name.toString();
      if (!lossy.includes('\uFFFD')) continue;
      if (isUtf8(name)) takeOdd({ name: lossy, kind });
      else if (isReservedName(lossy)) addReserved({ name: lossy, kind }, escaped(name));
      else if (!filter.excludes(folder.path + lossy))
        nameless.push(problems.namelessPath(folder.path + escaped(name), problems.NAME_NOT_UTF8));
    }
  nameless.sort((a, b) => comparePaths(a.path, b.path));
  return { names: yield* sortNames(names, { surrogates }), unknown, nameless };
}

/** Adds what stands in for a name, at its place in the order, to a folder that was read before. */
export function addUnknown({ names, unknown }: Children, name: string, entry: UnknownEntry): void {
  const after = names.findIndex((each) => comparePaths(each, name) > 0);
  names.splice(after === -1 ? names.length : after, 0, name);
  unknown.set(name, entry);
}

const escaped = (name: Buffer): string =>
  name
    .toString('latin1')
    .replaceAll(/[^ -~]/g, (byte) => `\\x${byte.charCodeAt(0).toString(16).padStart(2, '0')}`);

type Target = 'file' | 'folder' | { readonly covers: Covers; readonly problem: Problem };

function targetOf(link: string, { disk, followSymlinks, isOpen }: ChildrenOptions): Target {
  const unknown = (problem: Problem): Target => ({ covers: COVERS.link, problem });
  if (!followSymlinks) return unknown(problems.LINK_SKIPPED);
  let stats: BigIntStats | undefined;
  try {
    stats = disk.stat(link);
  } catch (error) {
    return unknown(errnoOf(error) === 'ELOOP' ? problems.LINK_LOOP : problems.unreadable(error));
  }
  if (stats === undefined) return unknown(problems.LINK_DANGLING);
  const kind = kindOf(stats);
  if (kind === 'folder' && isOpen(stats)) return unknown(problems.LINK_LOOP);
  return kind === 'file' || kind === 'folder' ? kind : unknown(problems.SPECIAL_FILE);
}
