import { expect, test } from 'vitest';
import type { InferredColumn } from '../../../../src/load/inference/inferred-table.ts';
import { conversionSql } from '../../../../src/load/inference/statements/conversions.ts';
import { createPipelineSql } from '../../../../src/load/inference/statements/create-pipeline.ts';
import { createTableSql } from '../../../../src/load/inference/statements/create-table.ts';
import { KeyProblem, tableKeys } from '../../../../src/load/inference/statements/table-keys.ts';

const column = (name: string, type: string, more: Partial<InferredColumn> = {}): InferredColumn => ({
  name,
  source: name,
  renamed: undefined,
  path: [name],
  type,
  nullable: false,
  reason: 'why',
  conversion: [],
  findings: [],
  ...more,
});
const COLUMNS = [column('id', 'BIGINT'), column('note', 'TEXT', { nullable: true }), column('at', 'DATE')];

test('a key has no NULL, or is a unique one; text without an end cannot be in it', () => {
  expect(tableKeys(COLUMNS, ['ID'])).toEqual({ unique: { kind: 'PRIMARY', columns: ['id'] }, sort: 'at' });
  const nullable = [column('id', 'BIGINT', { nullable: true })];
  expect(tableKeys(nullable, ['id']).unique).toEqual({ kind: 'UNIQUE', columns: ['id'] });
  expect(() => tableKeys(COLUMNS, ['note'])).toThrow(KeyProblem);
  expect(() => tableKeys(COLUMNS, ['nr'])).toThrow(KeyProblem);
});

test('of several times only a clear name makes a sort key', () => {
  const times = [column('due', 'DATE'), column('paid', 'DATE')];
  expect(tableKeys(times, []).sort).toBeUndefined();
  expect(tableKeys([...times, column('created_at', 'DATETIME(6)')], []).sort).toBe('created_at');
});

test('comments end no line of the statement, whatever the file calls its columns', () => {
  const odd = column('a_b', 'INT', { source: 'a\n); DROP TABLE x; --', renamed: 'spaces or signs in it' });
  const sql = createTableSql(
    { columns: [odd] },
    { table: 'a`b', keys: tableKeys([odd], []), rowstore: true },
    { comments: true },
  );
  expect(sql.split('\n')).toHaveLength(3);
  expect(sql).toContain('CREATE ROWSTORE TABLE `a``b` (');
});

test('paths and texts are quoted', () => {
  const nested = column('a_b', 'INT', { path: ['a`', "b'"] });
  const sql = createPipelineSql(
    { format: { kind: 'json', isArray: false }, columns: [nested] },
    { pipeline: 'p', table: 't', files: "it's/*.json" },
  );
  expect(sql).toContain("LOAD DATA STAGE 'it''s/*.json'");
  expect(sql).toContain("`a_b` <- `a```::`b'` DEFAULT NULL");
});

test('steps are nested in their order', () => {
  expect(
    conversionSql('@x', [
      { step: 'null_words', words: ["n'a"] },
      { step: 'trim' },
      { step: 'truth', yes: ['yes'], no: ['no'] },
    ]),
  ).toBe(
    "CASE LOWER(TRIM(NULLIF(@x, 'n''a'))) WHEN 'yes' THEN 1 WHEN 'no' THEN 0 ELSE TRIM(NULLIF(@x, 'n''a')) END",
  );
  expect(conversionSql('@x', [{ step: 'parse_time', format: '%d/%m/%Y' }])).toBe(
    "IFNULL(STR_TO_DATE(@x, '%d/%m/%Y'), @x)",
  );
});
