import { expect, test } from 'vitest';
import { EMPTY_USAGE, MOST_ROWS, wayTo, withLines } from '../../page/src/text/usage.ts';

test('folders and files are sorted by size and added up as they come', () => {
  const some = withLines(EMPTY_USAGE, [
    { kind: 'file', path: 'small', size: 1 },
    { kind: 'folder', path: 'large/', files: 9, size: 90 },
  ]);
  expect(some).toMatchObject({ size: 91, files: 10, isWhole: false });
  const all = withLines(some, [
    { kind: 'folder', path: 'middle/', files: 2, size: 5 },
    { kind: 'unknown', path: 'closed/', message: 'not allowed' },
    { kind: 'total', files: 12, size: 96 },
  ]);
  expect(all.rows.map(({ path }) => path)).toEqual(['large/', 'middle/', 'small']);
  expect(all).toMatchObject({ size: 96, files: 12, isWhole: true, problems: ['closed/: not allowed'] });
});

test('of very many the largest stay, and the others are counted', () => {
  let usage = EMPTY_USAGE;
  for (let size = 1; size <= MOST_ROWS + 50; size++)
    usage = withLines(usage, [{ kind: 'file', path: `f${size}`, size }]);
  expect(usage.rows).toHaveLength(MOST_ROWS);
  expect(usage.rows.at(-1)?.size).toBe(51);
  expect(usage.left).toEqual({ rows: 50, size: (50 * 51) / 2 });
});

test('an address shows the way to it', () => {
  expect(wayTo('stage://group/a/b/')).toEqual([
    { name: 'stage://group/', address: 'stage://group/' },
    { name: 'a', address: 'stage://group/a/' },
    { name: 'b', address: 'stage://group/a/b/' },
  ]);
  expect(wayTo('stage:///a/')).toHaveLength(2);
  expect(wayTo('s3://bucket/')).toEqual([]);
});
