import { describe } from 'vitest';
import { sourceContract, type SourceFixture } from '../../../src/contract/contract.ts';
import type { SourceEntry } from '../../../src/model/entry.ts';
import { comparePaths } from '../../../src/model/path.ts';
import type { Content, ListOptions, Source } from '../../../src/model/ports.ts';
import { createMemorySource } from '../../../src/sources/memory/memory-source.ts';
import { describeBroken, type Broken } from './failing-cases.ts';

const NEVER = new AbortController().signal;
const MIB = 1024 * 1024;
const SIZES = [0, 1, 262_143, 262_144, 262_145, 3 * MIB];

/** Lists what the source lists, changed. */
const lists =
  (change: (entries: readonly SourceEntry[], options: ListOptions) => readonly SourceEntry[]) =>
  (source: Source): Partial<Source> => ({
    async *list(options) {
      yield change((await Array.fromAsync(source.list(options))).flat(), options);
    },
  });

const ofFiles = (change: (file: SourceEntry & { readonly kind: 'file' }) => Partial<SourceEntry>) =>
  lists((entries) =>
    entries.map((entry) => (entry.kind === 'file' ? ({ ...entry, ...change(entry) } as SourceEntry) : entry)),
  );

/** Reads what the source reads, changed. */
const reads =
  (change: (content: Content) => Content) =>
  (source: Source): Partial<Source> => ({
    read: async (entry, call) => change(await source.read(entry, call)),
  });

async function* chunksOf(content: Content): AsyncGenerator<Uint8Array> {
  if ('bytes' in content) yield content.bytes;
  else yield* content.chunks;
}

/** The version that is there now, whichever was listed. */
async function currentOf(source: Source, path: string): Promise<Content> {
  const entry = await source.stat!(path, { signal: NEVER });
  if (entry === undefined) throw new Error(`${path} is not there`);
  const content = await source.read(entry, { signal: NEVER });
  return { size: content.size, bytes: Buffer.concat(await Array.fromAsync(chunksOf(content))) };
}

const readsCurrent = (source: Source): Partial<Source> => ({
  read: (entry) => currentOf(source, entry.path),
});

const BROKEN: Broken<Source> = {
  'lists what is not there': {
    breaks: lists((entries) => [...entries, { kind: 'folder', path: 'zzz/' }]),
    foundBy: ['lists nothing when it is empty'],
  },
  'sorts as JavaScript does': {
    breaks: lists((entries) => entries.toSorted((a, b) => (a.path < b.path ? -1 : 1))),
    foundBy: ['lists names with odd characters in path order, each as itself'],
  },
  'lists a folder where its name without the slash would be': {
    breaks: lists((entries) =>
      entries.toSorted((a, b) => comparePaths(a.path.replaceAll('/', '\0'), b.path.replaceAll('/', '\0'))),
    ),
    foundBy: ['lists a folder between its neighbours'],
  },
  'ends short after the first batch': {
    breaks: (source) => ({
      async *list(options) {
        for await (const batch of source.list(options)) {
          yield batch;
          return;
        }
      },
    }),
    foundBy: ['lists more files than one batch holds, each once and in order'],
  },
  'tells times in seconds': {
    breaks: ofFiles(({ modifiedMs = 0 }) => ({ modifiedMs: modifiedMs / 1000 })),
    foundBy: ['tells size, and a time close to now where it tells one'],
  },
  'gives all empty files one identity': {
    breaks: ofFiles(() => ({ identity: 'of nothing' })),
    foundBy: ['gives no identity to an empty file'],
  },
  'forgets empty folders': {
    breaks: lists((entries) => entries.filter(({ kind }) => kind === 'file')),
    foundBy: ['lists an empty folder where folders exist on their own'],
  },
  'gives a new version with each listing': {
    breaks: ofFiles(() => ({ version: String(Math.random()) })),
    foundBy: ['gives the same versions as long as nothing changes'],
  },
  'takes the size for the version': {
    breaks: ofFiles(({ size }) => ({ version: String(size) })),
    foundBy: ['gives another version to a file of the same size with other content'],
  },
  'does not ask the filter': {
    breaks: (source) => ({
      list: ({ signal }) => source.list({ filter: { excludes: () => false, prunes: () => false }, signal }),
    }),
    foundBy: [
      'leaves out what the filter excludes and what lies in pruned folders',
      'tells of reserved names, each once, unless a rule leaves them out',
    ],
  },
  'takes a folder that is not there for an empty one': {
    breaks: (source) => ({
      listFolder: async (folder, options) => (await source.listFolder!(folder, options)) ?? [],
    }),
    foundBy: ['lists one folder alone, and tells that a folder is not there'],
  },
  'shows another version than it lists': {
    breaks: (source) => ({
      stat: async (path, call) => {
        const entry = await source.stat!(path, call);
        return entry && { ...entry, version: `${entry.version}?` };
      },
    }),
    foundBy: ['shows one file as a listing would, and none where there is none'],
  },
  'adds a line end': {
    breaks: reads((content) => ({
      size: content.size,
      chunks: (async function* () {
        yield* chunksOf(content);
        yield Buffer.from('\n');
      })(),
    })),
    foundBy: SIZES.map((size) => `reads a file of ${size} bytes exactly`),
  },
  'goes on where the reading before has stopped': {
    breaks: (source) => {
      const seen = new Set<string>();
      return {
        read: async (entry, call) => {
          const content = await source.read(entry, call);
          return seen.size < seen.add(entry.path).size
            ? content
            : { ...content, chunks: chunksOf({ size: 0, bytes: new Uint8Array() }) };
        },
      };
    },
    foundBy: ['reads a file again from its beginning'],
  },
  'fills one buffer again and again': {
    breaks: reads((content) => {
      const buffer = Buffer.alloc(MIB);
      return {
        size: content.size,
        chunks: (async function* () {
          for await (const chunk of chunksOf(content)) {
            buffer.set(chunk);
            yield buffer.subarray(0, chunk.byteLength);
          }
        })(),
      };
    }),
    foundBy: ['hands out chunks that stay as they are when reading goes on'],
  },
  'holds a file until it was read to its end': {
    breaks: (source) => {
      let isOpen = false;
      return {
        read: async (entry, call) => {
          if (isOpen) throw new Error('it is in use');
          const content = await source.read(entry, call);
          isOpen = true;
          return {
            size: content.size,
            chunks: (async function* () {
              yield* chunksOf(content);
              isOpen = false;
            })(),
          };
        },
      };
    },
    foundBy: ['lets go of a file when its reader stops early'],
  },
  'reads from the beginning whatever the offset': {
    breaks: (source) => ({ readFrom: async (entry, _, call) => chunksOf(await source.read(entry, call)) }),
    foundBy: ['gives the bytes from an offset on, where it can'],
  },
  'reads whichever version is there': {
    breaks: readsCurrent,
    foundBy: [10, MIB].flatMap((size) => [
      `refuses a file of ${size} bytes that changed since it was listed`,
      `says that a file of ${size} bytes is gone`,
    ]),
  },
  'looks once, and not again while it reads': {
    breaks: (source) => ({
      read: async (entry, call) => {
        const { size } = await source.read(entry, call);
        async function* chunks(): AsyncGenerator<Uint8Array> {
          for (let at = 0; at < size; at += MIB) {
            const now = await currentOf(source, entry.path);
            if ('bytes' in now) yield now.bytes.subarray(at, at + MIB);
          }
        }
        return { size, chunks: chunks() };
      },
    }),
    foundBy: ['never completes a mixture when a file is replaced while it is read'],
  },
  'tells of a change once everything was handed out': {
    breaks: (source) => ({
      read: async (entry, call) => {
        const content = await source.read(entry, call);
        async function* chunks(): AsyncGenerator<Uint8Array> {
          const [first = new Uint8Array()] = [await currentOf(source, entry.path)].map((now) =>
            'bytes' in now ? now.bytes : undefined,
          );
          for (let at = 0; at < first.byteLength; at += MIB) yield first.subarray(at, at + MIB);
          await source.read(entry, call);
        }
        return { size: content.size, chunks: chunks() };
      },
    }),
    foundBy: ['never completes a mixture when a file is replaced while it is read'],
  },
  'has digests of whatever is there': {
    breaks: (source) => ({
      digest: async ({ path }, call) => source.digest!((await source.stat!(path, call))!, call),
    }),
    foundBy: ['computes the SHA-256 of a file, and refuses one that changed'],
  },
  'goes on when it is to stop': {
    breaks: (source) => ({
      list: ({ filter }) => source.list({ filter, signal: NEVER }),
      read: (entry) => source.read(entry, { signal: NEVER }),
    }),
    foundBy: ['stops with the reason of the signal'],
  },
};

describe('a source', () => {
  describeBroken(BROKEN, (breaks) =>
    sourceContract((): Promise<SourceFixture> => {
      const memory = createMemorySource();
      return Promise.resolve({
        source: { ...memory, ...breaks(memory) },
        write: async (path, bytes) => memory.write(path, bytes),
        remove: async (path) => memory.remove(path),
        makeFolder: async (folder) => memory.makeFolder(folder),
        [Symbol.asyncDispose]: () => memory.close(),
      });
    }),
  );
});
