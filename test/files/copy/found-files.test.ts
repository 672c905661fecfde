import { expect, test } from 'vitest';
import type { CopyOrigin } from '../../../src/files/copy/copy-origin.ts';
import { FoundFiles } from '../../../src/files/copy/found-files.ts';
import type { FileEntry, SourceEntry } from '../../../src/model/entry.ts';
import { createMemorySource } from '../../../src/sources/memory/memory-source.ts';
import type { ListedFiles } from '../../../src/sync/compare/listing-ahead.ts';
import { everything } from '../../../src/filter/filter.ts';

const source = createMemorySource();
const entry = (path: string): FileEntry => ({ kind: 'file', path, size: 10, modifiedMs: 0, version: '1' });
const fileOf = (path: string): CopyOrigin => ({
  kind: 'file',
  source,
  entry: entry(path),
  from: path,
  name: path,
});
const TREE: CopyOrigin = { kind: 'tree', source, filter: everything, from: 'd/', name: 'd' };

async function* given<T>(
  items: readonly T[],
  pulled: (item: T) => void = () => undefined,
): AsyncGenerator<T> {
  for (const item of items) {
    pulled(item);
    yield item;
  }
}

function finding() {
  const told: ListedFiles[] = [];
  return { found: new FoundFiles((each) => told.push(each)), last: () => told.at(-1) };
}

test('gives origins in their order, and is ahead of whoever takes them', async () => {
  const { found, last } = finding();
  const names: string[] = [];
  for await (const origin of found.origins(given(['a', 'b', 'c'].map(fileOf)))) {
    names.push(origin.from);
    await new Promise((resolve) => setImmediate(resolve));
    expect(last()).toEqual({ files: 3, bytes: 30, whole: true });
  }
  expect(names).toEqual(['a', 'b', 'c']);
});

test('a tree counts file by file while it is listed, and is known as a whole at its end', async () => {
  const { found, last } = finding();
  const batches: readonly (readonly SourceEntry[])[] = [
    [entry('a'), { kind: 'folder', path: 'b/' }],
    [entry('b/c')],
  ];
  for await (const origin of found.origins(given([TREE]))) {
    expect(origin).toBe(TREE);
    await new Promise((resolve) => setImmediate(resolve));
    expect(last()).toEqual({ files: 0, bytes: 0, whole: false });
    for await (const entries of found.listing(given(batches))) expect(entries).toBeDefined();
  }
  expect(last()).toEqual({ files: 2, bytes: 20, whole: true });
});

test('what is not copied after all does not count, so that the rest can be whole', async () => {
  const { found, last } = finding();
  for await (const origin of found.origins(given([TREE, fileOf('a'), fileOf('b')])))
    if (origin.from !== 'b') found.leave(origin);
  expect(last()).toEqual({ files: 1, bytes: 10, whole: true });
});

test('rejects after all that came before, and is done with the origins when it is left early', async () => {
  const broken = async function* (): AsyncGenerator<CopyOrigin> {
    yield fileOf('a');
    throw new Error('gone');
  };
  const { found, last } = finding();
  const names: string[] = [];
  const taking = async (): Promise<void> => {
    for await (const origin of found.origins(broken())) names.push(origin.from);
  };
  await expect(taking()).rejects.toThrow('gone');
  expect(names).toEqual(['a']);
  expect(last()).toMatchObject({ whole: false });
});

test('holds a bounded number of origins', async () => {
  const { found } = finding();
  let pulled = 0;
  const many = Array.from({ length: 10_000 }, (_, at) => fileOf(`f${at}`));
  let most = 0;
  let taken = 0;
  for await (const origin of found.origins(given(many, () => pulled++))) {
    expect(origin.from).toBe(`f${taken++}`);
    if (taken === 1)
      for (let turn = 0; turn < 10; turn++) await new Promise((resolve) => setImmediate(resolve));
    most = Math.max(most, pulled - taken);
    if (taken === 5000) break;
  }
  expect(most).toBeGreaterThan(100);
  expect(most).toBeLessThan(2100);
});
