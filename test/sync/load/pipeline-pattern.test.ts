import { expect, test } from 'vitest';
import { mayRead } from '../../../src/sync/load/pipeline-pattern.ts';
import { FILE_PATTERNS } from '../../support/load/file-patterns.ts';

test.each(FILE_PATTERNS)('%s, as the embedded database reads it', (files, fitting, others) => {
  expect(fitting.filter((path) => !mayRead({ files }, path))).toEqual([]);
  expect(others.filter((path) => mayRead({ files }, path))).toEqual([]);
});

test.each([
  ['no pattern', undefined, ['any'], []],
  ['a text without wildcards may be a beginning', 'in/a', ['in/a.csv', 'in/ab/c'], ['in/b']],
  ['one in brackets', 'in/20[12]?.csv', ['in/2010.csv', 'in/20[12]0.csv'], ['in/2010.json', 'in/20/0.csv']],
  ['braces', 'in/*.{csv,json}', ['in/a.csv', 'in/a.{csv,json}'], ['out/a.csv', 'in/a']],
  ['a bracket that is not closed', 'in/a[b*', ['in/a[bc'], ['in/b']],
  ['a slash at the end', 'in/*/', ['in/a', 'in/a/b', 'in/a/b/c'], ['out/a']],
])('where nothing is documented, it may: %s', (_, files, fitting, others) => {
  expect(fitting.filter((path) => !mayRead({ files }, path))).toEqual([]);
  expect(others.filter((path) => mayRead({ files }, path))).toEqual([]);
});
