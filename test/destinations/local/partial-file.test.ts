import { mkdir, readFile, readdir, rename, stat, symlink, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { openLocalDestination } from '../../../src/destinations/local/local-destination.ts';
import { temporaryFolder } from '../../support/trees/temporary-folder.ts';

const { signal } = new AbortController();
const MIB = 1024 * 1024;

async function opened() {
  const folder = await temporaryFolder();
  const destination = await openLocalDestination({ root: folder });
  const open = (path: string, of?: string) => destination.openPartial!(path, { of, signal });
  const names = async () => (await readdir(folder)).sort();
  /** As if a process had been killed a while ago. */
  const age = async () => {
    for (const name of await names()) await utimes(join(folder, name), 1, 1);
  };
  return { folder, open, names, age, at: (name: string) => join(folder, name) };
}

const AS_NEW = { replace: false, modifiedMs: 1234 };

test('a file has its name once it is whole, with its time', async () => {
  const { open, names, at } = await opened();
  {
    await using file = await open('a');
    await file.write(Buffer.from('one '));
    expect(await names()).toEqual([expect.stringMatching(/^\.stagesync-part-/)]);
    await file.write(Buffer.from('two'));
    await file.finish(AS_NEW);
  }
  expect(await names()).toEqual(['a']);
  expect(await readFile(at('a'), 'utf8')).toBe('one two');
  expect(Math.floor((await stat(at('a'))).mtimeMs)).toBe(1234);
});

test('a file that comes meanwhile stays, unless it may be replaced', async () => {
  const { open, at, names } = await opened();
  for (const replace of [false, true]) {
    await using file = await open('a');
    await file.write(Buffer.from('ours'));
    await writeFile(at('a'), 'theirs');
    const finished = file.finish({ ...AS_NEW, replace });
    if (replace) await finished;
    else await expect(finished).rejects.toMatchObject({ fact: 'taken' });
    await file.discard();
    expect(await readFile(at('a'), 'utf8')).toBe(replace ? 'ours' : 'theirs');
    expect(await names()).toEqual(['a']);
  }
});

test('what is closed before its end goes, and stays where it is of a content', async () => {
  const { open, names, age } = await opened();
  for (const of of [undefined, 'v1']) {
    const file = await open('a', of);
    await file.write(Buffer.alloc(2 * MIB, 1));
    await file[Symbol.asyncDispose]();
    expect((await names()).length).toBe(of === undefined ? 0 : 2);
  }
  await age();
  await using again = await open('a', 'v1');
  // what has come in since the last batch was not written
  expect(again.size).toBe(2 * MIB);
});

test('of another content nothing is gone on with, nor where the record or the file is not what it was', async () => {
  const { open, age, at, names } = await opened();
  for (const spoil of [
    async () => undefined,
    async (record: string) => writeFile(record, '{"of":'),
    async (_: string, partial: string) => writeFile(partial, 'short'),
  ]) {
    const file = await open('a', 'v1');
    await file.write(Buffer.alloc(2 * MIB, 1));
    await file[Symbol.asyncDispose]();
    const [partial = '', record = ''] = await names();
    await spoil(at(record), at(partial));
    await age();
    await using other = await open('a', spoil.length === 0 ? 'v2' : 'v1');
    expect(other.size).toBe(0);
    await other.discard();
  }
});

test('a link in place of the partial file is not written through', async () => {
  const { open, age, at, names, folder } = await opened();
  await writeFile(at('precious'), 'precious');
  const file = await open('a', 'v1');
  await file.write(Buffer.alloc(2 * MIB, 1));
  await file[Symbol.asyncDispose]();
  const partial = (await names()).find((name) => /part-[0-9a-f]+$/.test(name))!;
  await rename(at(partial), at('moved'));
  await symlink(at('precious'), join(folder, partial));
  await age();
  await using again = await open('a', 'v1');
  expect(again.size).toBe(0);
  await again.write(Buffer.from('new'));
  await again.finish(AS_NEW);
  expect(await readFile(at('precious'), 'utf8').then((text) => text.length)).toBe(8);
});

test('while another process writes the same file, each writes its own, and the first has the name', async () => {
  const { open, at } = await opened();
  await using first = await open('a');
  await using second = await open('a');
  await first.write(Buffer.from('first'));
  await second.write(Buffer.from('second'));
  await first.finish(AS_NEW);
  await expect(second.finish(AS_NEW)).rejects.toMatchObject({ fact: 'taken' });
  expect(await readFile(at('a'), 'utf8')).toBe('first');
});

test('a folder of the name is no file that could be replaced', async () => {
  const { open, at } = await opened();
  await mkdir(at('a'));
  await using file = await open('a');
  await expect(file.finish({ ...AS_NEW, replace: true })).rejects.toMatchObject({ fact: 'taken' });
});
