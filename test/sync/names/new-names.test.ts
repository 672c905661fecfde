import { expect, test } from 'vitest';
import { versionName, versionNumber } from '../../../src/sync/names/new-names.ts';

test.each([
  ['orders.csv', 'orders~2.csv'],
  ['a/b.c/orders.csv.gz', 'a/b.c/orders~2.csv.gz'],
  ['2026.11.25.jsonl.zst', '2026.11.25~2.jsonl.zst'],
  ['log.1', 'log.1~2'],
  ['orders', 'orders~2'],
  ['d/.hidden', 'd/.hidden~2'],
  ['.csv.gz', '.csv.gz~2'],
  ['orders~2.csv', 'orders~2~2.csv'],
  ['archive.gz', 'archive~2.gz'],
])('the second version of %s is %s', (path, name) => {
  expect(versionName(path, 2)).toBe(name);
  expect(versionNumber(path, name)).toBe(2);
});

test.each([
  ['orders.csv', 'orders.csv'],
  ['orders.csv', 'orders~1.csv'],
  ['orders.csv', 'orders~02.csv'],
  ['orders.csv', 'orders~2.csv.gz'],
  ['orders.csv', 'd/orders~2.csv'],
  ['orders.csv', 'orders~x.csv'],
])('no version of %s: %s', (path, name) => {
  expect(versionNumber(path, name)).toBeUndefined();
});
