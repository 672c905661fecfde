import { describe, expect, test } from 'vitest';
import { CsvReader } from '../../../../src/emulator/database/reading/csv.ts';
import { parseStatement } from '../../../../src/emulator/database/sql/parse.ts';
import type { CsvFormat } from '../../../../src/emulator/database/sql/statements.ts';

function formatOf(options: string): CsvFormat {
  const statement = parseStatement(`LOAD DATA STAGE 'x' INTO TABLE t ${options}`);
  if (statement.kind !== 'load' || statement.load.file.format !== 'csv') throw new Error('no CSV');
  return statement.load.file;
}

/** The fields of each line, read in pieces of so many characters. */
function read(text: string, options: string, piece = Infinity) {
  const reader = new CsvReader(formatOf(options));
  const records = [];
  for (let at = 0; at < text.length; at += piece) records.push(...reader.push(text.slice(at, at + piece)));
  records.push(...reader.end());
  return records;
}

const COMMA = `FIELDS TERMINATED BY ',' ENCLOSED BY '"'`;

const CASES: [what: string, options: string, text: string, rows: (string | null)[][]][] = [
  [
    'tabs by default',
    '',
    'a\tb\nc\t\n',
    [
      ['a', 'b'],
      ['c', ''],
    ],
  ],
  ['a last line without an end', COMMA, 'a,b', [['a', 'b']]],
  ['quotes, doubled and escaped', COMMA, String.raw`"a ""b""","c\"d"`, [['a "b"', 'c"d']]],
  ['terminators within quotes', COMMA, '"a,b\nc",d\n', [['a,b\nc', 'd']]],
  ['a quote within a field', COMMA, 'a"b,"c"d",e\n', [['a"b', 'c"d', 'e']]],
  ['words for null', COMMA, String.raw`\N,"\N",NULL,` + '\n', [[null, 'N', 'NULL', '']]],
  ['another word for null', `${COMMA} NULL DEFINED BY ''`, ',"",a\n', [[null, '', 'a']]],
  ['also in quotes', `${COMMA} NULL DEFINED BY '' OPTIONALLY ENCLOSED`, ',""\n', [[null, null]]],
  ['escapes', COMMA, String.raw`a\,b,\t\n\\` + '\n', [['a,b', '\t\n\\']]],
  ['no escapes', `${COMMA} ESCAPED BY ''`, String.raw`a\,\N` + '\n', [['a\\', String.raw`\N`]]],
  [
    'CRLF',
    String.raw`${COMMA} LINES TERMINATED BY '\r\n'`,
    'a,"b"\r\nc\r,d\r\n',
    [
      ['a', 'b'],
      ['c\r', 'd'],
    ],
  ],
  ['CR stays where lines end in LF', COMMA, 'a,b\r\n', [['a', 'b\r']]],
  [
    'longer terminators',
    "FIELDS TERMINATED BY '||' LINES TERMINATED BY '|;'",
    'a||b|c|;d||e|;',
    [
      ['a', 'b|c'],
      ['d', 'e'],
    ],
  ],
  ['a prefix', `${COMMA} LINES STARTING BY '>'`, 'no\n>a,b\nxx>c\n', [['a', 'b'], ['c']]],
  ['lines to ignore', `${COMMA} IGNORE 1 LINES`, '"h\n1",h2\na,b\n', [['a', 'b']]],
  ['empty lines are lines', COMMA, 'a\n\nb\n', [['a'], [''], ['b']]],
  ['nothing', COMMA, '', []],
];

describe.each([Infinity, 1, 2, 3])('in pieces of %i characters', (piece) => {
  test.each(CASES)('%s', (_what, options, text, rows) => {
    expect(read(text, options, piece).map(({ content }) => content)).toEqual(rows);
  });
});

test('a record knows its first line, and how that is written', () => {
  const records = read('h\n"a\nb",1\nc,2\n', `${COMMA} IGNORE 1 LINES`);
  expect(records.map(({ line, text }) => [line, text])).toEqual([
    [2, '"a\nb",1'],
    [4, 'c,2'],
  ]);
});

test('a quote that is not closed is an error with the line where it began', () => {
  expect(() => read('a,b\n"c,d\n', COMMA)).toThrow(
    'Row 2 has a field whose enclosing character is not closed',
  );
});
