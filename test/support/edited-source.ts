import { createMemorySource } from '../../src/sources/memory/memory-source.ts';
import type { MemorySource } from '../../src/sources/memory/memory-source.ts';
import { foldersOf, isWithin } from '../../src/model/path.ts';
import type { Dice } from './dice.ts';

/** Few names, so that moves, swaps and collisions are common; and one that breaks careless URLs. */
const FOLDERS = ['', 'x/', 'y/', 'x/y/', 'x-1/', 'y/x/', 'p q#/'];
const NAMES = ['a', 'b', 'c', 'c-d', 'ü?%41', 'x.csv'];
/** Above this a source gives chunks instead of bytes. */
const LARGE_BYTES = 300 * 1024;

/** A source that is edited at random, and what it holds, kept beside it so that no check asks the code under test. */
export interface EditedSource {
  readonly source: MemorySource;
  readonly files: ReadonlyMap<string, string>;
  readonly folders: ReadonlySet<string>;
  /** Every content that was ever in the source. */
  readonly contents: ReadonlySet<string>;
  /** Some edits, one after the other. */
  edit(count: number): void;
}

export function createEditedSource(dice: Dice, label: string): EditedSource {
  const source = createMemorySource({ label });
  const files = new Map<string, string>();
  const folders = new Set<string>();
  const contents = new Set<string>();
  let time = 1_600_000_000_000;
  let serial = 0;

  const has = (path: string): boolean => files.has(path) || folders.has(path);
  /** A file and a folder cannot share a name, nor can anything be below a file. */
  const isTaken = (path: string): boolean =>
    has(path.endsWith('/') ? path.slice(0, -1) : `${path}/`) ||
    foldersOf(path).some((folder) => files.has(folder.slice(0, -1)));
  const addFolders = (path: string): void => foldersOf(path).forEach((folder) => folders.add(folder));
  const somePath = (): string => dice.pick(FOLDERS) + dice.pick(NAMES);
  const someFolder = (): string => dice.pick(FOLDERS.slice(1));

  function newContent(): string {
    if (dice.chance(0.1)) return '';
    // equal content under several names makes a move ambiguous; equal size makes a look at Stage say little
    if (dice.chance(0.2)) return dice.pick(['one', 'two', 'six']);
    if (dice.chance(0.05))
      return String(++serial)
        .padStart(6, '0')
        .repeat(LARGE_BYTES / 6);
    return `content ${String(++serial).padStart(dice.pick([3, 3, 6]), '0')}`;
  }

  function write(path: string, content: string): void {
    if (isTaken(path) || folders.has(path)) return;
    source.write(path, content, { modifiedMs: (time += 5000) });
    files.set(path, content);
    contents.add(content);
    addFolders(path);
  }

  function remove(path: string): void {
    source.remove(path);
    for (const each of files.keys())
      if (each === path || (path.endsWith('/') && isWithin(each, path))) files.delete(each);
    if (path.endsWith('/')) for (const each of folders) if (isWithin(each, path)) folders.delete(each);
  }

  function move(from: string, to: string): boolean {
    if (!has(from) || has(to) || isTaken(to) || isWithin(to, from)) return false;
    source.move(from, to);
    const moves = (path: string): boolean => path === from || (from.endsWith('/') && isWithin(path, from));
    for (const [path, content] of Array.from(files)) {
      if (!moves(path)) continue;
      files.delete(path);
      files.set(to + path.slice(from.length), content);
    }
    for (const path of Array.from(folders)) {
      if (!from.endsWith('/') || !isWithin(path, from)) continue;
      folders.delete(path);
      folders.add(to + path.slice(from.length));
    }
    addFolders(to);
    return true;
  }

  function swap(a: string, b: string): void {
    if (!has(a) || !has(b) || isWithin(a, b) || isWithin(b, a)) return;
    const aside = a.endsWith('/') ? 'aside/' : 'aside';
    if (move(a, aside)) {
      move(b, a);
      move(aside, b);
    }
  }

  function editOnce(): void {
    const what = dice.below(12);
    if (what < 5) write(somePath(), newContent());
    else if (what < 6) remove(dice.chance(0.7) ? somePath() : someFolder());
    else if (what < 7) {
      const folder = someFolder();
      if (!isTaken(folder)) {
        source.makeFolder(folder);
        addFolders(folder);
      }
    } else if (what < 8) {
      // touched: the same content as a new version
      const path = somePath();
      if (files.has(path)) write(path, files.get(path)!);
    } else if (what < 9) move(somePath(), somePath());
    else if (what < 10) move(someFolder(), someFolder());
    else if (what < 11) swap(somePath(), somePath());
    else swap(someFolder(), someFolder());
  }

  return {
    source,
    files,
    folders,
    contents,
    edit(count) {
      for (let i = 0; i < count; i++) editOnce();
    },
  };
}
