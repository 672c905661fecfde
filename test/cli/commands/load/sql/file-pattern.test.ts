import { expect, test } from 'vitest';
import { FilePattern } from '../../../../../src/cli/commands/load/sql/file-pattern.ts';

test.each([
  [['orders/a.csv'], true, 'orders/a.csv'],
  [['orders/a.csv'], false, 'orders/*.csv'],
  [['orders/a.csv', 'orders/b.csv'], false, 'orders/*.csv'],
  [['orders/a.csv.gz', 'orders/b.csv.gz'], false, 'orders/*.csv.gz'],
  [['orders/a.csv', 'orders/b.csv.gz'], false, 'orders/*'],
  [['o/2026/01/a.csv', 'o/2026/02/b.csv'], false, 'o/2026/**/*.csv'],
  [['o/a.csv', 'o/x/b.csv'], false, 'o/**/*.csv'],
  [['a/x.csv', 'b/x.csv'], true, '**/*.csv'],
])('%j, named %s: %s', (paths, isNamed, expected) => {
  const pattern = new FilePattern();
  for (const path of paths) pattern.add(path, { isNamed });
  expect(pattern.pattern('')).toBe(expected);
  expect(pattern.pattern('in/')).toBe(`in/${expected}`);
});
