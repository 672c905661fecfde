import { describe, expect, test } from 'vitest';
import { everything } from '../../../src/filter/filter.ts';
import type { FileEntry, SourceEntry } from '../../../src/model/entry.ts';
import type { Content, Source } from '../../../src/model/ports.ts';
import { SettlingSource } from '../../../src/sync/watch/settling-source.ts';
import { createTestClock } from '../../support/engine/engine.ts';

const NOW = 1_700_000_000_000;
const { signal } = new AbortController();
const call = { signal };

const file = (path: string, ageMs: number): FileEntry => ({
  kind: 'file',
  path,
  size: 3,
  modifiedMs: NOW - ageMs,
  version: 'v',
});

/** Its methods are those of a class, and need the object that they are called on. */
class OldAndNew implements Source {
  readonly kind = 'memory';
  readonly traits = { isRemote: false, filesAppearWhole: false, sharesIdentities: false };
  readonly label = 'a class';
  readonly entries = [file('new', 1), file('old', 60_000)];
  closed = 0;

  async *list(): AsyncGenerator<readonly SourceEntry[], void> {
    yield this.entries;
  }

  read({ size }: FileEntry): Promise<Content> {
    return Promise.resolve({ size, bytes: new Uint8Array(size + this.closed) });
  }

  close(): Promise<void> {
    this.closed++;
    return Promise.resolve();
  }
}

class WithAll extends OldAndNew implements Source {
  listFolder(): Promise<readonly SourceEntry[]> {
    return Promise.resolve(this.entries);
  }

  check(): Promise<void> {
    return this.closed === 0 ? Promise.resolve() : Promise.reject(new Error('closed'));
  }

  stat(path: string): Promise<FileEntry | undefined> {
    return Promise.resolve(this.entries.find((each) => each.path === path));
  }

  digest({ path }: FileEntry): Promise<string> {
    return Promise.resolve(`${this.label} ${path}`);
  }

  watch(): Promise<{ mode: string; watches: number; close: () => Promise<void> }> {
    return Promise.resolve({ mode: this.label, watches: 1, close: () => Promise.resolve() });
  }
}

const settling = (source: Source): SettlingSource =>
  new SettlingSource(source, { clock: createTestClock(NOW), settleMs: 1000, isRecorded: () => false });

const kinds = (entries: readonly SourceEntry[] | undefined): string[] | undefined =>
  entries?.map(({ kind, path }) => `${kind} ${path}`);

describe('a source that settles', () => {
  test('lists a file that changed a moment ago as unknown, wherever it is listed', async () => {
    const { source } = settling(new WithAll());
    const options = { filter: everything, signal };
    expect(kinds((await Array.fromAsync(source.list(options))).flat())).toEqual(['unknown new', 'file old']);
    expect(kinds(await source.listFolder?.('', options))).toEqual(['unknown new', 'file old']);
  });

  test('keeps every method of a source that is an object of a class', async () => {
    const inner = new WithAll();
    const { source } = settling(inner);
    expect([source.kind, source.label, source.traits]).toEqual([inner.kind, inner.label, inner.traits]);
    expect((await source.read(inner.entries[0]!, call)).size).toBe(3);
    expect(await source.stat?.('old', call)).toBe(inner.entries[1]);
    expect(await source.digest?.(inner.entries[0]!, call)).toBe('a class new');
    expect((await source.watch?.(() => undefined, { filter: everything, signal }))?.mode).toBe('a class');
    await source.check?.(inner.entries[0]!, call);
    await source.close();
    expect(inner.closed).toBe(1);
    await expect(source.check?.(inner.entries[0]!, call)).rejects.toThrow('closed');
  });

  test('has no method that the source has not', () => {
    const { source } = settling(new OldAndNew());
    const optional = ['listFolder', 'check', 'stat', 'digest', 'watch'];
    expect(optional.filter((name) => name in source)).toEqual([]);
  });
});
