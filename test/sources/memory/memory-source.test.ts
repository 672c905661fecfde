import { describe, expect, test } from 'vitest';
import type { SourceEntry } from '../../../src/model/entry.ts';
import { createMemorySource } from '../../../src/sources/memory/memory-source.ts';
import type { MemorySource } from '../../../src/sources/memory/memory-source.ts';
import { createFilter, everything } from '../../../src/filter/filter.ts';
import { describeSource } from '../../contract/describe-contract.ts';

describeSource('a memory source', async () => {
  const source = createMemorySource();
  return {
    source,
    write: async (path, bytes) => source.write(path, bytes),
    remove: async (path) => source.remove(path),
    makeFolder: async (folder) => source.makeFolder(folder),
    [Symbol.asyncDispose]: () => source.close(),
  };
});

async function list(source: MemorySource): Promise<SourceEntry[]> {
  const signal = new AbortController().signal;
  return (await Array.fromAsync(source.list({ filter: everything, signal }))).flat();
}

describe('the memory source', () => {
  test('keeps version and identity of what is moved with its folder', async () => {
    const source = createMemorySource({ now: () => 5 });
    source.write('a/b/c', 'text');
    const [, , before] = await list(source);
    source.move('a/', 'x/');
    expect(await list(source)).toEqual([
      { kind: 'folder', path: 'x/' },
      { kind: 'folder', path: 'x/b/' },
      { ...before, path: 'x/b/c' },
    ]);
  });

  test('never completes a file that is replaced while it is read', async () => {
    const source = createMemorySource();
    const { signal } = new AbortController();
    source.write('f', Buffer.alloc(2 * 1024 * 1024));
    const [entry] = await list(source);
    if (entry?.kind !== 'file') throw new Error('expected a file');
    const content = await source.read(entry, { signal });
    if (!('chunks' in content)) throw new Error('expected chunks');
    const chunks = content.chunks[Symbol.asyncIterator]();
    await chunks.next();
    source.write('f', 'other');
    await expect(chunks.next()).rejects.toMatchObject({ code: 'entry_changed' });
  });

  test('keeps the folder of a file that is removed', async () => {
    const source = createMemorySource();
    source.write('a/b', 'text');
    source.remove('a/b');
    expect(await list(source)).toEqual([{ kind: 'folder', path: 'a/' }]);
  });

  test('reports reserved names as a disk would, a folder as one', async () => {
    const source = createMemorySource();
    for (const path of ['.stagesync-d/x/y', 'd/.stagesync-f', 'd/z']) source.write(path, 'x');
    const reserved = { kind: 'unknown', covers: 'nothing', problem: { code: 'reserved_name' } };
    const inFolder = [
      { ...reserved, path: 'd/.stagesync-f' },
      { kind: 'file', path: 'd/z' },
    ];
    expect(await list(source)).toMatchObject([
      { ...reserved, path: '.stagesync-d/' },
      { kind: 'folder', path: 'd/' },
      ...inFolder,
    ]);
    const { signal } = new AbortController();
    expect(await source.listFolder!('d/', { filter: everything, signal })).toMatchObject(inFolder);
    const filter = createFilter({ rules: [{ kind: 'exclude', pattern: '.stagesync-*' }] });
    const listed = (await Array.fromAsync(source.list({ filter, signal }))).flat();
    expect(listed.map(({ path }) => path)).toEqual(['d/', 'd/z']);
  });

  test('lists an obscured path as unknown, in its place', async () => {
    const source = createMemorySource();
    source.write('a', '');
    source.write('c', '');
    const problem = { code: 'unreadable', severity: 'failure', message: 'for a test' } as const;
    source.obscure('b/', 'subtree', problem);
    expect((await list(source)).map((entry) => `${entry.kind} ${entry.path}`)).toEqual([
      'file a',
      'unknown b/',
      'file c',
    ]);
  });
});
