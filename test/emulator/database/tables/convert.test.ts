import { describe, expect, test } from 'vitest';
import { TokenReader } from '../../../../src/emulator/database/sql/token-reader.ts';
import { readType } from '../../../../src/emulator/database/tables/column-types.ts';
import { convert } from '../../../../src/emulator/database/tables/convert.ts';
import type { InputValue, StoredValue } from '../../../../src/emulator/database/tables/convert.ts';
import { parseJson } from '../../../../src/emulator/database/tables/json-text.ts';

const to = (type: string, value: InputValue, isNullable = true): StoredValue =>
  convert(value, {
    name: 'c',
    type: readType(new TokenReader(type)),
    isNullable,
    isAutoIncrement: false,
    default: undefined,
    comment: '',
  });

test.each<[string, InputValue, StoredValue]>([
  ['INT', ' 12 ', 12],
  ['INT', '-2147483648', -2_147_483_648],
  ['INT', '-0', 0],
  ['TINYINT', true, 1],
  ['TINYINT UNSIGNED', '255', 255],
  ['BIGINT', '9223372036854775807', 9_223_372_036_854_775_807n],
  ['BIGINT UNSIGNED', '18446744073709551615', '18446744073709551615'],
  ['BIGINT', 9_007_199_254_740_993n, 9_007_199_254_740_993n],
  ['INT', '', null],
  ['DECIMAL(5,2)', '1', '1.00'],
  ['DECIMAL(5,2)', '-1.005', '-1.01'],
  ['DECIMAL(5,2)', '-0.004', '0.00'],
  ['DECIMAL(5,2)', '999.994', '999.99'],
  ['DECIMAL(3,0)', '2.5', '3'],
  ['DECIMAL(30,10)', '12345678901234567890.1234567890', '12345678901234567890.1234567890'],
  ['DECIMAL(10,2)', '1.5e3', '1500.00'],
  ['DECIMAL(10,3)', 2e-3, '0.002'],
  ['DOUBLE', '-1.5e-3', -0.0015],
  ['VARCHAR(3)', '€ü😀', '€ü😀'],
  [
    'VARCHAR(60)',
    parseJson('{"a":12345678901234567890,"b":1.50}') as object,
    '{"a":12345678901234567890,"b":1.50}',
  ],
  ['CHAR(1)', '', ''],
  ['TINYTEXT', 'x'.repeat(255), 'x'.repeat(255)],
  ['DATE', '2024-02-29', '2024-02-29'],
  ['DATE', '2026/1/2 03:04', '2026-01-02'],
  ['DATETIME', '2026-01-02T03:04:05.9', '2026-01-02 03:04:05'],
  ['DATETIME(6)', '2026-01-02', '2026-01-02 00:00:00.000000'],
  ['DATETIME(6)', '2026-01-02 03:04:05.1234567', '2026-01-02 03:04:05.123456'],
  ['TIMESTAMP', '2038-01-19 03:14:07', '2038-01-19 03:14:07'],
  ['TIME', '-838:59:59', '-838:59:59'],
  ['YEAR', '2026', 2026],
  ['JSON', ' {"a": 1.0} ', '{"a": 1.0}'],
  ['JSON', [1, null] as object, '[1,null]'],
])('%s takes %s', (type, value, stored) => {
  expect(to(type, value)).toEqual(stored);
});

test.each<[string, InputValue, string]>([
  ['INT', 'x', "1366: Invalid INT value 'x' for column 'c'"],
  ['INT', '1.0', "1366: Invalid INT value '1.0' for column 'c'"],
  ['INT', '5\r', 'ok'],
  ['INT', '0x10', "1366: Invalid INT value '0x10' for column 'c'"],
  ['INT', '2147483648', "1264: Out of range value for column 'c'"],
  ['TINYINT', '128', '1264'],
  ['INT UNSIGNED', '-1', '1264'],
  ['BIGINT', '9223372036854775808', '1264'],
  ['DECIMAL(5,2)', '999.995', '1264'],
  ['DECIMAL(5,2)', '1,5', "1366: Invalid DECIMAL value '1,5' for column 'c'"],
  ['DECIMAL(5,2)', '.', '1366'],
  ['DOUBLE', 'NaN', '1366'],
  ['DOUBLE', '1e999', '1264'],
  ['VARCHAR(3)', 'abcd', "1406: Data too long for column 'c'"],
  ['TINYTEXT', 'ü'.repeat(128), '1406'],
  ['VARBINARY(1)', 'ü', '1406'],
  ['DATE', '2023-02-29', "1366: Invalid DATE value '2023-02-29' for column 'c'"],
  ['DATE', '31/12/2026', '1366'],
  ['DATETIME', '2026-01-02 24:00:00', '1366'],
  ['DATETIME', '2026-01-02T03:04:05Z', '1366'],
  ['TIMESTAMP', '2039-01-01', '1366'],
  ['TIME', '839:00:00', '1366'],
  ['YEAR', '1900', '1366'],
  ['JSON', '{a:1}', '1366'],
])('%s and %s: %s', (type, value, error) => {
  let told = 'ok';
  try {
    to(type, value);
  } catch (thrown) {
    const { code, message } = thrown as { code: number; message: string };
    told = `${code}: ${message}`;
  }
  expect(told).toContain(error);
});

describe('a column that is NOT NULL', () => {
  test('refuses null, and an empty field that would be null', () => {
    expect(() => to('INT', null, false)).toThrow("Column 'c' cannot be null");
    expect(() => to('INT', '', false)).toThrow("Invalid INT value '' for column 'c'");
    expect(to('VARCHAR(5)', '', false)).toBe('');
  });
});
