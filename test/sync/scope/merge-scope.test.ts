import { expect, test } from 'vitest';
import { createMemorySource } from '../../../src/sources/memory/memory-source.ts';
import { createFilter } from '../../../src/filter/filter.ts';
import { createEngine } from '../../support/engine/engine.ts';
import { createMemoryDestination } from '../../../src/destinations/memory/memory-destination.ts';

const changing = ['put', 'move', 'remove', 'makeFolder'];
const OURS = { removal: 'ours' } as const;

async function synced(files: Record<string, string>) {
  const source = createMemorySource();
  for (const [path, content] of Object.entries(files)) source.write(path, content);
  const stage = createMemoryDestination();
  const engine = createEngine(source, stage);
  await engine.pass(OURS);
  stage.calls.length = 0;
  const did = (): string[] =>
    stage.calls
      .splice(0)
      .filter(({ kind }) => changing.includes(kind))
      .map(({ kind, path, to }) => `${kind} ${path}${to === undefined ? '' : ` ${to}`}`);
  return { source, stage, engine, did, [Symbol.dispose]: () => engine[Symbol.dispose]() };
}

test('what lies outside the named folders is left alone, whatever happened to it', async () => {
  using it = await synced({ 'a/1': '1', 'b/1': '1', 'b/c/1': '1', top: '1' });
  it.source.write('a/2', 'new');
  it.source.remove('b/');
  it.source.remove('top');
  it.stage.files.delete('b/1');
  const { report } = await it.engine.pass({ ...OURS, scope: ['a/'] });
  expect(it.did()).toEqual(['put a/2']);
  expect(report).toMatchObject({ outcome: 'clean', removed: 0 });
});

test('a subfolder that both know is not read, also when its parent is named', async () => {
  using it = await synced({ 'a/1': '1', 'a/deep/1': '1' });
  it.source.write('a/deep/unheard', 'x');
  it.source.write('a/2', 'x');
  const read: string[] = [];
  const listFolder = it.source.listFolder!.bind(it.source);
  it.source.listFolder = (folder, options) => {
    read.push(folder);
    return listFolder(folder, options);
  };
  await it.engine.pass({ ...OURS, scope: ['a/'] });
  expect(read).toEqual(['a/']);
  expect(it.did()).toEqual(['put a/2']);
});

test('a folder that is gone counts as a change of the folder above', async () => {
  using it = await synced({ 'a/b/c/1': '1', 'a/2': '2' });
  it.source.remove('a/b/');
  await it.engine.pass({ ...OURS, scope: ['a/b/c/'] });
  const [move, remove, ...others] = it.did();
  expect(others).toEqual([]);
  const [, hidden] = /^move a\/b\/ (\.stagesync-\S+-gone-b\/)$/.exec(move ?? '') ?? [];
  expect(remove).toBe(`remove ${hidden}`);
});

test('a folder is not removed or moved as a whole while part of it is left alone', async () => {
  using it = await synced({ 'x/1': '1', 'x/2': '22', 'x/deep/3': '333' });
  it.source.move('x/1', 'y/1');
  it.source.move('x/2', 'y/2');
  await it.engine.pass({ ...OURS, scope: ['', 'x/', 'y/'] });
  expect(it.did()).toEqual(['makeFolder y/', 'move x/1 y/1', 'move x/2 y/2']);
  expect(it.stage.text('x/deep/3')).toBe('333');
});

test('what the source cannot tell about is neither uploaded nor removed', async () => {
  using it = await synced({ 'a/1': '1', 'a/deep/1': '1', 'a/2': '2' });
  it.source.remove('a/deep/');
  it.source.obscure('a/deep/', 'subtree', { code: 'unreadable', severity: 'failure', message: 'no' });
  it.source.obscure('a/1', 'path', { code: 'unreadable', severity: 'failure', message: 'no' });
  it.source.remove('a/2');
  const { report } = await it.engine.pass({ ...OURS, scope: ['a/', 'a/deep/'] });
  expect(it.did()).toEqual(['remove a/2']);
  expect(report).toMatchObject({ outcome: 'failures', failed: 2 });
});

test('a folder that the filter excludes, but not what is in it, is not taken for gone', async () => {
  using it = await synced({});
  const filter = createFilter({ rules: [{ kind: 'include', pattern: '*.csv' }] });
  it.source.write('a/b/1.csv', '1');
  it.source.write('a/other.txt', '1');
  it.source.write('top.csv', '1');
  await it.engine.pass({ ...OURS, filter });
  it.did();
  it.source.write('top.csv', '2');
  await it.engine.pass({ ...OURS, filter, scope: ['', 'a/'] });
  expect(it.did()).toEqual(['put top.csv']);
});

test('a filter that is new with --trust-ledger removes nothing', async () => {
  using it = await synced({ 'a/1': '1', 'b/1': '1' });
  const filter = createFilter({ rules: [{ kind: 'exclude', pattern: 'a/' }] });
  await it.engine.pass({ ...OURS, filter, trustLedger: true });
  expect(it.did()).toEqual([]);
});

test('a source that cannot list single folders says so', async () => {
  using it = await synced({ a: '1' });
  delete it.source.listFolder;
  const { error } = await it.engine.pass({ ...OURS, scope: [''] });
  expect(error?.message).toMatch(/cannot list single folders/);
});
