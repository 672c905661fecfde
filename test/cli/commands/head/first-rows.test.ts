import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { firstBytes, firstRows } from '../../../../src/cli/commands/head/first-rows.ts';

async function* inChunks(text: string, length: number, given: { count: number } = { count: 0 }) {
  const bytes = Buffer.from(text);
  for (let at = 0; at < bytes.length; at += length) {
    given.count++;
    yield await Promise.resolve(bytes.subarray(at, at + length));
  }
}
const textOf = async (chunks: AsyncIterable<Uint8Array>): Promise<string> =>
  Buffer.concat(await Array.fromAsync(chunks)).toString();

test.each([
  ['a\nb\nc\n', 2, false, 'a\nb\n'],
  ['a\nb', 5, false, 'a\nb'],
  ['', 5, false, ''],
  ['h\n1,"x\ny"\n2\n', 2, true, 'h\n1,"x\ny"\n'],
  ['h\n1,"x\ny"\n2\n', 2, false, 'h\n1,"x\n'],
  ['"say ""\n"""\nb\n', 1, true, '"say ""\n"""\n'],
])('%j, %i rows, quoted %s', async (text, rows, quoted, expected) => {
  for (const length of [1, 2, 3, 100])
    expect(await textOf(firstRows(inChunks(text, length), { rows, quoted }))).toBe(expected);
});

test('takes no chunk more than is needed', async () => {
  const given = { count: 0 };
  await textOf(firstRows(inChunks('a\nb\nc\nd\n', 2, given), { rows: 2, quoted: false }));
  expect(given.count).toBe(2);
  await textOf(firstBytes(inChunks('abcdefgh', 2, given), 4));
  expect(given.count).toBe(4);
});

test('gives so many bytes, however they come', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.string({ unit: 'binary-ascii' }),
      fc.integer({ min: 1, max: 9 }),
      fc.integer({ min: 1, max: 20 }),
      async (text, length, bytes) => {
        expect(await textOf(firstBytes(inChunks(text, length), bytes))).toBe(text.slice(0, bytes));
      },
    ),
  );
});
