import { posix } from 'node:path';
import { isSyncError } from '../../../src/model/errors.ts';
import { foldersOf, isFolderPath, isWithin, parentOf } from '../../../src/model/path.ts';
import type { Destination } from '../../../src/model/ports.ts';
import {
  createMemoryDestination,
  type MemoryDestination,
  type MemoryDestinationOptions,
} from '../../../src/destinations/memory/memory-destination.ts';
import type { Broken } from './failing-cases.ts';

/** Another one in its place, which is as these options say. */
const being = (options: MemoryDestinationOptions) => (): Partial<MemoryDestination> =>
  createMemoryDestination(options);

/** Makes the folders above a path first, as nobody asked for. */
const makesParents = (inner: MemoryDestination): Partial<Destination> => {
  const make = (path: string): void => {
    for (const folder of foldersOf(parentOf(path))) inner.folders.add(folder);
  };
  return {
    put: (path, content, call) => {
      make(path);
      return inner.put(path, content, call);
    },
    makeFolder: (folder, call) => {
      make(folder);
      return inner.makeFolder(folder, call);
    },
    move: (from, to, call) => {
      make(to);
      return inner.move(from, to, call);
    },
  };
};

/** Takes it for done where nothing is there. */
async function orNothing(change: Promise<void>): Promise<void> {
  try {
    await change;
  } catch (error) {
    if (!isSyncError(error) || error.fact !== 'missing') throw error;
  }
}

/** What goes wrong with folders, moves and removals. */
export const brokenMoves: Broken<MemoryDestination> = {
  'makes folders that are missing': {
    breaks: makesParents,
    foundBy: [
      'a put does not make the folder that is missing',
      'a folder below a missing one is refused',
      'moving into a missing folder is refused and the file stays',
    ],
  },
  'empties a folder that is made again': {
    breaks: (inner) => ({
      makeFolder: async (folder, call) => {
        if (inner.folders.has(folder)) await inner.remove(folder, call);
        return inner.makeFolder(folder, call);
      },
    }),
    foundBy: ['making a folder again keeps what is in it'],
  },
  'forgets folders without a file': {
    breaks: (inner) => ({
      listFolder: async (folder, call) => {
        const children = [...((await inner.listFolder(folder, call)) ?? [])];
        return folder !== '' && children.length === 0 ? undefined : children;
      },
    }),
    foundBy: [
      'a new folder is there and empty, and making it again is no error',
      'a folder outlives its last file',
    ],
  },
  'lists all that is below': {
    breaks: (inner) => ({
      listFolder: async (folder, call) => {
        const children = await inner.listFolder(folder, call);
        const deeper = [...inner.files].filter(
          ([path]) => isWithin(path, folder) && parentOf(path) !== folder,
        );
        return (
          children && [
            ...children,
            ...deeper.map(([path]) => ({ kind: 'folder' as const, name: path.slice(folder.length) })),
          ]
        );
      },
    }),
    foundBy: ['a listing has the direct children and no others'],
  },
  'lists what is not there as empty': {
    breaks: (inner) => ({
      listFolder: async (folder, call) => (await inner.listFolder(folder, call)) ?? [],
    }),
    foundBy: ['what is not there lists as undefined, a file asked for as a folder too'],
  },
  'copies where it should move': {
    breaks: (inner) => ({
      move: async (from, to, call) => {
        const file = inner.files.get(from);
        await inner.move(from, to, call);
        if (file !== undefined) inner.files.set(from, file);
      },
    }),
    foundBy: ['a file moves with its content'],
  },
  'moves a folder without what is in it': {
    breaks: (inner) => ({
      move: async (from, to, call) => {
        if (!isFolderPath(from)) return inner.move(from, to, call);
        await inner.remove(from, call);
        await inner.makeFolder(to, call);
      },
    }),
    foundBy: ['a folder moves with everything below it, or is refused and stays where traits say so'],
  },
  'takes for done what it does not find': {
    breaks: (inner) => ({
      move: (from, to, call) => orNothing(inner.move(from, to, call)),
      remove: (path, call) => orNothing(inner.remove(path, call)),
    }),
    foundBy: ['moving what is not there is refused', 'removing twice is told'],
  },
  'replaces what a move meets': {
    breaks: being({ moveOverwrites: true }),
    foundBy: ['moving onto a file is refused and both stay'],
  },
  'lets a file and a folder have one name': {
    breaks: being({ kindsCoexist: true }),
    foundBy: ['a file is refused where a folder has the name, and the reverse, and both stay'],
  },
  'removes what only begins with the name': {
    breaks: (inner) => ({
      remove: async (path, call) => {
        await inner.remove(path, call);
        const begin = isFolderPath(path) ? path.slice(0, -1) : path;
        for (const each of inner.files.keys()) if (each.startsWith(begin)) inner.files.delete(each);
        for (const each of inner.folders) if (each.startsWith(begin)) inner.folders.delete(each);
      },
    }),
    foundBy: ['a folder is removed with everything below it, and nothing beside it'],
  },
  'does not look at the slash': {
    breaks: (inner) => ({
      remove: (path, call) => inner.remove(inner.folders.has(`${path}/`) ? `${path}/` : path, call),
    }),
    foundBy: ['a file is not removed as a folder, nor a folder as a file'],
  },
  'tidies paths instead of refusing them': {
    breaks: (inner) => ({
      put: (path, content, call) => inner.put(posix.normalize(path), content, call),
      remove: (path, call) => inner.remove(posix.normalize(path), call),
    }),
    foundBy: ['what is no path is refused by everything that changes'],
  },
};
