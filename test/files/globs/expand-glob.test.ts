import { expect, test } from 'vitest';
import { expandGlob, type Named } from '../../../src/files/globs/expand-glob.ts';
import { hasWildcard, parseGlob } from '../../../src/files/globs/glob.ts';

const TREE = [
  'a.csv',
  'b.csv',
  'c.txt',
  '.hidden.csv',
  '[a].csv',
  'sub/a.csv',
  'sub/deep/x.csv',
  'sub/deep/y.txt',
  'other/a.csv',
  '.dot/a.csv',
  '2026/01/day.csv',
  '2026/02/day.csv',
];

function lister() {
  const asked: string[] = [];
  const list = async (folder: string): Promise<Named[] | undefined> => {
    asked.push(folder);
    const below = TREE.filter((path) => path.startsWith(folder)).map((path) => path.slice(folder.length));
    if (below.length === 0) return undefined;
    const names = new Set(below.map((path) => (path.includes('/') ? `${path.split('/')[0]}/` : path)));
    return [...names].map((name) => ({ kind: name.endsWith('/') ? 'folder' : 'file', path: folder + name }));
  };
  return { asked, list };
}

async function expanded(pattern: string): Promise<{ paths: string[]; asked: string[] }> {
  const { asked, list } = lister();
  const found = await Array.fromAsync(expandGlob(parseGlob(pattern)!, { list, lookAhead: () => 4 }));
  return { paths: found.map(({ path }) => path).sort(), asked };
}

test.each([
  ['*.csv', ['[a].csv', 'a.csv', 'b.csv']],
  ['?.csv', ['a.csv', 'b.csv']],
  ['[ab].csv', ['a.csv', 'b.csv']],
  ['.*.csv', ['.hidden.csv']],
  ['*/a.csv', ['other/a.csv', 'sub/a.csv']],
  ['s*', ['sub/']],
  ['2026/*/day.csv', ['2026/01/day.csv', '2026/02/day.csv']],
  [
    '**/*.csv',
    [
      '2026/01/day.csv',
      '2026/02/day.csv',
      '[a].csv',
      'a.csv',
      'b.csv',
      'other/a.csv',
      'sub/a.csv',
      'sub/deep/x.csv',
    ],
  ],
  ['sub/**', ['sub/a.csv', 'sub/deep/x.csv', 'sub/deep/y.txt']],
  ['*/', ['2026/', 'other/', 'sub/']],
  ['{a,b}?csv', ['a.csv', 'b.csv']],
  ['nowhere/*', []],
])('%s', async (pattern, paths) => {
  expect((await expanded(pattern)).paths).toEqual(paths);
});

test('a child that is named as the pattern is written is meant alone', async () => {
  expect((await expanded('[a].csv')).paths).toEqual(['[a].csv']);
});

test('each folder is listed once, and those that no match can lie in are not', async () => {
  const { asked } = await expanded('**/*.csv');
  expect(asked.sort()).toEqual([...new Set(asked)].sort());
  expect(asked).not.toContain('.dot/');
  expect((await expanded('2026/*/day.csv')).asked.sort()).toEqual(['2026/', '2026/01/', '2026/02/']);
});

test('only *, ? and [ make a pattern', () => {
  expect(['a*', 'a?', 'a[b'].map(hasWildcard)).toEqual([true, true, true]);
  expect(parseGlob('a/{uuid}.csv')).toBeUndefined();
});
