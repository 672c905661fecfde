import { expect, test } from 'vitest';
import type { SourceEntry } from '../../../src/model/entry.ts';
import { withImpliedFolders } from '../../../src/sync/compare/implied-folders.ts';
import { createFilter, everything } from '../../../src/filter/filter.ts';

const file = (path: string): SourceEntry => ({
  kind: 'file',
  path,
  size: 1,
  modifiedMs: 0,
  version: '1',
});
const folder = (path: string): SourceEntry => ({ kind: 'folder', path });
const unknown = (path: string, covers: 'path' | 'subtree' | 'nothing'): SourceEntry => ({
  kind: 'unknown',
  path,
  covers,
  problem: { code: 'unreadable', severity: 'failure', message: '' },
});

async function* batches(...all: (readonly SourceEntry[])[]): AsyncGenerator<readonly SourceEntry[], void> {
  for (const batch of all) yield await Promise.resolve(batch);
}
const paths = async (source: AsyncIterable<readonly SourceEntry[]>, filter = everything): Promise<string[]> =>
  (await Array.fromAsync(withImpliedFolders(source, filter))).flat().map(({ path }) => path);

test.each<[string, (readonly SourceEntry[])[], string[]]>([
  ['keys only', [[file('a/b/1'), file('a/c')]], ['a/', 'a/b/', 'a/b/1', 'a/c']],
  ['folders told already', [[folder('a/'), file('a/1')]], ['a/', 'a/1']],
  [
    'over the edge of a batch',
    [[file('a/1')], [file('a/2'), file('b/1')]],
    ['a/', 'a/1', 'a/2', 'b/', 'b/1'],
  ],
  ['back up and down again', [[file('a/b/1'), file('a/c/1')]], ['a/', 'a/b/', 'a/b/1', 'a/c/', 'a/c/1']],
  ['a name that another begins with', [[file('a-1'), file('a/1')]], ['a-1', 'a/', 'a/1']],
  ['an unknown folder', [[unknown('a/b/', 'subtree'), file('c')]], ['a/', 'a/b/', 'c']],
  ['a name that has no place', [[file('b'), unknown('\\a', 'nothing'), file('c')]], ['b', '\\a', 'c']],
])('every folder on the way is an entry, once: %s', async (_, given, expected) => {
  expect(await paths(batches(...given))).toEqual(expected);
});

test('an excluded folder stands for nothing, but what is let through below implies it', async () => {
  const filter = createFilter({ rules: [{ kind: 'include', pattern: '*.csv' }] });
  const given = batches([folder('a/'), file('a/1.csv'), folder('b/')]);
  expect(await paths(given, filter)).toEqual(['a/', 'a/1.csv']);
});

test.each([
  ['later before earlier', ['b', 'a']],
  ['the same twice', ['a', 'a']],
  ['in the order of UTF-16', ['\u{10000}', '\uffee']],
])('a listing that is out of order is refused: %s', async (_, given) => {
  await expect(paths(batches(given.map(file)))).rejects.toMatchObject({ code: 'source_listing_broken' });
});
