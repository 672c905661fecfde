import { expect, test } from 'vitest';
import { parquetHead } from '../../../../src/cli/commands/head/parquet-head.ts';
import type { Ranges } from '../../../../src/load/samples/parquet-file.ts';
import { SMALL_PARQUET } from '../../../support/trees/small-parquet.ts';

/** Chunks of a few bytes, and how many of them were taken. */
function rangesOf(file: Uint8Array): Ranges & { taken: number } {
  const ranges = {
    size: file.length,
    taken: 0,
    from: (offset: number) => Promise.resolve(chunks(offset)),
  };
  async function* chunks(offset: number) {
    for (let at = offset; at < file.length; at += 10) {
      ranges.taken += 10;
      yield await Promise.resolve(file.subarray(at, at + 10));
    }
  }
  return ranges;
}
const linesOf = async (ranges: Ranges, rows: number): Promise<string[]> =>
  Buffer.concat(await Array.fromAsync(parquetHead(ranges, rows)))
    .toString()
    .trimEnd()
    .split('\n');

test('shows the schema and the first rows', async () => {
  expect(await linesOf(rangesOf(SMALL_PARQUET), 2)).toEqual([
    '# 3 rows, 3 columns',
    '#   id  INT64',
    '#   name  BYTE_ARRAY UTF8',
    '#   score  DOUBLE',
    '{"id":1,"name":"Ada","score":1.5}',
    String.raw`{"id":2,"name":"Grace\u001b","score":2.5}`,
  ]);
});

test('shows all rows where fewer are there', async () => {
  expect(await linesOf(rangesOf(SMALL_PARQUET), 100)).toHaveLength(7);
});

test.each([
  ['cut', SMALL_PARQUET.subarray(0, 200)],
  ['another format', Buffer.from('id,name\n1,x\n')],
  ['nothing', new Uint8Array()],
])('what is no Parquet is told in one line: %s', async (_, file) => {
  await expect(linesOf(rangesOf(file), 1)).rejects.toMatchObject({
    code: 'entry_unreadable',
    message: expect.stringMatching(/^this cannot be read as Parquet: .*--bytes shows it as it is$/) as string,
  });
});

test('a file that is shorter than it was listed ends the reading', async () => {
  const ranges = { ...rangesOf(SMALL_PARQUET), size: SMALL_PARQUET.length + 50 };
  await expect(linesOf(ranges, 1)).rejects.toMatchObject({ code: 'entry_unreadable' });
});
