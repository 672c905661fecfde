import { createHash } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { FileEntry, SourceEntry } from '../../src/model/entry.ts';
import { comparePaths } from '../../src/model/path.ts';
import type { Content, PathFilter, Source } from '../../src/model/ports.ts';
import { createFilter, everything } from '../../src/filter/filter.ts';

export interface SourceFixture {
  readonly source: Source;
  /** Creates or replaces a file (and the folders on the way, where there are any). Other content is a new version. */
  write(path: string, bytes: Uint8Array): Promise<void>;
  remove(path: string): Promise<void>;
  /** Where a folder can exist on its own; `folder` ends in '/'. */
  makeFolder?(folder: string): Promise<void>;
  [Symbol.asyncDispose](): Promise<void>;
}

const KIB = 1024;

const CHANGED = { code: 'entry_changed', verdict: 'skip_entry', fact: 'changed', operation: 'read' };
const GONE = { code: 'entry_gone', verdict: 'skip_entry', fact: 'gone', operation: 'read' };

// In path order: UTF-8 bytes of the whole path. U+FF5E comes before U+1F600, and the NFD form of "é" before its NFC form.
const ORDERED = [
  ' leading space.txt',
  '#hash.csv',
  'A.txt',
  'a',
  'a b.csv',
  'a%41.csv',
  'a&b.csv',
  'a+b.csv',
  'a-b',
  'a.txt',
  'a0',
  'a=b/c',
  'a?b #1 100%41 ü 😀.csv',
  'b/a',
  'b/c-d',
  'b/c/d',
  'b/c0',
  'b0/x',
  'cafe\u0301.txt',
  'caf\u00E9.txt',
  'dir.with.dots/...hidden..',
  'naïve/日本語.csv',
  'quote\'s "double".csv',
  '\uFF5E.txt',
  '\u{1F600}.txt',
];

/** What every Source promises. `open` gives an empty source that the test can write to. */
export function describeSource(name: string, open: () => Promise<SourceFixture>): void {
  describe(`${name} as a source`, () => {
    let fixture: SourceFixture;
    let source: Source;
    beforeEach(async () => {
      fixture = await open();
      ({ source } = fixture);
    });
    afterEach(async () => {
      await fixture[Symbol.asyncDispose]();
    });

    const signal = new AbortController().signal;
    const list = (filter: PathFilter = everything): Promise<SourceEntry[]> => collect(source, filter);
    const files = async (filter?: PathFilter): Promise<FileEntry[]> =>
      (await list(filter)).filter((entry) => entry.kind === 'file');
    const only = async (path: string): Promise<FileEntry> => {
      const entry = (await files()).find((file) => file.path === path);
      if (entry === undefined) throw new Error(`${path} is not listed`);
      return entry;
    };
    const bytesOf = async (entry: FileEntry): Promise<Buffer> => drain(await source.read(entry, { signal }));

    test('lists nothing when it is empty', async () => {
      expect(await list()).toEqual([]);
    });

    test('lists names with odd characters in path order, each as itself', async () => {
      for (const path of ORDERED.toReversed()) await fixture.write(path, Buffer.from(path));
      const entries = await list();
      expect(entries.filter((entry) => entry.kind === 'file').map((entry) => entry.path)).toEqual(ORDERED);
      expect(entries.map((entry) => entry.path)).toEqual(
        entries.map((entry) => entry.path).toSorted(comparePaths),
      );
      for (const entry of await files()) expect((await bytesOf(entry)).toString()).toBe(entry.path);
    });

    test('lists a folder between its neighbours', async () => {
      for (const path of ['a-b', 'a.txt', 'a/b', 'a0']) await fixture.write(path, Buffer.from('x'));
      expect((await files()).map((file) => file.path)).toEqual(['a-b', 'a.txt', 'a/b', 'a0']);
    });

    test('lists more files than one batch holds, each once and in order', async () => {
      const paths = Array.from({ length: 1200 }, (_, at) => `d${at % 3}/${at}`).toSorted(comparePaths);
      for (let at = 0; at < paths.length; at += 50)
        await Promise.all(paths.slice(at, at + 50).map((path) => fixture.write(path, Buffer.from('x'))));
      expect((await files()).map((file) => file.path)).toEqual(paths);
    });

    test('tells size and a time close to now', async () => {
      await fixture.write('f.bin', Buffer.alloc(1234));
      const entry = await only('f.bin');
      expect(entry.size).toBe(1234);
      // A day of tolerance: the question is the unit, not the clock.
      expect(Math.abs((entry.modifiedMs ?? Number.NaN) - Date.now())).toBeLessThan(86_400_000);
    });

    test('gives no identity to an empty file', async () => {
      await fixture.write('empty', Buffer.alloc(0));
      expect((await only('empty')).identity).toBeUndefined();
    });

    test('lists an empty folder where folders exist on their own', async () => {
      if (fixture.makeFolder === undefined) return;
      await fixture.makeFolder('empty/inner/');
      await fixture.makeFolder('zz/');
      const folders = (await list()).filter((entry) => entry.kind === 'folder').map((entry) => entry.path);
      expect(folders).toContain('empty/inner/');
      expect(folders).toContain('zz/');
    });

    test('gives the same versions as long as nothing changes', async () => {
      await fixture.write('a/b', Buffer.from('one'));
      await fixture.write('c', Buffer.alloc(0));
      expect(await list()).toEqual(await list());
    });

    test('gives another version to a file of the same size with other content', async () => {
      await fixture.write('f', Buffer.from('one'));
      const before = await only('f');
      await fixture.write('f', Buffer.from('two'));
      expect((await only('f')).version).not.toBe(before.version);
    });

    test('leaves out what the filter excludes and what lies in pruned folders', async () => {
      for (const path of ['keep.csv', 'no.tmp', 'd/no.tmp', 'd/yes', 'pruned/a', 'pruned/b/c', 'prunedx'])
        await fixture.write(path, Buffer.from('x'));
      const filter: PathFilter = {
        excludes: (path) => path.endsWith('.tmp') || path.startsWith('pruned/'),
        prunes: (folder) => folder.startsWith('pruned/'),
      };
      const entries = await list(filter);
      expect(entries.filter((entry) => entry.kind === 'file').map((entry) => entry.path)).toEqual([
        'd/yes',
        'keep.csv',
        'prunedx',
      ]);
      expect(entries.some((entry) => entry.path.startsWith('pruned/'))).toBe(false);
    });

    test('tells of reserved names, each once, unless a rule leaves them out', async () => {
      for (const path of [
        '.stagesync-a',
        '.stagesync-b/x',
        '.stagesync-b/y/z',
        '.stagesync-c.tmp',
        'closed/.stagesync-d',
        'open/.stagesync-e',
        'open/.stagesync-f/x',
        'open/g',
      ])
        await fixture.write(path, Buffer.from('x'));
      const told = async (patterns: readonly string[]): Promise<string[]> => {
        const rules = patterns.map((pattern) => ({ kind: 'exclude' as const, pattern }));
        const entries = await list(createFilter({ rules }));
        expect(entries.filter(({ kind }) => kind === 'file').map(({ path }) => path)).toEqual(['open/g']);
        return entries
          .flatMap((entry) => (entry.kind === 'unknown' ? [entry] : []))
          .map(({ path, covers, problem: { code, severity } }) => `${code} ${severity} ${covers} ${path}`);
      };
      const warned = (...paths: string[]): string[] =>
        paths.map((path) => `reserved_name warning nothing ${path}`);
      expect(await told(['*.tmp', 'closed/'])).toEqual(
        warned('.stagesync-a', '.stagesync-b/', 'open/.stagesync-e', 'open/.stagesync-f/'),
      );
      expect(await told(['/.stagesync-*', '.stagesync-d', 'open/.stagesync-f/'])).toEqual(
        warned('open/.stagesync-e'),
      );
      expect(await told(['.stagesync-*'])).toEqual([]);
    });

    test('lists one folder alone, and tells that a folder is not there', async () => {
      if (source.listFolder === undefined) return;
      for (const path of ['a/x', 'a/y-z', 'a/y/deep', 'a/y0', 'b'])
        await fixture.write(path, Buffer.from('x'));
      const options = { filter: everything, signal };
      const inner = await source.listFolder('a/', options);
      expect(inner?.filter((entry) => entry.kind === 'file').map((entry) => entry.path)).toEqual([
        'a/x',
        'a/y-z',
        'a/y0',
      ]);
      const top = await source.listFolder('', options);
      expect(top?.filter((entry) => entry.kind === 'file').map((entry) => entry.path)).toEqual(['b']);
      expect(await source.listFolder('nowhere/', options)).toBeUndefined();
    });

    test('shows one file as a listing would, and none where there is none', async () => {
      if (source.stat === undefined) return;
      await fixture.write('a/x', Buffer.from('x'));
      await fixture.write('a/xy', Buffer.from('xy'));
      const listed = (await source.listFolder!('a/', { filter: everything, signal }))?.find(
        ({ path }) => path === 'a/x',
      );
      expect(await source.stat('a/x', { signal })).toEqual(listed);
      expect(await source.stat('a', { signal })).toBeUndefined();
      expect(await source.stat('a/nothing', { signal })).toBeUndefined();
    });

    test.each([0, 1, 256 * KIB - 1, 256 * KIB, 256 * KIB + 1, 3 * KIB * KIB])(
      'reads a file of %d bytes exactly',
      async (size) => {
        const bytes = patterned(size, 1);
        await fixture.write('f.bin', bytes);
        const content = await source.read(await only('f.bin'), { signal });
        expect(content.size).toBe(size);
        expect((await drain(content)).equals(bytes)).toBe(true);
      },
    );

    test('reads a file again from its beginning', async () => {
      const bytes = patterned(700 * KIB, 2);
      await fixture.write('f.bin', bytes);
      const entry = await only('f.bin');
      const [first, second] = await Promise.all([bytesOf(entry), bytesOf(entry)]);
      expect(first.equals(bytes)).toBe(true);
      expect(second.equals(bytes)).toBe(true);
    });

    test('hands out chunks that stay as they are when reading goes on', async () => {
      const bytes = patterned(3 * KIB * KIB, 3);
      await fixture.write('f.bin', bytes);
      const content = await source.read(await only('f.bin'), { signal });
      if (!('chunks' in content)) throw new Error('3 MiB should come in chunks');
      const kept: Uint8Array[] = [];
      for await (const chunk of content.chunks) kept.push(chunk);
      expect(Buffer.concat(kept).equals(bytes)).toBe(true);
    });

    test('lets go of a file when its reader stops early', async () => {
      await fixture.write('f.bin', patterned(3 * KIB * KIB, 4));
      const entry = await only('f.bin');
      const content = await source.read(entry, { signal });
      if (!('chunks' in content)) throw new Error('3 MiB should come in chunks');
      for await (const chunk of content.chunks) if (chunk.length > 0) break;
      expect((await bytesOf(entry)).length).toBe(3 * KIB * KIB);
    });

    test.each([10, 1024 * KIB])(
      'refuses a file of %d bytes that changed since it was listed',
      async (size) => {
        await fixture.write('f', patterned(size, 5));
        const entry = await only('f');
        await fixture.write('f', patterned(size, 6));
        await expect(bytesOf(entry)).rejects.toMatchObject(CHANGED);
      },
    );

    test.each([10, 1024 * KIB])('says that a file of %d bytes is gone', async (size) => {
      await fixture.write('d/f', patterned(size, 7));
      const entry = await only('d/f');
      await fixture.remove('d/f');
      await expect(bytesOf(entry)).rejects.toMatchObject(GONE);
    });

    test('never completes a mixture when a file is replaced while it is read', async () => {
      const before = patterned(3 * KIB * KIB, 8);
      await fixture.write('f', before);
      const content = await source.read(await only('f'), { signal });
      if (!('chunks' in content)) throw new Error('3 MiB should come in chunks');
      const got: Uint8Array[] = [];
      const reading = (async () => {
        for await (const chunk of content.chunks) {
          if (got.length === 0) await fixture.write('f', patterned(3 * KIB * KIB, 9));
          got.push(chunk);
        }
      })();
      const failure = await reading.then(
        () => undefined,
        (error: unknown) => error,
      );
      const received = Buffer.concat(got);
      if (failure === undefined) expect(received.equals(before)).toBe(true);
      else {
        expect(failure).toMatchObject(CHANGED);
        expect(received.length).toBeLessThan(before.length);
      }
    });

    test('computes the SHA-256 of a file, and refuses one that changed', async () => {
      if (source.digest === undefined) return;
      for (const size of [0, 5, 1024 * KIB]) {
        const bytes = patterned(size, 10);
        await fixture.write('f', bytes);
        const expected = createHash('sha256').update(bytes).digest('hex');
        expect(await source.digest(await only('f'), { signal })).toBe(expected);
      }
      const entry = await only('f');
      await fixture.write('f', patterned(1024 * KIB, 11));
      await expect(source.digest(entry, { signal })).rejects.toMatchObject(CHANGED);
    });

    test('stops with the reason of the signal', async () => {
      await fixture.write('f', patterned(1024 * KIB, 12));
      const entry = await only('f');
      const reason = new Error('enough');
      const aborted = AbortSignal.abort(reason);
      await expect(collect(source, everything, aborted)).rejects.toBe(reason);
      await expect(source.read(entry, { signal: aborted })).rejects.toBe(reason);

      const controller = new AbortController();
      const content = await source.read(entry, { signal: controller.signal });
      controller.abort(reason);
      await expect(drain(content)).rejects.toBe(reason);
    });
  });
}

async function collect(
  source: Source,
  filter: PathFilter,
  signal: AbortSignal = new AbortController().signal,
): Promise<SourceEntry[]> {
  const entries: SourceEntry[] = [];
  for await (const batch of source.list({ filter, signal })) entries.push(...batch);
  return entries;
}

async function drain(content: Content): Promise<Buffer> {
  if ('bytes' in content) return Buffer.from(content.bytes);
  const chunks: Uint8Array[] = [];
  for await (const chunk of content.chunks) chunks.push(chunk);
  return Buffer.concat(chunks);
}

/** Bytes that differ at every position from those of another seed, and that do not repeat with any power of two. */
function patterned(size: number, seed: number): Buffer {
  const bytes = Buffer.allocUnsafe(size);
  for (let at = 0; at < size; at++) bytes[at] = (at % 251) ^ seed;
  return bytes;
}
