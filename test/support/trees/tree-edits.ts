import type { Dice } from './dice.ts';

/** One version of one file: the same object wherever it is moved, another one after every write. */
export interface FileNode {
  readonly content: string;
}

/** Where a tree really lies. Paths have no slash at the end; what is not allowed on a disk is never asked for. */
export interface EditedPlace {
  write(path: string, content: string): void;
  makeFolder(path: string): void;
  remove(path: string, kind: 'file' | 'folder'): void;
  /** The target is free and its folder exists. */
  move(from: string, to: string, kind: 'file' | 'folder'): void;
}

/**
 * - write, makeFolder, fill: at a place, whatever has the name until then; fill writes some files into it
 * - rewrite, touch, remove: something that is there
 * - move: something that is there to a place, moveOver: onto something else that is there, of either kind
 * - swap, rotate: two, three things that are there, of any kinds
 * - intoOwnName: mv a t; mkdir a; mv t a/a
 * - outOfItself: mv a/b t; rm -r a; mv t a
 */
export const EDITS = [
  ...(['write', 'write', 'write', 'fill', 'rewrite', 'touch', 'remove', 'makeFolder'] as const),
  ...(['move', 'move', 'moveOver', 'swap', 'swap', 'rotate', 'intoOwnName', 'outOfItself'] as const),
];
export type EditKind = (typeof EDITS)[number];

/** A path, or a number that picks one: of what is there, or of the few places that names are drawn from. */
export type Operand = string | number;

export interface Edit {
  readonly do: EditKind;
  readonly at: Operand;
  readonly to?: Operand;
  readonly third?: Operand;
  /** A file in the way of a folder: 'goes', or moves into the folder that takes its name. */
  readonly way?: 'goes' | 'in';
  readonly content?: string;
}

/** Few names, so that collisions are common; one sorts between a name and what is below it, one breaks careless URLs. */
const TOP = ['a', 'b', 'c', 'a-b', 'k.log', 'ü?%41'];
const UPPER = ['a', 'b', 'c', 'a-b'];
export const PLACES: readonly string[] = [
  ...TOP,
  ...['a', 'b', 'c', 'a-b'].flatMap((folder) => TOP.map((name) => `${folder}/${name}`)),
  ...['a/a', 'a/b', 'b/a', 'c/c'].flatMap((folder) => UPPER.map((name) => `${folder}/${name}`)),
  'a/b/c/a/b',
  'a/a/a/a',
];

export const randomEdit = (dice: Dice, content: string): Edit => ({
  do: dice.pick(EDITS),
  at: dice.below(1000),
  to: dice.below(1000),
  third: dice.below(1000),
  way: dice.pick(['goes', 'in'] as const),
  content,
});

/** A tree that is edited, and what it holds, kept beside the real one so that no check asks the code under test. */
export class EditedTree {
  readonly files = new Map<string, FileNode>();
  /** Without a slash at the end. */
  readonly folders = new Set<string>();
  readonly #place: EditedPlace;
  #asides = 0;

  constructor(place: EditedPlace) {
    this.#place = place;
  }

  apply(edit: Edit): void {
    const { at, to = 0, third = 0, way = 'goes', content = '' } = edit;
    switch (edit.do) {
      case 'write':
        return this.#write(placeOf(at), content, way);
      case 'fill':
        for (const name of ['1', '2', '3', '4'])
          this.#write(`${placeOf(at)}/${name}`, `${content} ${name}`, way);
        return undefined;
      case 'makeFolder':
        return this.#makeFolder(placeOf(at), way);
      case 'rewrite':
      case 'touch': {
        const path = pick([...this.files.keys()].sort(), at);
        const old = path === undefined ? undefined : this.files.get(path);
        if (old !== undefined) this.#write(path!, edit.do === 'touch' ? old.content : content, way);
        return undefined;
      }
      case 'remove': {
        const path = this.#there(at);
        return path === undefined ? undefined : this.#remove(path);
      }
      case 'move':
        return this.#rotate([this.#there(at)], [placeOf(to)], way);
      case 'moveOver':
        return this.#rotate([this.#there(at)], [this.#there(to)], way);
      case 'swap': {
        const [one, other] = [this.#there(at), this.#there(to)];
        return this.#rotate([one, other], [other, one], way);
      }
      case 'rotate': {
        const [a, b, c] = [this.#there(at), this.#there(to), this.#there(third)];
        return new Set([a, b, c]).size < 3 ? undefined : this.#rotate([a, b, c], [b, c, a], way);
      }
      case 'intoOwnName': {
        const path = this.#there(at);
        const below = pick([path?.split('/').at(-1) ?? '', 'a', 'b/c'], to)!;
        return this.#rotate([path], [`${path}/${below}`], way);
      }
      case 'outOfItself': {
        const path = this.#there(at);
        const above = ancestorsOf(path ?? '');
        return above.length === 0 ? undefined : this.#rotate([path], [pick(above, to)], way);
      }
    }
  }

  /** Takes all away first, then gives them their new names: whatever stands there by then makes way. */
  #rotate(
    from: readonly (string | undefined)[],
    to: readonly (string | undefined)[],
    way: 'goes' | 'in',
  ): void {
    if (from.includes(undefined) || to.includes(undefined) || from.every((path, i) => path === to[i])) return;
    const asides = from.map((path) => {
      // what lies in another one of them went along with it
      if (this.#kind(path!) === undefined) return undefined;
      const aside = `aside-${++this.#asides}`;
      this.#move(path!, aside);
      return aside;
    });
    asides.forEach((aside, i) => {
      if (aside !== undefined && this.#kind(aside) !== undefined) this.#put(aside, to[i]!, way);
    });
  }

  #put(aside: string, path: string, way: 'goes' | 'in'): void {
    this.#makeRoom(path, way);
    if (this.#kind(path) !== undefined) this.#remove(path);
    this.#move(aside, path);
  }

  #write(path: string, content: string, way: 'goes' | 'in'): void {
    this.#makeRoom(path, way);
    if (this.folders.has(path)) this.#remove(path);
    this.#place.write(path, content);
    this.files.set(path, { content });
  }

  #makeFolder(path: string, way: 'goes' | 'in'): void {
    this.#makeRoom(`${path}/x`, way);
  }

  /** Every folder above `path`, also where a file has its name. */
  #makeRoom(path: string, way: 'goes' | 'in'): void {
    for (const folder of ancestorsOf(path)) {
      const taken = this.files.has(folder);
      const inside = `${folder}/${folder.split('/').at(-1)}`;
      const aside = `aside-${++this.#asides}`;
      if (taken && way === 'in') this.#move(folder, aside);
      else if (taken) this.#remove(folder);
      if (!this.folders.has(folder)) {
        this.#place.makeFolder(folder);
        this.folders.add(folder);
      }
      if (!taken || way !== 'in') continue;
      if (path === inside || path.startsWith(`${inside}/`)) this.#remove(aside);
      else this.#move(aside, inside);
    }
  }

  #remove(path: string): void {
    this.#place.remove(path, this.#kind(path)!);
    for (const each of this.files.keys()) if (isAt(each, path)) this.files.delete(each);
    for (const each of this.folders) if (isAt(each, path)) this.folders.delete(each);
  }

  #move(from: string, to: string): void {
    this.#place.move(from, to, this.#kind(from)!);
    for (const [path, node] of Array.from(this.files)) {
      if (!isAt(path, from)) continue;
      this.files.delete(path);
      this.files.set(to + path.slice(from.length), node);
    }
    for (const path of Array.from(this.folders)) {
      if (!isAt(path, from)) continue;
      this.folders.delete(path);
      this.folders.add(to + path.slice(from.length));
    }
  }

  #kind(path: string): 'file' | 'folder' | undefined {
    if (this.files.has(path)) return 'file';
    return this.folders.has(path) ? 'folder' : undefined;
  }

  #there(operand: Operand): string | undefined {
    if (typeof operand === 'string') return this.#kind(operand) === undefined ? undefined : operand;
    return pick([...this.files.keys(), ...this.folders].sort(), operand);
  }
}

export function pick<T>(of: readonly T[], operand: Operand): T | undefined {
  if (typeof operand === 'string') return of.find((each) => each === operand);
  return of.length === 0 ? undefined : of[operand % of.length];
}

const placeOf = (operand: Operand): string =>
  typeof operand === 'string' ? operand : PLACES[operand % PLACES.length]!;

/** `path` itself or below it. */
export const isAt = (path: string, above: string): boolean => path === above || path.startsWith(`${above}/`);

/** The folders above a path, outermost first, without slashes at their ends. */
export function ancestorsOf(path: string): string[] {
  const parts = path.split('/');
  return parts.slice(1).map((_, i) => parts.slice(0, i + 1).join('/'));
}
