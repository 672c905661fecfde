import type { Children } from '../../model/children.ts';
import type { DestinationChild } from '../../model/entry.ts';
import { hasFact } from '../../model/errors.ts';
import { isFolderPath, nameOf } from '../../model/path.ts';
import type { RelPath } from '../../model/path.ts';
import type { CallOptions, Destination } from '../../model/ports.ts';
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
    const shown = await this.#destination.stat(path, call);
    const other = shown === undefined ? this.#otherName(path) : undefined;
    return other === undefined ? shown : this.#destination.stat(other, call);
  }

  async read(path: RelPath, call: CallOptions): Promise<AsyncIterable<Uint8Array>> {
    return this.#destination.read(await this.#nameNow(path, call), call);
  }

  async put(...[path, content, call]: Parameters<Destination['put']>): ReturnType<Destination['put']> {
    await this.#giveWay(path, call);
    return this.#destination.put(path, content, call);
  }

  makeFolder(...call: Parameters<Destination['makeFolder']>): ReturnType<Destination['makeFolder']> {
    return this.#destination.makeFolder(...call);
  }

  async move(from: RelPath, to: RelPath, call: CallOptions): Promise<void> {
    if (!isFolderPath(from)) {
      const origin = await this.#nameNow(from, call);
      // a move whose reply was lost: there is nothing left to do
      if (origin === to) return;
      await this.#giveWay(to, call);
      return this.#destination.move(origin, to, call);
    }
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

  #otherName(path: RelPath): RelPath | undefined {
    const found = this.#names.any ? this.#names.of(this.#within(path)) : undefined;
    return found === undefined ? undefined : fromTop(found.name, this.root);
  }

  /** The name that the file of a path has now. */
  async #nameNow(path: RelPath, call: CallOptions): Promise<RelPath> {
    const other = this.#otherName(path);
    return other === undefined || (await this.#destination.stat(path, call)) !== undefined ? path : other;
  }

  /** A name that a file of its own is to have now: what is there under it for another path gets its path back. */
  async #giveWay(to: RelPath, call: CallOptions): Promise<void> {
    const there = this.#names.any ? this.#names.at(this.#within(to)) : undefined;
    if (there === undefined || there.state === 'moving') return;
    if (there.state === 'former') return this.#names.forget(there.name);
    try {
      await this.#destination.move(to, fromTop(there.path, this.root), call);
    } catch (error) {
      if (!hasFact(error, 'missing', 'taken')) throw error;
    }
    this.#names.returned(there);
  }
}

/** A full path as names are kept: relative to the target folder; what is not in it, such as a hidden folder, begins with a slash. */
const withinTarget = (path: RelPath, root: RelPath): RelPath =>
  path.startsWith(root) ? path.slice(root.length) : `/${path}`;

/** The full path of a name as it is kept. */
export const fromTop = (name: RelPath, root: RelPath): RelPath =>
  name.startsWith('/') ? name.slice(1) : root + name;

/** One listing, with the files under their paths. */
function translated(children: Children, names: readonly PresentName[]): DestinationChild[] {
  const known = new Map(names.map((each) => [nameOf(each.name), each]));
  const files = new Set<string>();
  for (const child of children) if (child.kind !== 'folder') files.add(child.name);
  const shown: DestinationChild[] = [];
  const taken = new Set<string>();
  for (const child of children) {
    const found = child.kind === 'file' ? known.get(child.name) : undefined;
    if (child.kind !== 'file' || found === undefined) {
      shown.push(child);
      continue;
    }
    const name = nameOf(found.path);
    const isThere = files.has(name) || taken.has(name);
    // a move that was not made: what has the name is somebody else's
    if (found.state === 'moving' && isThere) shown.push(child);
    if (found.state === 'former' || isThere) continue;
    taken.add(name);
    shown.push({ ...child, name });
  }
  return shown;
}
