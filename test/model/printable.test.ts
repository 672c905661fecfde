import { expect, test } from 'vitest';
import { excerpt, printable } from '../../src/model/printable.ts';

test.each([
  ['\u001b[31mred', '\\u{1b}[31mred'],
  ['two\nlines\r\t', 'two\\nlines\\r\\t'],
  ['\u009b2J', '\\u{9b}2J'],
  ['a\u202egnp.exe', 'a\\u{202e}gnp.exe'],
  ['\u2028', '\\u{2028}'],
  ['half \ud83d', 'half \\u{d83d}'],
  ['\u007f', '\\u{7f}'],
  // what is not seen at all
  ['a\u200bb\ufeff\u00ad', 'a\\u{200b}b\\u{feff}\\u{ad}'],
  ['\u{e0041}', '\\u{e0041}'],
  // joiners that join nothing
  ['a\u200db', 'a\\u{200d}b'],
  ['\u200c', '\\u{200c}'],
  ['é\u200d', 'é\\u{200d}'],
])('%j is shown as %s', (text, shown) => {
  expect(printable(text)).toBe(shown);
});

test('what is readable stays as it is', () => {
  const text = 'a b?c#d%41 ü e\u0301 日本 😀 👨‍👩‍👧 می\u200cخواهم \u00a0';
  expect(printable(text)).toBe(text);
});

test('an excerpt is one printable line of at most so many characters', () => {
  expect(excerpt(' a\r\n\tb\u001b ')).toBe('a b\\u{1b}');
  expect(excerpt('x'.repeat(30), 10)).toBe('xxxxxxxxx…');
  expect(excerpt('\n \t')).toBe('');
});
