import { expect, test } from 'vitest';
import { printable } from '../../../src/cli/output/printable.ts';

test.each([
  ['\u001b[31mred', '\\x1b[31mred'],
  ['two\nlines\r\t', 'two\\nlines\\r\\t'],
  ['\u009b2J', '\\x9b2J'],
  ['a\u202egnp.exe', 'a\\u202egnp.exe'],
  ['\u2028', '\\u2028'],
  ['half \ud83d', 'half \\ud83d'],
  ['\u007f', '\\x7f'],
])('%j is shown as %s', (text, shown) => {
  expect(printable(text)).toBe(shown);
});

test('what is readable stays as it is', () => {
  const text = 'a b?c#d%41 ü e\u0301 日本 😀 👨‍👩‍👧';
  expect(printable(text)).toBe(text);
});
