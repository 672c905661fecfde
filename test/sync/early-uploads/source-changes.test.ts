import { describe, expect, test } from 'vitest';
import { everything } from '../../../src/filter/filter.ts';
import { createMemorySource } from '../../../src/sources/memory/memory-source.ts';
import type { MemorySource } from '../../../src/sources/memory/memory-source.ts';
import { SourceChanges } from '../../../src/sync/early-uploads/source-changes.ts';
import { folderRow, rowOf } from '../../../src/sync/ledger/ledger-row.ts';
import { memoryLedger } from '../../support/engine/memory-ledger.ts';

/** What the source has after `edit`, compared with what the ledger had before. */
async function changesAfter(paths: readonly string[], edit: (source: MemorySource) => void) {
  const source = createMemorySource({ now: () => 1 });
  for (const path of paths) source.write(path, `content of ${path}`);
  const ledger = memoryLedger();
  const { signal } = new AbortController();
  const list = async () => (await Array.fromAsync(source.list({ filter: everything, signal }))).flat();
  const identities = new Map<string, string>();
  for (const entry of await list()) {
    if (entry.kind === 'folder') ledger.put(folderRow(entry.path), 'new');
    if (entry.kind !== 'file') continue;
    identities.set(entry.path, entry.identity!);
    ledger.put({ ...rowOf(entry, undefined), shownModifiedMs: 1, pending: false }, 'new');
  }
  edit(source);
  const changes = (await SourceChanges.read({ source, filter: everything, ledger, signal }))!;
  return { changes, identities };
}

describe('what the source has that the ledger does not know', () => {
  test('is nothing where nothing changed', async () => {
    const { changes } = await changesAfter(['a', 'd/1', 'd/e/2'], () => undefined);
    expect([changes.mostRemovals, changes.ofSize(12, ''), changes.isUprooted('a')]).toEqual([0, [], false]);
  });

  test('is found by size and by identity, but not at the path that is asked for', async () => {
    const { changes, identities } = await changesAfter(['a', 'b', 'd/1'], (source) => {
      source.move('a', 'c');
      source.write('b', 'now seven');
    });
    expect(changes.hasIdentityElsewhere(identities.get('a')!, 'a')).toBe(true);
    expect(changes.hasIdentityElsewhere(identities.get('a')!, 'c')).toBe(false);
    expect(changes.hasIdentityElsewhere(identities.get('d/1')!, 'a')).toBe(false);
    expect(changes.ofSize(9, 'a').map(({ path }) => path)).toEqual(['b']);
    expect(changes.ofSize(9, 'b')).toEqual([]);
  });

  test('counts what is gone, and what is changed or new, as what might be removed', async () => {
    const { changes } = await changesAfter(['a', 'b', 'd/1', 'd/2', 'e/1'], (source) => {
      source.remove('a');
      source.remove('d/');
      source.write('b', 'changed');
      source.write('f', 'new');
    });
    expect(changes.mostRemovals).toBe(3 + 2);
  });
});

describe('a changed file is uprooted', () => {
  const uprooted = async (paths: readonly string[], changed: readonly string[]): Promise<string[]> => {
    const { changes } = await changesAfter(paths, (source) => {
      for (const path of changed) source.write(path, `${path} is another`);
    });
    return changed.filter((path) => changes.isUprooted(path));
  };

  test('where nothing of its folder stays as it was', async () => {
    expect(await uprooted(['d/1', 'd/2', 'e/1', 'e/2'], ['d/1', 'd/2', 'e/1'])).toEqual(['d/1', 'd/2']);
  });

  test('not where something far below its folder stays', async () => {
    expect(await uprooted(['d/1', 'd/e/f/2', 'd/z/3'], ['d/1', 'd/z/3'])).toEqual(['d/z/3']);
  });

  test('not in the folder at the top, which cannot move', async () => {
    expect(await uprooted(['a', 'b'], ['a', 'b'])).toEqual([]);
  });
});

test('a listing that breaks off rejects', async () => {
  const source = createMemorySource();
  const broken = {
    ...source,
    async *list() {
      yield [];
      throw new Error('broken off');
    },
  };
  const { signal } = new AbortController();
  const reading = SourceChanges.read({ source: broken, filter: everything, ledger: memoryLedger(), signal });
  await expect(reading).rejects.toThrow('broken off');
});
