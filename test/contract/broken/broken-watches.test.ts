import { describe, test } from 'vitest';
import { watchedSourceContract, type WatchedSourceFixture } from '../../../src/contract/contract.ts';
import { foldersOf, parentOf } from '../../../src/model/path.ts';
import type { ChangeHint, Source } from '../../../src/model/ports.ts';
import { createMemorySource } from '../../../src/sources/memory/memory-source.ts';
import { describeBroken, type Broken } from './failing-cases.ts';

type Watch = NonNullable<Source['watch']>;
interface Watched {
  readonly watch: Watch;
}

/** Changes what a watch tells; undefined: it tells nothing. */
const tells =
  (change: (folder: string) => ChangeHint | undefined) =>
  ({ watch }: Watched): Partial<Watched> => ({
    watch: (onHint, options) =>
      watch((hint) => {
        for (const folder of 'folders' in hint ? hint.folders : []) {
          const changed = change(folder);
          if (changed !== undefined) onHint(changed);
        }
      }, options),
  });

const BROKEN: Broken<Watched> = {
  'does not see what happens at the top': {
    breaks: tells((folder) => (folder === '' ? undefined : { folders: [folder] })),
    foundBy: ['names the folder of a file that appears, changes and goes'],
  },
  'sees nothing in folders that are new': {
    breaks: tells((folder) => (folder.startsWith('n/') ? undefined : { folders: [folder] })),
    foundBy: ['names a new folder, and what then happens in it'],
  },
  'does not ask the filter': {
    breaks: ({ watch }) => ({
      watch: (onHint, { signal }) =>
        watch(onHint, { filter: { excludes: () => false, prunes: () => false }, signal }),
    }),
    foundBy: ['says nothing about what the filter closes'],
  },
  'names files too': {
    breaks: tells((folder) => ({ folders: [folder, `${folder}file`] })),
    foundBy: ['names only folders: the root, or what ends in a slash'],
  },
  'cannot be closed': {
    breaks: ({ watch }) => ({
      watch: async (onHint, options) => ({ ...(await watch(onHint, options)), close: async () => undefined }),
    }),
    foundBy: ['says nothing once it is closed'],
  },
};

/** A memory source whose changes are told at once. */
function openWatched(breaks: (watched: Watched) => Partial<Watched>): Promise<WatchedSourceFixture> {
  const memory = createMemorySource();
  const listeners = new Set<(folder: string) => void>();
  const watched: Watched = {
    watch: async (onHint, { filter }) => {
      const hear = (folder: string): void => {
        if (!filter.prunes(folder)) onHint({ folders: [folder] });
      };
      listeners.add(hear);
      return { mode: 'memory', watches: 1, close: async () => void listeners.delete(hear) };
    },
  };
  const tell = (path: string): void => {
    for (const folder of [...foldersOf(parentOf(path)), parentOf(path)])
      for (const hear of listeners) hear(folder);
  };
  return Promise.resolve({
    source: memory,
    ...watched,
    ...breaks(watched),
    write: async (path, bytes) => {
      memory.write(path, bytes);
      tell(path);
    },
    remove: async (path) => {
      memory.remove(path);
      tell(path);
    },
    [Symbol.asyncDispose]: () => memory.close(),
  });
}

const contractOf = (breaks: (watched: Watched) => Partial<Watched>) =>
  watchedSourceContract(() => openWatched(breaks), { patienceMs: 50 });

describe('a source that is watched', () => {
  describe('one that is not broken', () => {
    for (const { name, run } of watchedSourceContract(() => openWatched(() => ({})))) test(name, run);
  });
  describeBroken(BROKEN, contractOf);
});
