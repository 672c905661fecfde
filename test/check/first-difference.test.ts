import { expect, test } from 'vitest';
import { firstDifference, type ListedCopy } from '../../src/check/first-difference.ts';
import { createMemorySource } from '../../src/sources/memory/memory-source.ts';

const { signal } = new AbortController();

/** A file that comes in these chunks; `log` hears what was read and when the reading was let go of. */
function chunked(chunks: readonly string[], log: string[] = []): ListedCopy {
  const size = chunks.join('').length;
  const source = createMemorySource();
  source.read = () => Promise.resolve({ size, chunks: reading() });
  async function* reading() {
    try {
      for (const chunk of chunks) {
        log.push(chunk);
        yield await Promise.resolve(Buffer.from(chunk));
      }
    } finally {
      log.push('closed');
    }
  }
  return { source, entry: { kind: 'file', path: 'f', size, modifiedMs: 0, version: '1' } };
}

test.each([
  [['abc', 'def'], ['a', 'bcde', '', 'f'], undefined],
  [['abc', 'def'], ['a', 'bcdX', 'f'], 4],
  [['abc'], ['ab'], 2],
  [[], [''], undefined],
  [['a'], [], 0],
])('%j and %j: %s', async (a, b, offset) => {
  expect(await firstDifference(chunked(a), chunked(b), { signal })).toBe(offset);
});

test('reads no further than the difference, and lets go of both', async () => {
  const [a, b]: string[][] = [[], []];
  expect(
    await firstDifference(chunked(['xx', 'yy', 'zz'], a), chunked(['xx', 'y!', 'zz'], b), { signal }),
  ).toBe(3);
  expect([a, b]).toEqual([
    ['xx', 'yy', 'closed'],
    ['xx', 'y!', 'closed'],
  ]);
});

test('lets go of a reading when the other side fails', async () => {
  const log: string[] = [];
  const broken = chunked(['x']);
  broken.source.read = () =>
    Promise.resolve({
      size: 1,
      chunks: (async function* () {
        yield Buffer.from('x');
        throw new Error('broke off');
      })(),
    });
  await expect(firstDifference(chunked(['x', 'y'], log), broken, { signal })).rejects.toThrow('broke off');
  expect(log.at(-1)).toBe('closed');
});
