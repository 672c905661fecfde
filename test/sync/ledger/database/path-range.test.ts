import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { comparePaths } from '../../../../src/model/path.ts';
import { isAscending } from '../../../../src/sync/ledger/database/path-range.ts';

const rowsOf = (paths: readonly string[]) => paths.map((path) => ({ path }));
const path = fc.string({
  unit: fc.constantFrom('a', 'b', '/', '0', '\uffee', '\u{10000}'),
  minLength: 1,
  maxLength: 4,
});

test('paths in their order, from the first one on or behind it, are ascending; exchanged ones are not', () => {
  fc.assert(
    fc.property(fc.uniqueArray(path, { minLength: 2, maxLength: 8 }), fc.nat(), (all, at) => {
      const sorted = all.toSorted(comparePaths);
      const from = sorted[0]!;
      expect(isAscending(rowsOf(sorted), { from, inclusive: true })).toBe(true);
      expect(isAscending(rowsOf(sorted), { from, inclusive: false })).toBe(false);
      expect(isAscending(rowsOf(sorted.slice(1)), { from, inclusive: false })).toBe(true);
      expect(isAscending(rowsOf(sorted), { from, inclusive: true, end: sorted.at(-1) })).toBe(false);
      const i = at % (sorted.length - 1);
      [sorted[i], sorted[i + 1]] = [sorted[i + 1]!, sorted[i]!];
      expect(isAscending(rowsOf(sorted), { from: '', inclusive: true })).toBe(false);
    }),
  );
});

test('no rows are ascending', () => {
  expect(isAscending([], { from: 'a', inclusive: false, end: 'b' })).toBe(true);
});
