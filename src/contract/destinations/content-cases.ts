import { deepEqual, equal, fail, ok } from 'node:assert/strict';
import { assertSameBytes, assertSyncError, rejectionOf } from '../assertions.ts';
import { chunkedContent, patternedBytes, piecesOf, textContent } from '../contents.ts';
import type { CaseBodies } from '../contract-case.ts';
import { call, MISSING, type Tried } from './tried.ts';

const CHANGED = { code: 'entry_changed', fact: 'changed' } as const;

const NAMES = [
  'a?b #1 100%41 ü 😀.csv',
  'plus+and&and=.csv',
  '%2F%2e%2e.csv',
  'quotes \' " ` (1) [2] {3} !*~.csv',
  'semi;colon,at@dollar$.csv',
  'trailing dots...',
  ' leading and trailing space ',
  'hidden/.dot',
  '名前.csv',
  'ﬀ ligature and ﷽.csv',
  '\u{1f469}\u{200d}\u{1f680}.csv',
  'x'.repeat(200),
];

const arrivalOf = (name: string): string => `the name ${JSON.stringify(name.slice(0, 40))} arrives as itself`;

/** The cases that are about one name each. */
export const NAME_CASES: readonly string[] = NAMES.map(arrivalOf);

/** Bytes that go there, and come back. */
export const contentCases: CaseBodies<Tried> = {
  ...Object.fromEntries(
    [0, 1, 4096, 300_000].map((size) => [
      `${size} bytes come back as they were put`,
      (tried: Tried) => comesBack(tried, size),
    ]),
  ),

  'where a put tells a time, a look shows that time': async (tried) => {
    for (const [path, modifiedMs] of [
      ['a.csv', undefined],
      ['b.csv', 1_600_000_000_123],
    ] as const) {
      const stored = await tried.put(path, { ...textContent('one'), modifiedMs });
      if (stored !== undefined) deepEqual({ ...(await tried.stat(path)) }, { size: 3, ...stored });
    }
  },

  'where traits say so, a file gets the time of its content, and keeps it when it moves': async (tried) => {
    const { takesTimes, keepsTimes } = tried.destination.traits;
    const modifiedMs = 1_600_000_000_000;
    await tried.put('a.csv', { ...textContent('one'), modifiedMs });
    const before = (await tried.stat('a.csv'))?.modifiedMs;
    if (takesTimes === true) equal(before, modifiedMs);
    await tried.move('a.csv', 'b.csv');
    if (keepsTimes === true) equal((await tried.stat('b.csv'))?.modifiedMs, before);
  },

  'a put replaces the file that is there, unless traits say that none is replaced': async (tried) => {
    await tried.put('a.csv', 'one');
    const replaces = tried.destination.traits.overwrites !== false;
    if (replaces) await tried.put('a.csv', 'three');
    else await tried.refuses(() => tried.put('a.csv', 'three'), 'a put over a file', ['taken']);
    equal(await tried.textOf('a.csv'), replaces ? 'three' : 'one');
    equal((await tried.stat('a.csv'))?.size, replaces ? 5 : 3);
  },

  ...Object.fromEntries(
    NAMES.map((name) => [arrivalOf(name), (tried: Tried) => arrivesAsItself(tried, name)]),
  ),

  'the composed and the decomposed form of a name are two files, unless the destination tells that they are one':
    async (tried) => {
      if ((await tried.destination.folding?.())?.forms === true) return;
      await tried.put('\u00fc.csv', 'composed');
      await tried.put('u\u0308.csv', 'decomposed');
      equal(await tried.textOf('\u00fc.csv'), 'composed');
      equal(await tried.textOf('u\u0308.csv'), 'decomposed');
      equal((await tried.shownIn(''))?.length, 2);
    },

  'many puts into one folder at the same time all arrive': async (tried) => {
    await tried.makeFolders('many/');
    const names = Array.from({ length: 60 }, (_, at) => `${at}.txt`);
    await Promise.all(names.map((name) => tried.put(`many/${name}`, name)));
    deepEqual(await tried.shownIn('many/'), names.map((name) => `file ${name}`).toSorted());
  },

  'a read can be left before its end and repeated': async (tried) => {
    const bytes = patternedBytes(300_000);
    await tried.put('big.bin', { size: bytes.byteLength, bytes });
    for await (const chunk of await tried.destination.read('big.bin', call)) {
      ok(chunk.byteLength > 0, 'an empty chunk came');
      break;
    }
    assertSameBytes(await tried.bytesOf('big.bin'), bytes, 'the second read');
  },
};

/** A put that cannot be carried to its end. */
export const failedPutCases: CaseBodies<Tried> = {
  ...Object.fromEntries(
    (
      [
        ['shorter', 49_999],
        ['longer', 50_001],
        ['empty', 0],
      ] as const
    ).map(([what, given]) => [
      `a body that turns out ${what} than its size leaves what was there`,
      (tried: Tried) => leavesWhatWasThere(tried, patternedBytes(given)),
    ]),
  ),

  'a content that fails midway is what the put rejects with, and nothing arrives': async (tried) => {
    const failure = new Error('the disk is gone');
    async function* chunks(): AsyncGenerator<Uint8Array> {
      yield patternedBytes(20_000);
      throw failure;
    }
    const put = tried.put('a.bin', { size: 40_000, chunks: chunks() });
    equal(await rejectionOf(put, 'a put whose content fails'), failure);
    equal(await tried.stat('a.bin'), undefined);
  },

  'a put aborted midway leaves nothing': async (tried) => {
    const controller = new AbortController();
    const reason = new Error('stopped');
    async function* chunks(): AsyncGenerator<Uint8Array> {
      yield patternedBytes(30_000);
      controller.abort(reason);
      yield patternedBytes(30_000);
    }
    const content = { size: 60_000, chunks: chunks() };
    const put = tried.destination.put('a.bin', content, { signal: controller.signal });
    equal(await rejectionOf(put, 'a put that is given up'), reason);
    deepEqual(await tried.shownIn(''), []);
  },

  'a put does not make the folder that is missing': async (tried) => {
    await tried.refuses(() => tried.put('no/such/a.csv', 'a'), 'a put into no folder', [
      'refused',
      'missing',
    ]);
    deepEqual(await tried.shownIn(''), []);
  },

  'what is no file has no size and no content': async (tried) => {
    await tried.makeFolders('a/');
    equal(await tried.stat('none.csv'), undefined);
    equal(await tried.stat('a'), undefined);
    await tried.refuses(() => tried.bytesOf('none.csv'), 'a read of no file', MISSING);
  },
};

async function comesBack(tried: Tried, size: number): Promise<void> {
  const bytes = patternedBytes(size);
  await tried.put('whole.bin', { size, bytes });
  await tried.put('chunks.bin', chunkedContent(bytes, 7001));
  assertSameBytes(await tried.bytesOf('whole.bin'), bytes, 'a content that was given whole');
  assertSameBytes(await tried.bytesOf('chunks.bin'), bytes, 'a content that came in chunks');
  equal((await tried.stat('whole.bin'))?.size, size);
  const { readFrom } = tried.destination;
  if (readFrom === undefined) return;
  for (const offset of new Set([0, size >> 1, Math.max(0, size - 1)])) {
    const rest: Uint8Array[] = [];
    for await (const chunk of await readFrom.call(tried.destination, 'whole.bin', offset, call))
      rest.push(Buffer.from(chunk));
    assertSameBytes(Buffer.concat(rest), bytes.subarray(offset), `the bytes from ${offset} on`);
  }
}

async function arrivesAsItself(tried: Tried, name: string): Promise<void> {
  const folder = name.includes('/') ? 'hidden/' : '';
  if (folder !== '') await tried.makeFolders(folder);
  await tried.put(name, name);
  deepEqual(await tried.shownIn(folder), [`file ${name.slice(folder.length)}`]);
  equal(await tried.textOf(name), name);
  await tried.move(name, `${name}2`);
  equal(await tried.stat(name), undefined);
  await tried.remove(`${name}2`);
  deepEqual(await tried.shownIn(folder), []);
}

async function leavesWhatWasThere(tried: Tried, given: Uint8Array): Promise<void> {
  const replaces = tried.destination.traits.overwrites !== false;
  if (replaces) await tried.put('a.bin', 'old');
  for (const content of [
    { size: 50_000, chunks: piecesOf(given, 10_000) },
    { size: 50_000, bytes: given },
  ])
    assertSyncError(
      await rejectionOf(tried.put('a.bin', content), `${given.byteLength} bytes for 50000`),
      CHANGED,
      'a put of another size',
    );
  if (replaces) equal(await tried.textOf('a.bin'), 'old');
  else if ((await tried.stat('a.bin')) !== undefined) fail('a put that was refused left a file');
}
