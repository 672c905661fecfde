import type { RequestInfo } from '../../../src/emulator/request-info.ts';
import { nameOf, parentOf } from '../../../src/model/path.ts';

/** A file or folder on Stage; the same object wherever it is moved, another one after somebody puts it anew. */
export interface Thing {
  readonly kind: 'file' | 'folder';
  readonly theirs: boolean;
  /** Its full path when it was put. */
  readonly home: string;
  /** '' where it is ours, and for folders. */
  readonly content: string;
  /** The moment at which it was put. */
  readonly written: number;
  /** When a listing of ours showed it last; 0: never. */
  seen: number;
  name: string;
  parent: ThingFolder | undefined;
}

export interface ThingFolder extends Thing {
  readonly kind: 'folder';
  /** A file and a folder of one name may both be there: folders by their names with a slash. */
  readonly children: Map<string, Thing>;
  /** When we listed it last; 0: never. */
  listed: number;
}

/** Told before the model changes. `now` counts changes and listings. */
export interface StageWitness {
  /** We put a file over this one. */
  overwritten(thing: Thing, by: RequestInfo): void;
  /** We removed it: by itself, or with a folder. */
  removed(thing: Thing, by: RequestInfo): void;
  /** We moved it: by itself, or with a folder. */
  moved(thing: Thing, by: RequestInfo): void;
  /** We moved a folder, whatever it held. */
  movedFolder(folder: ThingFolder, by: RequestInfo, now: number): void;
}

/** The whole tree of a Stage as its requests make it, and who put what there. */
export class StageModel {
  readonly root: ThingFolder = folder('', true, '', 0);
  readonly #witness: StageWitness;
  now = 0;

  constructor(witness: StageWitness) {
    this.#witness = witness;
  }

  find(path: string): Thing | undefined {
    let at: Thing | undefined = this.root;
    for (const key of keysOf(path)) {
      if (at?.kind !== 'folder') return undefined;
      at = (at as ThingFolder).children.get(key);
    }
    return at;
  }

  findFolder(path: string): ThingFolder | undefined {
    const found = this.find(path);
    return found?.kind === 'folder' ? (found as ThingFolder) : undefined;
  }

  /** Called at a listing's reply: what it shows is what is there now. */
  listed(path: string): void {
    const found = this.findFolder(path);
    if (found === undefined) return;
    found.listed = ++this.now;
    found.seen = this.now;
    for (const child of found.children.values()) child.seen = this.now;
  }

  /** Called when a change was made; `content` is of a file that others put. */
  committed(info: RequestInfo, theirs: boolean, content: string): void {
    this.now++;
    const { kind, path } = info;
    if (kind === 'putFile') this.#put(info, theirs, content);
    else if (kind === 'putFolder') {
      if (this.find(path) === undefined) this.#add(folder(path, theirs, nameOf(path), this.now), path);
    } else if (kind === 'remove') {
      const thing = this.find(path)!;
      if (!theirs) for (const each of within(thing)) if (each.theirs) this.#witness.removed(each, info);
      this.#take(thing);
    } else if (kind === 'move') this.#move(info, theirs);
  }

  #put(info: RequestInfo, theirs: boolean, content: string): void {
    const old = this.find(info.path);
    if (old?.theirs === true && !theirs) this.#witness.overwritten(old, info);
    if (old !== undefined) this.#take(old);
    const name = nameOf(info.path);
    this.#add(
      {
        kind: 'file',
        theirs,
        home: info.path,
        content,
        written: this.now,
        seen: 0,
        name,
        parent: undefined,
      },
      info.path,
    );
  }

  #move(info: RequestInfo, theirs: boolean): void {
    const thing = this.find(info.path)!;
    const to = info.to!;
    const old = this.find(to);
    if (old !== undefined && old !== thing) {
      if (old.theirs && !theirs) this.#witness.overwritten(old, info);
      this.#take(old);
    }
    if (!theirs) {
      for (const each of within(thing)) if (each.theirs) this.#witness.moved(each, info);
      if (thing.kind === 'folder') this.#witness.movedFolder(thing as ThingFolder, info, this.now);
    }
    this.#take(thing);
    thing.name = nameOf(to);
    this.#add(thing, to);
  }

  #add(thing: Thing, path: string): void {
    const parent = this.findFolder(parentOf(path))!;
    thing.parent = parent;
    parent.children.set(keyOf(thing), thing);
  }

  #take(thing: Thing): void {
    thing.parent!.children.delete(keyOf(thing));
    thing.parent = undefined;
  }
}

/** The thing and everything below it. */
export function* within(thing: Thing): Generator<Thing> {
  yield thing;
  if (thing.kind === 'folder')
    for (const child of (thing as ThingFolder).children.values()) yield* within(child);
}

/** Where it is now; undefined when it is gone. */
export function pathOf(thing: Thing): string | undefined {
  let path = '';
  let at: Thing = thing;
  for (; at.parent !== undefined; at = at.parent) path = `${keyOf(at)}${path}`;
  return at.name === '' && at.kind === 'folder' ? path : undefined;
}

const keyOf = ({ kind, name }: Pick<Thing, 'kind' | 'name'>): string =>
  kind === 'folder' ? `${name}/` : name;

/** 'a/b/c' is 'a/', 'b/', 'c'. */
const keysOf = (path: string): string[] => path.match(/[^/]+\/?/g) ?? [];

const folder = (home: string, theirs: boolean, name: string, written: number): ThingFolder => ({
  kind: 'folder',
  theirs,
  home,
  content: '',
  written,
  seen: 0,
  name,
  parent: undefined,
  children: new Map(),
  listed: 0,
});
