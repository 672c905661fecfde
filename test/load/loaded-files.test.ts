import { expect, test } from 'vitest';
import { fileRows, LoadSums, worstState } from '../../src/load/loaded-files.ts';
import { namesThere } from '../../src/load/known-names.ts';
import type { PipelineFile } from '../../src/model/pipelines.ts';

const FILE = { path: 'in/a.csv', size: 5, sinceMs: 1000 };
const seen = (pipeline: string, some: Partial<PipelineFile> = {}): PipelineFile => ({
  pipeline,
  state: 'loaded',
  size: 5,
  lastBatch: 1,
  underWay: false,
  error: undefined,
  ...some,
});

test.each([
  ['the one that reads it has', ['a'], [seen('a')], 'loaded'],
  ['another one is still to find it', ['a', 'b'], [seen('a')], 'unloaded'],
  ['both have', ['a', 'b'], [seen('a'), seen('b')], 'loaded'],
  [
    'one had another content, and another one is still to find it',
    ['a', 'b'],
    [seen('a', { size: 4 })],
    'changed',
  ],
  ['none has found it', ['a', 'b'], [], 'unloaded'],
  ['one that has it now reads others', [], [seen('a')], 'loaded'],
] as const)('a file is loaded when all that read it have loaded it: %s', (_, readers, states, state) => {
  const rows = fileRows(FILE, states, { readers, mayBeRead: readers.length > 0 });
  expect(worstState(rows)).toBe(state);
  const sums = new LoadSums();
  sums.add(rows);
  expect(sums.total).toMatchObject({ files: 1, [state]: 1 });
});

test('a file that no pipeline reads is ignored', () => {
  expect(fileRows(FILE, [], { readers: [], mayBeRead: false })).toMatchObject([{ state: 'ignored' }]);
});

test.each([
  ['oders', ['returns', 'orders'], 'there are: orders, returns'],
  ['x', [], 'there is none'],
  ['x', ['a1', 'b1', 'c1', 'd1', 'e1', 'f1'], 'there are: a1, b1, c1, d1, e1, …'],
])('names that there are, the nearest to %s first', (wrong, known, text) => {
  expect(namesThere(wrong, known)).toBe(text);
});
