import { expect, test } from 'vitest';
import { filePattern } from '../../../../src/emulator/database/reading/file-pattern.ts';

test.each<[string, string[], string[]]>([
  ['a/b.csv', ['a/b.csv', 'a/b.csv/c'], ['a/b.csvx', 'b.csv']],
  ['a', ['a/b', 'a/b/c'], ['ab']],
  ['a/', ['a/b'], ['a']],
  ['', ['a', 'b/c'], []],
  ['a/*.csv', ['a/b.csv', 'a/.csv'], ['a/b/c.csv', 'a/b.csv.gz', 'a/bxcsv', 'A/b.csv']],
  ['a/**', ['a/b', 'a/b/c'], ['b']],
  ['a/**/c', ['a/c', 'a/b/c', 'a/b/b/c'], ['a/bc']],
  ['*/x?.csv', ['a/x1.csv'], ['x1.csv', 'a/x.csv']],
  ['a+(1)/*', ['a+(1)/b'], ['aa1/b']],
])('%s', (pattern, fitting, others) => {
  const { fits } = filePattern(pattern);
  expect(fitting.filter((path) => !fits(path))).toEqual([]);
  expect(others.filter(fits)).toEqual([]);
});

test.each([
  ['a/b/*.csv', ['a', 'b'], false],
  ['a/**/x', ['a'], true],
  ['a/x*/y', ['a'], true],
  ['a/b', ['a'], true],
])('%s is looked for in one folder', (pattern, folder, isDeep) => {
  expect(filePattern(pattern)).toMatchObject({ folder, isDeep });
});
