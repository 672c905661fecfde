import { readdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { expect, test } from 'vitest';
import { RecordSpool } from '../../src/files/record-spool.ts';

const all = <T>(spool: RecordSpool<T>, from?: number): T[] =>
  [...spool.read(from)].flat().map(([record]) => record);
const folders = (): string[] => readdirSync(tmpdir()).filter((name) => name.startsWith('stagesync-list-'));

test.each([3, 40_000])('%i records come back in their order, from any of them on, and again', (count) => {
  using spool = new RecordSpool<readonly [number, string]>();
  const places: number[] = [];
  for (let i = 0; i < count; i++) places.push(spool.append([i, `näme ${i}\n`]));
  expect(all(spool)).toHaveLength(count);
  expect(all(spool)[count - 1]).toEqual([count - 1, `näme ${count - 1}\n`]);
  for (const i of [0, 1, count >> 1, count - 1]) {
    const rest = [...spool.read(places[i])].flat();
    expect(rest[0]).toEqual([[i, `näme ${i}\n`], places[i]]);
    expect(rest).toHaveLength(count - i);
  }
});

test('what does not fit into memory lies in a file that goes with the list', () => {
  const before = folders();
  const spool = new RecordSpool<string>();
  for (let i = 0; i < 10_000; i++) spool.append('x'.repeat(100));
  expect(folders().length).toBe(before.length + 1);
  spool[Symbol.dispose]();
  expect(folders()).toEqual(before);
});
