import { assert, constantFrom, property, string } from 'fast-check';
import { expect, test } from 'vitest';
import { identifier, textLiteral } from '../../src/data-api/sql-text.ts';

test.each([
  ["it's", "'it''s'"],
  ['a\\b', "'a\\\\b'"],
  ['line\nnext\0', "'line\\nnext\\0'"],
  ['', "''"],
])('%j is the text %s', (text, literal) => {
  expect(textLiteral(text)).toBe(literal);
});

test('a name is in backticks, its own are doubled', () => {
  expect(identifier('a`b')).toBe('`a``b`');
});

test('no text ends its own quotes', () => {
  assert(
    property(string({ unit: constantFrom("'", '\\', 'a', '\0', '\n') }), (text) => {
      const inner = textLiteral(text).slice(1, -1);
      // read as MySQL reads it: pairs first, and then no quote is left
      expect(inner.replaceAll(/\\.|''/gs, '')).not.toContain("'");
      expect(inner.replaceAll(/\\.|''/gs, '')).not.toContain('\\');
    }),
  );
});
