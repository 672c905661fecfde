import { expect, test } from 'vitest';
import { CsvReader, type CsvDialect } from '../../../../src/load/inference/csv/csv-reader.ts';
import { findDialect, headRows } from '../../../../src/load/inference/csv/find-dialect.ts';
import { findHeader } from '../../../../src/load/inference/csv/find-header.ts';

const COMMAS: CsvDialect = { delimiter: ',', quote: '"', escape: '' };
const ESCAPED: CsvDialect = { ...COMMAS, escape: '\\' };

function rowsOf(text: string, dialect: CsvDialect, length: number) {
  const reader = new CsvReader(dialect);
  const pieces = Array.from({ length: Math.ceil(text.length / length) }, (_, n) =>
    text.slice(n * length, (n + 1) * length),
  );
  return [...pieces.flatMap((piece) => [...reader.push(piece)]), ...reader.end()];
}

test.each([
  [
    'a,b\n1,2\n',
    COMMAS,
    [
      ['a', 'b'],
      ['1', '2'],
    ],
    [1, 2],
  ],
  [
    'a,b\r\n1,2',
    COMMAS,
    [
      ['a', 'b'],
      ['1', '2'],
    ],
    [1, 2],
  ],
  ['"x\ny",2\nz\n', COMMAS, [['x\ny', '2'], ['z']], [1, 3]],
  ['"say ""hi""",\n', COMMAS, [['say "hi"', '']], [1]],
  ['5" pipe,x\n', COMMAS, [['5" pipe', 'x']], [1]],
  [String.raw`"a\"b",c\,d,\N`, ESCAPED, [['a"b', 'c,d', String.raw`\N`]], [1]],
  ['\n\nx\n', COMMAS, [[''], [''], ['x']], [1, 2, 3]],
] as const)('%j is cut into rows, however it comes', (text, dialect, fields, lines) => {
  for (const length of [1, 2, 3, 1000]) {
    const rows = rowsOf(text, dialect, length);
    expect(rows.map((row) => row.fields)).toEqual(fields);
    expect(rows.map(({ line }) => line)).toEqual(lines);
  }
});

test('quotes are told, and what follows them', () => {
  const [row, next] = rowsOf('"",,"x"y\n"open', COMMAS, 100);
  expect(row).toMatchObject({ quoted: [true, false, true], malformed: true });
  expect(next).toMatchObject({ fields: ['open'], malformed: true });
});

test('a quote that is not closed ends the reading, not the memory', () => {
  const reader = new CsvReader(COMMAS);
  const piece = 'x'.repeat(1 << 20);
  expect(() => {
    for (const text of ['"', ...Array.from({ length: 5 }, () => piece)]) Array.from(reader.push(text));
  }).toThrow(RangeError);
});

test.each([
  ['a,b\n1,2\n', { delimiter: ',' }],
  ['a;b\n1,5;2,5\n3,5;4,5\n', { delimiter: ';' }],
  ['1,5;2,5\n3,5;4,5\n', { delimiter: ';' }],
  ['a\tb c, d\n1\t2, 3\n', { delimiter: '\t' }],
  ['a|b\n"x\\"y"|2\n"z"|3\n', { delimiter: '|', escape: '\\' }],
  ['a,b\n"C:\\",2\n"D:\\dir\\",3\n', { delimiter: ',', escape: '' }],
  ["a,b\n'x','y'\n'z','w'\n", { delimiter: ',', quote: "'" }],
  ['name\nAda\nGrace\n', { delimiter: ',' }],
])('the dialect of %j is %j', (text, dialect) => {
  expect(findDialect(text, { delimiter: undefined, isTabs: false }, true)).toMatchObject(dialect);
});

test.each([
  ['id,name\n1,Ada\n', true],
  ['first name,last name\nAda,Lovelace\n', true],
  ['Ada,Lovelace\nAda,Byron\n', false],
  ['1,Ada\n2,Grace\n', false],
  ['2026-01-01,x\n2026-01-02,y\n', false],
  ['id,name\n', true],
  ['n,y\n1,2\n', true],
  ['yes,no\nno,no\n', false],
  ['a@b.c\nd@e.f\n', false],
])('%j has a row of names: %s', (text, isThere) => {
  expect(findHeader(headRows(text, COMMAS, true)).isThere).toBe(isThere);
});
