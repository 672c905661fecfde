import type { Problem, SourceEntry, UnknownEntry } from '../../model/entry.ts';
import { foldersOf, isReservedName, pathProblem } from '../../model/path.ts';
import type { PathFilter } from '../../model/ports.ts';
import { printable } from '../../model/printable.ts';
import type { ListedObject } from './bucket.ts';
import { identityOf, versionOf } from './object-version.ts';
import { RESERVED_NAME, ReservedNames } from '../reserved-names.ts';

export interface EntryOptions {
  /** Folders of a listing of one level, by key, that hold more than their markers. */
  readonly inhabited?: ReadonlySet<string> | undefined;
  /**
   * True: the server chooses the names of its storage classes, so a class with the name of an AWS archive may be
   * readable; only a read shows it.
   */
  readonly classesAreNames?: boolean | undefined;
  /** An archived object is told, left out in silence, or a file like any other, of which only a read shows that S3 gives it. */
  readonly archived?: 'report' | 'ignore' | 'transfer' | undefined;
}

/**
 * Turns objects, in key order, into entries. S3 has only keys; what a tree of files cannot hold is decided here, once:
 *
 * - `a/` is the folder a. Bytes in it have no place on Stage: reported.
 * - A key that no path equals (`a//b`, `../a`, backslashes, control characters) is reported and left out.
 * - `a` beside `a/b`: the object a is kept, and everything below `a/` is one unknown subtree.
 * - An archived object is reported until it is restored, where the storage class tells it.
 * - A name that is reserved for our own files is reported and left out.
 *
 * What the filter leaves out is not reported. An empty marker that cannot be a folder loses nothing: a warning.
 */
export class EntryReader {
  readonly #prefix: string;
  readonly #filter: PathFilter;
  readonly #inhabited: ReadonlySet<string>;
  readonly #classesAreNames: boolean;
  readonly #archived: NonNullable<EntryOptions['archived']>;
  /** Kept objects whose path begins the current one: in key order nothing else can lie between them. */
  readonly #files: { path: string; reported: boolean }[] = [];
  readonly #reserved: ReservedNames;
  #checkedFolders: readonly string[] = [];
  #pruned: string | undefined;

  constructor(prefix: string, filter: PathFilter, options: EntryOptions = {}) {
    const { inhabited = NONE, classesAreNames = false, archived = 'report' } = options;
    this.#prefix = prefix;
    this.#filter = filter;
    this.#inhabited = inhabited;
    this.#classesAreNames = classesAreNames;
    this.#archived = archived;
    this.#reserved = new ReservedNames(filter);
  }

  /** Entries of the next objects. */
  read(objects: readonly ListedObject[]): SourceEntry[] {
    const entries: SourceEntry[] = [];
    for (const object of objects) this.#readOne(object, entries);
    return entries;
  }

  #readOne(object: ListedObject, entries: SourceEntry[]): void {
    const path = object.key.slice(this.#prefix.length);
    // The marker of the root says nothing.
    if (path === '') return;
    if (isReservedName(path)) {
      const met = this.#reserved.meet(path);
      if (met !== undefined) entries.push(reserved(printable(met)));
      return;
    }
    if (this.#isPruned(path)) return;

    const isFolder = path.endsWith('/');
    const isMarker = isFolder && object.size === 0 && !this.#inhabited.has(object.key);
    const problem = pathProblem(path);
    if (problem !== undefined) {
      if (!this.#filter.excludes(path)) entries.push(notAllowed(printable(path), problem, isMarker));
      return;
    }
    // A marker is not dropped yet: the filter may leave out its folder, and still take objects in it.
    if ((!isFolder || object.size > 0) && this.#filter.excludes(path)) return;

    const file = this.#fileAbove(path);
    if (file !== undefined) {
      // The filter leaves this folder out. One that holds something goes on, because entries in it may take part.
      if (isMarker && this.#filter.excludes(path)) return;
      if (isMarker && path.length === file.path.length + 1) {
        entries.push(markerBesideFile(file.path));
        return;
      }
      if (!file.reported) entries.push(conflict(file.path));
      file.reported = true;
      return;
    }
    if (isFolder) {
      entries.push({ kind: 'folder', path });
      if (object.size > 0) entries.push(folderWithBytes(path));
      return;
    }
    this.#files.push({ path, reported: false });
    entries.push(this.#readFile(object, path));
  }

  #readFile(object: ListedObject, path: string): SourceEntry {
    const { size, etag, modifiedMs } = object;
    if (etag === undefined)
      return unknown(
        path,
        'path',
        'unreadable',
        'the server lists no ETag for it, so that a change could not be noticed',
      );
    if (this.#archived !== 'transfer' && isArchived(object, this.#classesAreNames)) {
      const entry = archived(object, path);
      // an entry that echoes another is not told
      return this.#archived === 'ignore' ? { ...entry, echo: true } : entry;
    }
    const identity = identityOf(etag, object);
    const file = { kind: 'file', path, size, modifiedMs, version: versionOf(etag, object) } as const;
    return identity === undefined ? file : { ...file, identity };
  }

  #fileAbove(path: string): { path: string; reported: boolean } | undefined {
    while (this.#files.length > 0 && !path.startsWith(this.#files.at(-1)!.path)) this.#files.pop();
    return this.#files.find((file) => path[file.path.length] === '/');
  }

  /** Asks the filter once for every folder, and not at all below a name it could not understand. */
  #isPruned(path: string): boolean {
    if (this.#pruned !== undefined) {
      if (path.startsWith(this.#pruned)) return true;
      this.#pruned = undefined;
    }
    const folders = foldersOf(path);
    for (const [at, folder] of folders.entries()) {
      if (this.#checkedFolders[at] === folder) continue;
      if (pathProblem(folder) !== undefined) break;
      if (this.#filter.prunes(folder)) {
        this.#pruned = folder;
        return true;
      }
    }
    this.#checkedFolders = folders;
    return false;
  }
}

const NONE: ReadonlySet<string> = new Set();

/** The outermost folder above `key` that the filter leaves out, as a key; for a listing that can jump over it. */
export function prunedFolderOf(prefix: string, filter: PathFilter, key: string): string | undefined {
  for (const folder of foldersOf(key.slice(prefix.length))) {
    if (pathProblem(folder) !== undefined) return undefined;
    if (filter.prunes(folder)) return prefix + folder;
  }
  return undefined;
}

function isArchived({ storageClass, restored }: ListedObject, classesAreNames: boolean): boolean {
  if (storageClass !== 'GLACIER' && storageClass !== 'DEEP_ARCHIVE') return false;
  return restored === 'running' || (restored === 'no' && !classesAreNames);
}

const archived = ({ storageClass, restored }: ListedObject, path: string): UnknownEntry =>
  unknown(
    path,
    'path',
    'archived',
    restored === 'running'
      ? `it is archived (${storageClass}) and being restored; run again when it is there`
      : `it is archived (${storageClass}); restore it (aws s3api restore-object) or exclude it`,
  );

const conflict = (file: string): UnknownEntry =>
  unknown(
    `${file}/`,
    'subtree',
    'name_conflict',
    `there is an object "${file}" as well, and a file cannot be a folder; the object is taken and what is below "${file}/" is not: rename one of them`,
  );

const markerBesideFile = (file: string): UnknownEntry =>
  warning(
    `${file}/`,
    'name_conflict',
    `it is an empty folder marker beside the object "${file}", which is taken; remove the marker`,
  );

const notAllowed = (path: string, problem: string, isMarker: boolean): UnknownEntry =>
  isMarker
    ? warning(
        path,
        'name_not_allowed',
        `it is an empty folder marker whose name ${problem}; remove the marker`,
      )
    : unknown(path, 'nothing', 'name_not_allowed', `its name ${problem}; rename the object`);

const reserved = (path: string): UnknownEntry => ({
  kind: 'unknown',
  path,
  covers: 'nothing',
  problem: RESERVED_NAME,
});

/** The folder itself is an entry; this one takes no part in the merge. */
const folderWithBytes = (path: string): UnknownEntry =>
  unknown(
    path,
    'nothing',
    'folder_with_content',
    'it is a folder by its name but has content, which is not taken; rename the object',
  );

function unknown(
  path: string,
  covers: UnknownEntry['covers'],
  code: Problem['code'],
  message: string,
): UnknownEntry {
  return { kind: 'unknown', path, covers, problem: { code, severity: 'failure', message } };
}

const warning = (path: string, code: Problem['code'], message: string): UnknownEntry => ({
  kind: 'unknown',
  path,
  covers: 'nothing',
  problem: { code, severity: 'warning', message },
});
