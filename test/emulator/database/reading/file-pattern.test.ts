import { expect, test } from 'vitest';
import { filePattern } from '../../../../src/emulator/database/reading/file-pattern.ts';
import { FILE_PATTERNS } from '../../../support/load/file-patterns.ts';

test.each(FILE_PATTERNS)('%s', (pattern, fitting, others) => {
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
