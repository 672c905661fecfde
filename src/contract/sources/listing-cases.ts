import { deepEqual, equal, notEqual, ok } from 'node:assert/strict';
import { createFilter, everything } from '../../filter/filter.ts';
import { comparePaths } from '../../model/path.ts';
import type { PathFilter } from '../../model/ports.ts';
import type { CaseBodies } from '../contract-case.ts';
import {
  bytesOf,
  entriesOf,
  fileAt,
  filesIn,
  pathsOf,
  readAll,
  signal,
  type SourceFixture,
} from './source-fixture.ts';

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

const DAY_MS = 86_400_000;

/** Which entries a source lists, in which order, and what it says of each. */
export const listingCases: CaseBodies<SourceFixture> = {
  'lists nothing when it is empty': async ({ source }) => {
    deepEqual(await entriesOf(source), []);
  },

  'lists names with odd characters in path order, each as itself': async (fixture) => {
    const { source } = fixture;
    const names = ORDERED.filter((path) => fixture.holds?.(path) ?? true);
    for (const path of names.toReversed()) await fixture.write(path, bytesOf(path));
    const entries = await entriesOf(source);
    deepEqual(pathsOf(filesIn(entries)), names);
    deepEqual(pathsOf(entries), pathsOf(entries).toSorted(comparePaths));
    for (const entry of filesIn(entries)) equal((await readAll(source, entry)).toString(), entry.path);
  },

  'lists a folder between its neighbours': async (fixture) => {
    for (const path of ['a-b', 'a.txt', 'a/b', 'a0']) await fixture.write(path, bytesOf('x'));
    deepEqual(pathsOf(filesIn(await entriesOf(fixture.source))), ['a-b', 'a.txt', 'a/b', 'a0']);
  },

  'lists more files than one batch holds, each once and in order': async (fixture) => {
    const paths = Array.from({ length: 1200 }, (_, at) => `d${at % 3}/${at}`).toSorted(comparePaths);
    for (let at = 0; at < paths.length; at += 50)
      await Promise.all(paths.slice(at, at + 50).map((path) => fixture.write(path, bytesOf('x'))));
    deepEqual(pathsOf(filesIn(await entriesOf(fixture.source))), paths);
  },

  'tells size, and a time close to now where it tells one': async (fixture) => {
    const { source } = fixture;
    await fixture.write('f.bin', Buffer.alloc(1234));
    const { size, modifiedMs } = await fileAt(source, 'f.bin');
    equal(size, 1234);
    // A day of tolerance: the question is the unit, not the clock.
    if (modifiedMs !== undefined)
      ok(Math.abs(modifiedMs - Date.now()) < DAY_MS, `${modifiedMs} is not the time in milliseconds`);
  },

  'gives no identity to an empty file': async (fixture) => {
    const { source } = fixture;
    await fixture.write('empty', Buffer.alloc(0));
    equal((await fileAt(source, 'empty')).identity, undefined);
  },

  'lists an empty folder where folders exist on their own': async (fixture) => {
    if (fixture.makeFolder === undefined) return;
    await fixture.makeFolder('empty/inner/');
    await fixture.makeFolder('zz/');
    const entries = await entriesOf(fixture.source);
    const folders = new Set(pathsOf(entries.filter(({ kind }) => kind === 'folder')));
    for (const folder of ['empty/inner/', 'zz/']) ok(folders.has(folder), `${folder} is not listed`);
  },

  'gives the same versions as long as nothing changes': async (fixture) => {
    const { source } = fixture;
    await fixture.write('a/b', bytesOf('one'));
    await fixture.write('c', Buffer.alloc(0));
    deepEqual(await entriesOf(source), await entriesOf(source));
  },

  'gives another version to a file of the same size with other content': async (fixture) => {
    const { source } = fixture;
    await fixture.write('f', bytesOf('one'));
    const before = await fileAt(source, 'f');
    await fixture.write('f', bytesOf('two'));
    notEqual((await fileAt(source, 'f')).version, before.version, 'the content changed, and not its version');
  },

  'leaves out what the filter excludes and what lies in pruned folders': async (fixture) => {
    const { source } = fixture;
    for (const path of ['keep.csv', 'no.tmp', 'd/no.tmp', 'd/yes', 'pruned/a', 'pruned/b/c', 'prunedx'])
      await fixture.write(path, bytesOf('x'));
    const filter: PathFilter = {
      excludes: (path) => path.endsWith('.tmp') || path.startsWith('pruned/'),
      prunes: (folder) => folder.startsWith('pruned/'),
    };
    const entries = await entriesOf(source, { filter });
    deepEqual(pathsOf(filesIn(entries)), ['d/yes', 'keep.csv', 'prunedx']);
    deepEqual(
      pathsOf(entries).filter((path) => path.startsWith('pruned/')),
      [],
    );
  },

  'tells of reserved names, each once, unless a rule leaves them out': tellsOfReservedNames,

  'lists one folder alone, and tells that a folder is not there': async (fixture) => {
    const { source } = fixture;
    if (source.listFolder === undefined) return;
    for (const path of ['a/x', 'a/y-z', 'a/y/deep', 'a/y0', 'b']) await fixture.write(path, bytesOf('x'));
    const options = { filter: everything, signal };
    const inner = await source.listFolder('a/', options);
    deepEqual(pathsOf(filesIn(inner ?? [])), ['a/x', 'a/y-z', 'a/y0']);
    deepEqual(pathsOf(filesIn((await source.listFolder('', options)) ?? [])), ['b']);
    equal(await source.listFolder('nowhere/', options), undefined);
  },

  'shows one file as a listing would, and none where there is none': async (fixture) => {
    const { source } = fixture;
    if (source.stat === undefined) return;
    await fixture.write('a/x', bytesOf('x'));
    await fixture.write('a/xy', bytesOf('xy'));
    deepEqual(await source.stat('a/x', { signal }), await fileAt(source, 'a/x'));
    equal(await source.stat('a', { signal }), undefined);
    equal(await source.stat('a/nothing', { signal }), undefined);
  },
};

async function tellsOfReservedNames(fixture: SourceFixture): Promise<void> {
  const { source } = fixture;
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
    await fixture.write(path, bytesOf('x'));
  const told = async (patterns: readonly string[]): Promise<string[]> => {
    const rules = patterns.map((pattern) => ({ kind: 'exclude' as const, pattern }));
    const entries = await entriesOf(source, { filter: createFilter({ rules }) });
    deepEqual(pathsOf(filesIn(entries)), ['open/g']);
    return entries
      .flatMap((entry) => (entry.kind === 'unknown' ? [entry] : []))
      .map(({ path, covers, problem: { code, severity } }) => `${code} ${severity} ${covers} ${path}`);
  };
  const warned = (...paths: string[]): string[] =>
    paths.map((path) => `reserved_name warning nothing ${path}`);
  deepEqual(
    await told(['*.tmp', 'closed/']),
    warned('.stagesync-a', '.stagesync-b/', 'open/.stagesync-e', 'open/.stagesync-f/'),
  );
  deepEqual(await told(['/.stagesync-*', '.stagesync-d', 'open/.stagesync-f/']), warned('open/.stagesync-e'));
  deepEqual(await told(['.stagesync-*']), []);
}
