import { mkdirSync, renameSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { MemoryDestination } from '../../../src/destinations/memory/memory-destination.ts';
import type { MemorySource } from '../../../src/sources/memory/memory-source.ts';
import type { EditedPlace } from './tree-edits.ts';

const STARTED = 1_600_000_000_000;
/** Between two writes, in milliseconds. */
const APART = 5000;

/** Edits of a tree in memory. */
export function memoryPlace(source: MemorySource): EditedPlace {
  let time = STARTED;
  return {
    write: (path, content) => source.write(path, content, { modifiedMs: (time += APART) }),
    makeFolder: (path) => source.makeFolder(`${path}/`),
    remove: (path, kind) => source.remove(kind === 'folder' ? `${path}/` : path),
    move: (from, to, kind) => {
      if (kind === 'folder') source.move(`${from}/`, `${to}/`);
      else source.move(from, to);
    },
  };
}

/** Edits of a Stage in memory, as somebody else makes them: no call of it is counted. */
export function stagePlace(stage: MemoryDestination): EditedPlace {
  const { files, folders } = stage;
  let time = STARTED;
  const isAt = (path: string, folder: string): boolean => path.startsWith(folder);
  return {
    write: (path, content) => stage.place(path, content, (time += APART)),
    makeFolder: (path) => void folders.add(`${path}/`),
    remove(path, kind) {
      if (kind === 'file') return void files.delete(path);
      for (const each of folders) if (isAt(each, `${path}/`)) folders.delete(each);
      for (const each of files.keys()) if (isAt(each, `${path}/`)) files.delete(each);
      return undefined;
    },
    move(from, to, kind) {
      const ending = kind === 'folder' ? '/' : '';
      const moved = (path: string): string => to + path.slice(from.length);
      for (const each of [...folders].filter((path) => kind === 'folder' && isAt(path, from + ending))) {
        folders.delete(each);
        folders.add(moved(each));
      }
      for (const [path, file] of Array.from(files)) {
        if (kind === 'folder' ? !isAt(path, from + ending) : path !== from) continue;
        files.delete(path);
        files.set(moved(path), file);
      }
    },
  };
}

/** Edits of a real directory, which must exist. Files are old from the start, so that none is too young to be read. */
export function localPlace(root: string): EditedPlace {
  let time = STARTED;
  const at = (path: string): string => join(root, path);
  return {
    write(path, content) {
      // beside it first: whoever reads meanwhile has the old file or the new one
      const aside = at(`.writing-${(time += APART)}`);
      writeFileSync(aside, content);
      utimesSync(aside, time / 1000, time / 1000);
      renameSync(aside, at(path));
    },
    makeFolder: (path) => mkdirSync(at(path)),
    remove: (path) => rmSync(at(path), { recursive: true }),
    move: (from, to) => renameSync(at(from), at(to)),
  };
}
