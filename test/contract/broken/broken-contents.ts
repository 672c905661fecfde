import { NAME_CASES } from '../../../src/contract/destinations/content-cases.ts';
import { isSyncError, SyncError } from '../../../src/model/errors.ts';
import type { Content, Destination } from '../../../src/model/ports.ts';
import type { MemoryDestination } from '../../../src/destinations/memory/memory-destination.ts';
import type { Broken } from './failing-cases.ts';
import { withPartialFiles, type PartialSwitches } from './partial-files-in-memory.ts';

const NEVER = { signal: new AbortController().signal };

async function bytesOf(content: Content): Promise<Uint8Array> {
  return 'bytes' in content ? content.bytes : Buffer.concat(await Array.fromAsync(content.chunks));
}

const partial =
  (switches: PartialSwitches) =>
  (memory: MemoryDestination): Partial<Destination> => {
    const { openPartial } = withPartialFiles(memory, switches);
    return { openPartial };
  };

/** What goes wrong with bytes, times and names. */
export const brokenContents: Broken<MemoryDestination> = {
  'adds a byte to what is read': {
    breaks: (inner) => ({
      read: async (path, call) => {
        const chunks = await inner.read(path, call);
        return (async function* () {
          yield* chunks;
          yield Buffer.from('\n');
        })();
      },
    }),
    foundBy: [0, 1, 4096, 300_000].map((size) => `${size} bytes come back as they were put`),
  },
  'tells a time that nothing shows': {
    breaks: (inner) => ({
      put: async (path, content, call) => {
        await inner.put(path, content, call);
        return { modifiedMs: 1 };
      },
    }),
    foundBy: ['where a put tells a time, a look shows that time'],
  },
  'has a trait that it does not have': {
    breaks: ({ traits }) => ({ traits: { ...traits, takesTimes: true } }),
    foundBy: ['where traits say so, a file gets the time of its content, and keeps it when it moves'],
  },
  'keeps the file that is there, and says nothing': {
    breaks: (inner) => ({
      put: async (path, content, call) =>
        inner.files.has(path) ? undefined : inner.put(path, content, call),
    }),
    foundBy: ['a put replaces the file that is there, unless traits say that none is replaced'],
  },
  'lists names in capital letters': {
    breaks: (inner) => ({
      listFolder: async (folder, call) => {
        const children = await inner.listFolder(folder, call);
        return children && [...children].map((child) => ({ ...child, name: child.name.toUpperCase() }));
      },
    }),
    foundBy: NAME_CASES,
  },
  'composes names, and does not tell': {
    breaks: (inner) => ({
      put: (path, content, call) => inner.put(path.normalize('NFC'), content, call),
      read: (path, call) => inner.read(path.normalize('NFC'), call),
    }),
    foundBy: [
      'the composed and the decomposed form of a name are two files, unless the destination tells that they are one',
    ],
  },
  'drops what comes while it is busy': {
    breaks: (inner) => {
      let isBusy = false;
      return {
        put: async (path, content, call) => {
          if (isBusy) return undefined;
          isBusy = true;
          try {
            return await inner.put(path, content, call);
          } finally {
            isBusy = false;
          }
        },
      };
    },
    foundBy: ['many puts into one folder at the same time all arrive'],
  },
  'goes on with the read before': {
    breaks: (inner) => {
      const chunks = new Map<string, AsyncIterator<Uint8Array>>();
      return {
        read: async (path, call) => {
          const iterator = chunks.get(path) ?? (await inner.read(path, call))[Symbol.asyncIterator]();
          chunks.set(path, iterator);
          return { [Symbol.asyncIterator]: () => ({ next: () => iterator.next() }) };
        },
      };
    },
    foundBy: ['a read can be left before its end and repeated'],
  },
  'does not count': {
    breaks: (inner) => ({
      put: async (path, content, call) => {
        const bytes = await bytesOf(content);
        return inner.put(path, { size: bytes.byteLength, bytes }, call);
      },
    }),
    foundBy: ['shorter', 'longer', 'empty'].map(
      (what) => `a body that turns out ${what} than its size leaves what was there`,
    ),
  },
  'keeps what had come': {
    breaks: (inner) => ({
      put: async (path, content, call) => {
        try {
          return await inner.put(path, content, call);
        } catch (error) {
          if (!isSyncError(error)) inner.place(path, 'the beginning');
          throw error;
        }
      },
    }),
    foundBy: [
      'a content that fails midway is what the put rejects with, and nothing arrives',
      'a put aborted midway leaves nothing',
    ],
  },
  'finds a file everywhere': {
    breaks: () => ({ stat: async () => ({ size: 0, modifiedMs: undefined }) }),
    foundBy: ['what is no file has no size and no content'],
  },
  'shows a partial file': {
    breaks: partial({ seenEarly: true }),
    foundBy: ['a partial file is seen under its name once it is whole'],
  },
  'keeps a partial file that is discarded': {
    breaks: partial({ keepsDiscarded: true }),
    foundBy: ['a partial file that is discarded leaves nothing'],
  },
  'gives a partial file a name that is taken': {
    breaks: partial({ replacesAlways: true }),
    foundBy: ['a partial file takes the place of no file unless it may'],
  },
  'has words that fit no sentence': {
    breaks: ({ words }) => ({ words: { ...words, at: ' at  it ' } }),
    foundBy: ['it has words for itself, for the sentences of those who use it'],
  },
  'has one sentence only': {
    breaks: (inner) => ({
      remove: async (path, call) => {
        try {
          await inner.remove(path, call);
        } catch (error) {
          if (!isSyncError(error)) throw error;
          const { code, message, verdict, fact, operation } = error;
          throw new SyncError(code, message, { verdict, fact, operation, path, cause: error });
        }
      },
    }),
    foundBy: ['a refusal says what was being done to which path, and has a sentence without it'],
  },
  'goes on when it is to stop': {
    breaks: (inner) => ({ put: (path, content) => inner.put(path, content, NEVER) }),
    foundBy: ['an aborted signal makes no change and is what the call rejects with'],
  },
};
