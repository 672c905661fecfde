import { expect, test } from 'vitest';
import {
  parquetFields,
  type ParquetElement,
  type ParquetNode,
} from '../../../../src/load/inference/parquet/parquet-schema.ts';
import { chooseParquetType } from '../../../../src/load/inference/parquet/parquet-types.ts';

const node = (element: ParquetElement, ...children: ParquetNode[]): ParquetNode => ({ element, children });

test.each([
  [{ type: 'INT32' }, 'INT'],
  [{ type: 'INT32', converted_type: 'INT_8' }, 'TINYINT'],
  [{ type: 'INT32', converted_type: 'UINT_32' }, 'BIGINT'],
  [{ type: 'INT64', logical_type: { type: 'INTEGER', bitWidth: 64, isSigned: false } }, 'BIGINT UNSIGNED'],
  [{ type: 'INT96' }, 'DATETIME(6)'],
  [
    { type: 'INT64', logical_type: { type: 'TIMESTAMP', unit: 'NANOS', isAdjustedToUTC: true } },
    'DATETIME(6)',
  ],
  [{ type: 'INT64', converted_type: 'TIMESTAMP_MILLIS' }, 'DATETIME(6)'],
  [{ type: 'FIXED_LEN_BYTE_ARRAY', type_length: 16, logical_type: { type: 'UUID' } }, 'CHAR(36)'],
  [
    { type: 'FIXED_LEN_BYTE_ARRAY', type_length: 9, converted_type: 'DECIMAL', precision: 20, scale: 4 },
    'DECIMAL(20,4)',
  ],
  [{ type: 'BYTE_ARRAY', converted_type: 'DECIMAL', precision: 76, scale: 4 }, 'DOUBLE'],
  [{ type: 'BYTE_ARRAY' }, 'LONGBLOB'],
  [{ type: 'BYTE_ARRAY', logical_type: { type: 'JSON' } }, 'JSON'],
  [{ type: 'FLOAT' }, 'FLOAT'],
] as const)('%j becomes %s', (element, type) => {
  const field = { path: ['a'], element: { name: 'a', ...element }, isNested: false, isRequired: false };
  expect(chooseParquetType(field, undefined).type).toBe(type);
});

test('groups become columns; lists, maps and what is deep do not', () => {
  const leaf = (name: string): ParquetNode => node({ name, type: 'INT32', repetition_type: 'REQUIRED' });
  const group = (name: string, ...children: ParquetNode[]): ParquetNode =>
    node({ name, repetition_type: 'OPTIONAL' }, ...children);
  const fields = parquetFields(
    group(
      'root',
      leaf('id'),
      group('user', leaf('age')),
      node(
        { name: 'tags', converted_type: 'LIST' },
        node({ name: 'list', repetition_type: 'REPEATED' }, leaf('element')),
      ),
      group('a', group('b', group('c', group('d', leaf('e'))))),
    ),
  );
  expect(fields.map(({ path, isNested, isRequired }) => [path.join('.'), isNested, isRequired])).toEqual([
    ['id', false, true],
    ['user.age', false, false],
    ['tags', true, false],
    ['a.b.c.d', true, false],
  ]);
});
