import type { Children } from '../../model/children.ts';
import type { DestinationChild } from '../../model/entry.ts';
import { hasFact } from '../../model/errors.ts';
import { isFolderPath, nameOf } from '../../model/path.ts';
import type { RelPath } from '../../model/path.ts';
import type { CallOptions, Destination } from '../../model/ports.ts';
import type { ShownVersion } from '../../model/plan.ts';
import { sameShown } from '../compare/decide.ts';
import { MOST_NUMBERS, FIRST_NUMBER, versionName } from './new-names.ts';
import type { PresentName, PresentNames } from './present-names.ts';

/**
 * The same destination, where some files are under other names than their paths: everybody else speaks of paths. A file that is
 * under its own name counts before one under another name, so that a pass sees what it has just put. Earlier contents are not
 * shown. A name itself can be looked at, moved to and removed as it is.
 */
export class TranslatedDestination implements Destination {
  readonly label: Destination['label'];
  readonly words: Destination['words'];
  readonly root: RelPath;
  readonly traits: Destination['traits'];
  readonly readFrom: Destination['readFrom'];
  readonly folding: Destination['folding'];
  readonly #destination: Destination;
  readonly #names: PresentNames;

  constructor(destination: Destination, names: PresentNames) {
    this.label = destination.label;
    this.words = destination.words;
    this.root = destination.root;
    this.traits = destination.traits;
    this.#destination = destination;
    this.#names = names;
    const { readFrom, folding } = destination;
    this.readFrom =
      readFrom &&
      (async (path, offset, call) => destination.readFrom!(await this.#nameNow(path, call), offset, call));
    this.folding = folding && (() => destination.folding!());
  }

  async listFolder(folder: RelPath, call: CallOptions): Promise<Children | undefined> {
    const children = await this.#destination.listFolder(folder, call);
    if (children === undefined || !this.#names.any) return children;
    const names = this.#names.in(this.#within(folder));
    return names.length === 0 ? children : translated(children, names);
  }

  async stat(path: RelPath, call: CallOptions): ReturnType<Destination['stat']> {
    return (await this.#find(path, call))?.shown;
  }

  async read(path: RelPath, call: CallOptions): Promise<AsyncIterable<Uint8Array>> {
    return this.#destination.read(await this.#nameNow(path, call), call);
  }

  async put(...[path, content, call]: Parameters<Destination['put']>): ReturnType<Destination['put']> {
    await this.#giveWay(path, call);
    return this.#destination.put(path, content, call);
  }

  async makeFolder(
    ...[folder, call]: Parameters<Destination['makeFolder']>
  ): ReturnType<Destination['makeFolder']> {
    await this.#giveWay(folder, call);
    return this.#destination.makeFolder(folder, call);
  }

  async move(from: RelPath, to: RelPath, call: CallOptions): Promise<void> {
    if (!isFolderPath(from)) {
      const origin = await this.#nameNow(from, call);
      // a move whose reply was lost: there is nothing left to do
      if (origin === to) return;
      // a file that gets a new name finds its own note there
      if (!this.#isAboutToHave(from, to)) await this.#giveWay(to, call);
      return this.#destination.move(origin, to, call);
    }
    await this.#giveWay(to, call);
    // after a kill in between, the names have to count in the other place
    if (this.#names.any) this.#names.folderMoved(this.#within(from), this.#within(to), { keepsFormer: true });
    await this.#destination.move(from, to, call);
    this.#names.gone(this.#within(from));
  }

  async remove(path: RelPath, call: CallOptions): Promise<void> {
    if (!isFolderPath(path)) return this.#destination.remove(await this.#nameNow(path, call), call);
    await this.#destination.remove(path, call);
    this.#names.gone(this.#within(path));
  }

  get sweepPartial(): Destination['sweepPartial'] {
    const destination = this.#destination;
    return destination.sweepPartial && ((call) => destination.sweepPartial!(call));
  }

  close(): Promise<void> {
    return this.#destination.close();
  }

  #within(path: RelPath): RelPath {
    return withinTarget(path, this.root);
  }

  /** The names that the file of a path may have beside it; first the one that it most likely has. */
  #otherNames(path: RelPath): RelPath[] {
    return this.#names.any
      ? this.#names.allOf(this.#within(path)).map(({ name }) => fromTop(name, this.root))
      : [];
  }

  /** Where the file of a path is now. */
  async #find(path: RelPath, call: CallOptions): Promise<Found | undefined> {
    for (const name of [path, ...this.#otherNames(path)]) {
      const shown = await this.#destination.stat(name, call);
      if (shown !== undefined) return { name, shown };
    }
    return undefined;
  }

  /** The name that the file of a path has now. */
  async #nameNow(path: RelPath, call: CallOptions): Promise<RelPath> {
    const others = this.#otherNames(path);
    if (others.length === 0) return path;
    return (await this.#find(path, call))?.name ?? others[0]!;
  }

  #isAboutToHave(path: RelPath, name: RelPath): boolean {
    const there = this.#names.any ? this.#names.at(this.#within(name)) : undefined;
    return there?.state === 'moving' && there.path === this.#within(path);
  }

  /**
   * A name that a file of its own, or a folder, is to have now: what is there under it for another path gets its path back, or
   * where somebody has that path another number.
   */
  async #giveWay(to: RelPath, call: CallOptions): Promise<void> {
    const isFolder = isFolderPath(to);
    const name = isFolder ? to.slice(0, -1) : to;
    const there = this.#names.any ? this.#names.at(this.#within(name)) : undefined;
    if (there === undefined) return;
    if (there.state === 'former') {
      if (isFolder) await this.#removeFormer(name, there, call);
      return this.#names.forget(there.name);
    }
    if (there.state === 'moving' && !(await this.#wasMoved(there, call)))
      return this.#names.forget(there.name);
    const path = fromTop(there.path, this.root);
    const isTaken = (await this.#destination.stat(path, call)) !== undefined;
    const free = isTaken ? await this.#nextName(there, call) : path;
    try {
      await this.#destination.move(name, free, call);
    } catch (error) {
      if (!hasFact(error, 'missing')) throw error;
    }
    if (isTaken) this.#names.renamed(there, this.#within(free));
    else this.#names.returned(there);
  }

  /** Whether a move was made of which nothing was written down: then the file is nowhere else. */
  async #wasMoved({ name, path, size }: PresentName, call: CallOptions): Promise<boolean> {
    const full = fromTop(name, this.root);
    const found = await this.#find(fromTop(path, this.root), call);
    return found?.name === full && found.shown.size === size;
  }

  /** An earlier content of ours, in the way of a folder. */
  async #removeFormer(name: RelPath, former: PresentName, call: CallOptions): Promise<void> {
    const shown = await this.#destination.stat(name, call);
    if (shown !== undefined && isAsKept(shown, former)) await this.#destination.remove(name, call);
  }

  /** A name of the same file that nothing has. */
  async #nextName({ path }: PresentName, call: CallOptions): Promise<RelPath> {
    for (let number = FIRST_NUMBER; number < MOST_NUMBERS; number++) {
      const name = versionName(path, number);
      if (this.#names.at(name) !== undefined) continue;
      const full = fromTop(name, this.root);
      if ((await this.#destination.stat(full, call)) === undefined) return full;
    }
    throw new TypeError(`no number is free for ${path}`);
  }
}

/** A full path as names are kept: relative to the target folder; what is not in it, such as a hidden folder, begins with a slash. */
const withinTarget = (path: RelPath, root: RelPath): RelPath =>
  path.startsWith(root) ? path.slice(root.length) : `/${path}`;

/** The full path of a name as it is kept. */
export const fromTop = (name: RelPath, root: RelPath): RelPath =>
  name.startsWith('/') ? name.slice(1) : root + name;

interface Found {
  readonly name: RelPath;
  readonly shown: ShownVersion;
}

/** Whether an earlier content is as it was: what others wrote over it is theirs. */
const isAsKept = (shown: ShownVersion, { size, modifiedMs }: PresentName): boolean =>
  modifiedMs !== undefined && sameShown(shown, { size, modifiedMs });

/** One listing, with the files under their paths. */
function translated(children: Children, names: readonly PresentName[]): DestinationChild[] {
  const known = new Map(names.map((each) => [nameOf(each.name), each]));
  const files = new Set<string>();
  for (const child of children) if (child.kind !== 'folder') files.add(child.name);
  const present = new Set(
    names.filter(({ name, state }) => state === 'present' && files.has(nameOf(name))).map(({ path }) => path),
  );
  const shown: DestinationChild[] = [];
  const taken = new Set<string>();
  for (const child of children) {
    const found = child.kind === 'file' ? known.get(child.name) : undefined;
    if (child.kind !== 'file' || found === undefined) {
      shown.push(child);
      continue;
    }
    const name = nameOf(found.path);
    const isThere =
      files.has(name) || taken.has(name) || (found.state === 'moving' && present.has(found.path));
    // a move that was not made: what has the name is somebody else's
    if (found.state === 'moving' && isThere) shown.push(child);
    if (found.state === 'former' && !isAsKept(child, found)) shown.push(child);
    if (found.state === 'former' || isThere) continue;
    taken.add(name);
    shown.push({ ...child, name });
  }
  return shown;
}
