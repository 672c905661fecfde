import { expect, test } from 'vitest';
import { createFilter, everything } from '../../src/filter/filter.ts';
import { ReservedNames } from '../../src/sources/reserved-names.ts';

const met = (names: ReservedNames, paths: readonly string[]) => paths.map((path) => names.meet(path));

test('a reserved folder is told once for all that is in it, a reserved file for itself', () => {
  const names = new ReservedNames(everything);
  expect(
    met(names, ['.stagesync-a/x', '.stagesync-a/y/.stagesync-z', 'b/.stagesync-c', 'b/.stagesync-d/e/f']),
  ).toEqual(['.stagesync-a/', undefined, 'b/.stagesync-c', 'b/.stagesync-d/']);
});

test('what a rule leaves out is not told', () => {
  const names = new ReservedNames(createFilter({ rules: [{ kind: 'exclude', pattern: '*.tmp' }] }));
  expect(met(names, ['.stagesync-a/x.tmp', '.stagesync-a/y', '.stagesync-b.tmp'])).toEqual([
    undefined,
    '.stagesync-a/',
    undefined,
  ]);
});
