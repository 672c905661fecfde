import { expect, test } from 'vitest';
import { tokensOf } from '../../../../src/emulator/database/sql/tokens.ts';

const shown = (sql: string): string[] => tokensOf(sql).map(({ kind, text }) => `${kind} ${text}`);

test.each<[string, string[]]>([
  ['a1 b_ä', ['word a1', 'word b_ä']],
  ['`a``b` `select`', ['name a`b', 'name select']],
  [String.raw`'it''s' 'a\'b\n\\' "say ""x"""`, ["string it's", "string a'b\n\\", 'string say "x"']],
  [String.raw`'100\% \_'`, [String.raw`string 100\% \_`]],
  ['1 2.5 .5 1e3 1.', ['number 1', 'number 2.5', 'number .5', 'number 1e3', 'number 1.']],
  [
    '@x @`y z` @@version @@session.sql_mode ?',
    ['variable x', 'variable y z', 'system version', 'system sql_mode', 'placeholder ?'],
  ],
  [
    'a<-b::c <=> d :> e',
    [
      'word a',
      'symbol <',
      'symbol -',
      'word b',
      'symbol ::',
      'word c',
      'symbol <=>',
      'word d',
      'symbol :>',
      'word e',
    ],
  ],
  ['a -- no\nb # no\n/* no\nno */ c --d', ['word a', 'word b', 'word c', 'symbol -', 'symbol -', 'word d']],
  ["'-- no comment' '/* nor */'", ['string -- no comment', 'string /* nor */']],
  ['', []],
])('%j', (sql, tokens) => {
  expect(shown(sql)).toEqual(tokens);
});

test('a token knows where it is', () => {
  const sql = "SELECT /* x */ 'a' , b";
  expect(tokensOf(sql).map(({ start, end }) => sql.slice(start, end))).toEqual(['SELECT', "'a'", ',', 'b']);
});

test.each(["'open", '`open', '"open', '\u0001'])('%j is a syntax error', (sql) => {
  expect(() => tokensOf(`a ${sql}`)).toThrow(/SQL syntax: near/);
});
