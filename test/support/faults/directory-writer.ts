import fs from 'node:fs';
import { join } from 'node:path';
import type { MemoryCall } from '../../../src/destinations/memory/memory-destination.ts';
import { foldersOf, parentOf } from '../../../src/model/path.ts';
import type { InspectedDirectory } from '../ends/inspected-directory.ts';
import type { Dice } from '../trees/dice.ts';
import { PLACES } from '../trees/tree-edits.ts';

interface Written {
  readonly text: string;
  /** A run has looked at the file, or at its folder, since it was written. */
  seen: boolean;
}

/** How often a person acts where that is possible. */
const EAGERNESS = 0.08;

/** A person who works in a directory while it is pulled into: writes, replaces and removes files, and makes folders. */
export class DirectoryWriter {
  /** What was written, and not replaced or removed by the person since. */
  readonly written = new Map<string, Written>();
  /** Folders that the person made, or put something into. */
  readonly folders = new Set<string>();
  readonly texts = new Set<string>();
  readonly #directory: InspectedDirectory;
  readonly #dice: Dice;
  /** Paths that the Stage has, or had since the pass began. */
  readonly #sourcePaths: ReadonlySet<string>;
  readonly #touched = new Set<string>();
  readonly #made = new Set<string>();
  /** Files that the run looked at and is about to change: what comes between these two calls is not seen by anybody. */
  readonly #lookedAt = new Set<string>();
  #deedsLeft = 0;
  #serial = 0;

  constructor(directory: InspectedDirectory, dice: Dice, sourcePaths: ReadonlySet<string>) {
    this.#directory = directory;
    this.#dice = dice;
    this.#sourcePaths = sourcePaths;
  }

  /** Files and folders of the person, with their contents. */
  get others(): Map<string, string> {
    const files = [...this.written].map(([path, { text }]) => [path, text] as const);
    return new Map([...files, ...[...this.#made].map((folder) => [folder, ''] as const)]);
  }

  /** A pass begins, during which so much is done. */
  begins(deeds: number): void {
    this.#touched.clear();
    this.#lookedAt.clear();
    this.#deedsLeft = deeds;
  }

  rests(): void {
    this.#deedsLeft = 0;
  }

  hasTouched(path: string): boolean {
    return this.#touched.has(path);
  }

  forget(path: string): void {
    this.written.delete(path);
    this.#made.delete(path);
  }

  /** A call of the run begins: what it looks at is seen. */
  hears({ kind, path }: MemoryCall): void {
    // what is done now is seen by the call
    this.mayAct();
    if (kind === 'listFolder') {
      for (const [file, written] of this.written) if (parentOf(file) === path) written.seen = true;
    } else if (kind === 'stat') {
      const written = this.written.get(path);
      if (written !== undefined) written.seen = true;
      this.#lookedAt.add(path);
    }
  }

  /** A call of the run has ended. */
  heard({ kind, path }: MemoryCall): void {
    if (kind === 'remove' || kind === 'move' || kind === 'put') this.#lookedAt.delete(path);
    this.mayAct();
  }

  mayAct(): void {
    if (this.#deedsLeft === 0 || !this.#dice.chance(EAGERNESS)) return;
    this.#deedsLeft--;
    this.act();
  }

  act(): void {
    const dice = this.#dice;
    const ours = [...this.#sourcePaths].filter((path) => !path.endsWith('/'));
    const path = ours.length > 0 && dice.chance(0.6) ? dice.pick(ours) : dice.pick(PLACES);
    const roll = dice.next();
    if (this.#lookedAt.has(path)) return;
    if (roll < 0.15) this.#makeFolder(path);
    else if (roll < 0.35) this.#remove(path);
    else this.#write(path);
  }

  #at = (path: string): string => join(this.#directory.root, path);

  #isFile(path: string): boolean {
    return this.#directory.text(path) !== undefined;
  }

  #isFolder(path: string): boolean {
    return fs.existsSync(`${this.#at(path)}/.`);
  }

  #isBlocked(path: string): boolean {
    return this.#isFolder(path) || foldersOf(path).some((folder) => this.#isFile(folder.slice(0, -1)));
  }

  #write(path: string): void {
    if (this.#isBlocked(path)) return;
    this.#serial++;
    const text = this.#textFor(path);
    const seconds = 2_000_000_000 + this.#serial * 10;
    this.#directory.place(path, text, seconds * 1000);
    this.texts.add(text);
    this.#touched.add(path);
    this.written.set(path, { text, seen: false });
    for (const folder of foldersOf(path)) this.folders.add(folder);
  }

  /** No two are equal. Of the size of what is there: only the time then tells the two apart. */
  #textFor(path: string): string {
    const own = `w${this.#serial}`;
    const size = this.#directory.text(path)?.length ?? 0;
    const sameSize = size >= own.length && this.#dice.chance(0.5);
    return own.padEnd(sameSize ? size : own.length + 8 + this.#serial, '.');
  }

  #remove(path: string): void {
    if (!this.#isFile(path)) return;
    fs.rmSync(this.#at(path));
    this.#touched.add(path);
    this.written.delete(path);
    for (const folder of foldersOf(path)) this.folders.add(folder);
  }

  #makeFolder(path: string): void {
    if (this.#isBlocked(path) || this.#isFile(path)) return;
    for (const folder of foldersOf(`${path}/`)) {
      if (!this.#isFolder(folder.slice(0, -1))) this.#made.add(folder);
      this.folders.add(folder);
    }
    this.#directory.makeFolders(`${path}/`);
  }
}
