import { expect, test } from 'vitest';
import { safeName, safeNames, tableNameOf } from '../../../../src/load/inference/names/safe-names.ts';

test.each([
  ['id', 'id', undefined],
  ['_id', '_id', undefined],
  [' First Name ', 'First_Name', 'spaces or signs in it'],
  ['Größe (cm)', 'Grosse_cm', 'not ASCII'],
  ['Straße', 'Strasse', 'not ASCII'],
  ['ORDER', 'ORDER_', 'a reserved word'],
  ['2026', '_2026', 'begins with a digit'],
  ['名前', 'x', 'nothing of the name is ASCII'],
  ['', 'x', 'the file has no name for it'],
  ['a`b', 'a_b', 'spaces or signs in it'],
  ['n'.repeat(70), 'n'.repeat(64), 'longer than 64 characters'],
])('%j becomes %s: %s', (text, name, changed) => {
  const safe = safeName(text, 'x');
  expect(safe.name).toBe(name);
  expect(safe.changed).toBe(changed);
});

test('names differ in any case', () => {
  const names = safeNames(['id', 'ID', 'id_2', 'n'.repeat(64), 'n'.repeat(65)], (n) => `column_${n}`);
  expect(names.map(({ name }) => name)).toEqual([
    'id',
    'ID_2',
    'id_2_2',
    'n'.repeat(64),
    `${'n'.repeat(62)}_2`,
  ]);
});

test.each([
  ['orders.csv', 'orders'],
  ['orders-2026-12-31.csv.gz', 'orders'],
  ['Orders_2026.jsonl', 'orders'],
  ['part-00001.parquet', 'part'],
  ['Kunden Liste.csv', 'kunden_liste'],
])('the table of %s is %s', (file, table) => {
  expect(tableNameOf(file)).toBe(table);
});
