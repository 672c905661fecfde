import type { BigIntStats } from 'node:fs';
import type { SourceEntry, UnknownEntry } from '../../../model/entry.ts';
import { foldersOf, isReservedName, nameOf, pathProblem } from '../../../model/path.ts';
import type { RelPath } from '../../../model/path.ts';
import type { PathFilter } from '../../../model/ports.ts';
import { errnoOf, isMissing } from '../../../disk/system-errors.ts';
import { inside } from '../../../disk/disk.ts';
import { fileEntry } from '../file-version.ts';
import { isSameFile } from '../../../disk/file-id.ts';
import type { FileId } from '../../../disk/file-id.ts';
import { addUnknown, readChildren } from './folder-children.ts';
import { statRoot } from './stat-root.ts';
import type { RootOptions } from './stat-root.ts';
import type { Children, OpenFolder } from './folder-children.ts';
import { HeldFolder } from '../held-folder.ts';
import * as problems from '../local-problems.ts';

export interface WalkOptions extends RootOptions {
  readonly followSymlinks: boolean;
  readonly filter: PathFilter;
}

interface Frame extends OpenFolder, Children {
  next: number;
  nextNameless: number;
  /** Whether the folder was moved or removed meanwhile: then missing children prove nothing. */
  gone: boolean;
}

/** What a walk gives: an entry, or undefined at a good moment to pause. */
export type Step = SourceEntry | undefined;

/** Where a walk is: plain data, from which a walk in another thread can go on. */
export interface WalkState {
  readonly root: OpenFolder;
  readonly stack: readonly Frame[];
}

/** One walk of a tree: a stack of open folders. It keeps the names in these folders, and nothing else. */
export class Walk {
  readonly #options: WalkOptions;
  readonly #root: OpenFolder;
  readonly #stack: Frame[];

  /**
   * `from` is where another walk of the same tree is. Throws `source_missing`, `source_denied` or
   * `guard_root_changed` when the root is not a folder we can see.
   */
  constructor(options: WalkOptions, from?: WalkState) {
    this.#options = options;
    this.#root = from?.root ?? { place: options.root, path: '', id: idOf(statRoot(options)) };
    this.#stack = [...(from?.stack ?? [])];
  }

  /**
   * The state is complete whenever `entries` has just given an entry, but not at a pause. It changes as soon as the walk
   * goes on.
   */
  get state(): WalkState {
    return { root: this.#root, stack: this.#stack };
  }

  /** Everything below the root, in path order. Throws a SyncError when the root goes or is replaced meanwhile. */
  *entries(): Generator<Step, void> {
    if (this.#stack.length === 0) this.#stack.push(yield* this.#openRoot());
    for (let frame = this.#stack.at(-1); frame !== undefined; frame = this.#stack.at(-1)) {
      const nameless = frame.nameless[frame.nextNameless++];
      if (nameless !== undefined) {
        yield nameless;
        continue;
      }
      const name = frame.names[frame.next++];
      if (name === undefined) this.#stack.pop();
      else if (isFolder(frame, name)) yield* this.#enter(frame, name);
      else yield this.#entryOf(frame, name);
    }
    this.#checkRoot();
  }

  /** Returns the direct children of `folder` in path order, or undefined when it is not there. */
  *childrenOf(folder: RelPath): Generator<undefined, SourceEntry[] | undefined> {
    if (isReservedName(folder) || this.#options.filter.prunes(folder)) return [];
    const found = folder === '' ? this.#root : this.#find(folder);
    if (found === undefined || 'kind' in found) return found && [found];
    let frame: Frame | undefined;
    try {
      frame = yield* folder === '' ? this.#openRoot() : this.#openIn(this.#stack.at(-1)!, found);
      if (frame === undefined) return [problems.unknownPath(folder, problems.RETYPED)];
    } catch (error) {
      if (folder === '') throw error;
      return isMissing(error) ? undefined : [problems.unknownPath(folder, problems.unreadable(error))];
    }
    const entries: SourceEntry[] = [...frame.nameless];
    for (const name of frame.names) {
      const path = folder + name;
      const entry = isFolder(frame, name) ? this.#folderEntry(path) : this.#entryOf(frame, name);
      if (entry !== undefined) entries.push(entry);
      yield;
    }
    this.#checkRoot();
    return entries;
  }

  *#openRoot(): Generator<undefined, Frame> {
    try {
      return yield* this.#open(this.#root);
    } catch (error) {
      throw problems.rootError(this.#root.place, error);
    }
  }

  *#open(folder: OpenFolder, fd?: number): Generator<undefined, Frame> {
    const isOpen = (id: FileId): boolean =>
      isSameFile(id, folder.id) || this.#stack.some((frame) => isSameFile(id, frame.id));
    const children = yield* readChildren(folder, { ...this.#options, isOpen, fd });
    return { ...folder, ...children, ...UNREAD };
  }

  *#enter(parent: Frame, name: string): Generator<Step, void> {
    const path = parent.path + name;
    const opened = yield* this.#openChild(parent, path);
    if (opened === 'missing') yield this.#missing(parent, path);
    else if ('kind' in opened) yield opened;
    else {
      this.#stack.push(opened);
      yield this.#folderEntry(path);
    }
  }

  *#openChild(parent: OpenFolder, path: RelPath): Generator<undefined, Frame | UnknownEntry | 'missing'> {
    const place = inside(parent.place, nameOf(path));
    try {
      const stats = this.#stat(place);
      if (stats === undefined) return 'missing';
      if (!stats.isDirectory()) return problems.unknownPath(path, problems.RETYPED);
      const frame = yield* this.#openIn(parent, { place, path, id: idOf(stats) });
      return frame ?? problems.unknownPath(path, problems.RETYPED);
    } catch (error) {
      return isMissing(error) ? 'missing' : problems.unknownPath(path, problems.unreadable(error));
    }
  }

  /**
   * Reads a folder that was just found in another; undefined when another folder, or none, has its name by now. So the
   * names listed are those of folders below the root. What a link brings in later, between two looks at files, is never
   * read: see openWay.
   */
  *#openIn(parent: OpenFolder, folder: OpenFolder): Generator<undefined, Frame | undefined> {
    try {
      using held = new HeldFolder(this.#options, folder);
      const frame = yield* this.#open(folder, held.fd);
      return held.isIn(parent) ? frame : undefined;
    } catch (error) {
      if (errnoOf(error) === 'ENOTDIR') return undefined;
      throw error;
    }
  }

  /** Looks at every folder on the way, because a link among them is not followed. */
  #find(folder: RelPath): OpenFolder | SourceEntry | undefined {
    const refused = pathProblem(folder);
    if (refused !== undefined) return problems.unknownPath(folder, problems.nameNotAllowed(refused));
    let found = this.#root;
    for (const path of foldersOf(folder)) {
      const place = inside(found.place, nameOf(path));
      try {
        const stats = this.#stat(place);
        if (stats?.isSymbolicLink()) return problems.unknownPath(folder, problems.LINK_SKIPPED);
        if (!stats?.isDirectory()) return undefined;
        this.#stack.push({ ...found, ...NO_CHILDREN, ...UNREAD });
        found = { place, path, id: idOf(stats) };
      } catch (error) {
        return problems.unknownPath(folder, problems.unreadable(error));
      }
    }
    return found;
  }

  #folderEntry(path: RelPath): Step {
    return this.#options.filter.excludes(path) ? undefined : { kind: 'folder', path };
  }

  #entryOf(frame: Frame, name: string): Step {
    const unknown = frame.unknown.get(name);
    if (unknown !== undefined) return unknown;
    const path = frame.path + name;
    let stats: BigIntStats | undefined;
    try {
      stats = this.#stat(inside(frame.place, name));
    } catch (error) {
      return problems.unknownPath(path, problems.unreadable(error));
    }
    if (stats === undefined) return this.#missing(frame, path);
    return stats.isFile() ? fileEntry(path, stats) : this.#retyped(frame, name);
  }

  /**
   * A name that was a file may be a folder by now, so what the destination has of that folder stays. The folder's
   * turn comes later in the order.
   */
  #retyped(frame: Frame, name: string): UnknownEntry {
    const entry = problems.unknownPath(frame.path + name, problems.RETYPED);
    const folder = problems.unknownPath(`${entry.path}/`, problems.RETYPED);
    if (!this.#options.filter.prunes(folder.path)) addUnknown(frame, `${name}/`, { ...folder, echo: true });
    return entry;
  }

  /**
   * A name that was there a moment ago. The file is absent when its folder is still the one that was read. When the folder
   * itself went (moved, unmounted, removed from above), nobody knows.
   */
  #missing(frame: Frame, path: RelPath): Step {
    if (frame.gone) return { ...problems.unknownPath(path, problems.VANISHED), echo: true };
    if (this.#isStillThere(frame)) return undefined;
    this.#checkRoot();
    frame.gone = true;
    return problems.unknownPath(path, problems.VANISHED);
  }

  #isStillThere(frame: Frame): boolean {
    try {
      const stats = frame.path === '' ? statRoot(this.#options) : this.#stat(frame.place);
      return stats !== undefined && isSameFile(stats, frame.id);
    } catch {
      return false;
    }
  }

  #checkRoot(): void {
    if (!isSameFile(statRoot(this.#options), this.#root.id)) throw problems.rootChanged(this.#root.place);
  }

  #stat(place: string): BigIntStats | undefined {
    const { disk, followSymlinks } = this.#options;
    return followSymlinks ? disk.stat(place) : disk.lstat(place);
  }
}

const NO_CHILDREN: Children = { names: [], unknown: new Map(), nameless: [] };
const UNREAD = { next: 0, nextNameless: 0, gone: false };

/** Only what tells a folder apart, since the state of a walk is plain data. */
const idOf = ({ dev, ino }: FileId): FileId => ({ dev, ino });

const isFolder = (frame: Frame, name: string): boolean => name.endsWith('/') && !frame.unknown.has(name);
