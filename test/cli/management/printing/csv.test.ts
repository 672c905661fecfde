import { expect, test } from 'vitest';
import { csvLine } from '../../../../src/cli/management/printing/csv.ts';

test.each([
  ['=1+1', "'=1+1"],
  ['+1', "'+1"],
  ['-2', "'-2"],
  ['@SUM(A1)', "'@SUM(A1)"],
  ['=a,b', `"'=a,b"`],
  [-4.5, '-4.5'],
  ['a=b', 'a=b'],
  ['', ''],
  [null, ''],
  [undefined, ''],
  [['x'], '"[""x""]"'],
])('no program for tables takes %j for a formula', (value, line) => {
  expect(csvLine([value])).toBe(line);
});

test('on a terminal what could steer it is escaped, elsewhere kept', () => {
  expect(csvLine(['a\u{1b}[2J\nb'], { isTerminal: true })).toBe(String.raw`a\u{1b}[2J\nb`);
  expect(csvLine(['a\u{1b}[2J\nb'])).toBe('"a\u{1b}[2J\nb"');
});
