import { expect, test } from 'vitest';
import { createMemoryDestination } from '../../../src/destinations/memory/memory-destination.ts';
import { LocalTarget } from '../../../src/files/copy/local-target.ts';
import { SyncError } from '../../../src/model/errors.ts';
import type { FileEntry } from '../../../src/model/entry.ts';
import type { Source } from '../../../src/model/ports.ts';
import { createMemorySource } from '../../../src/sources/memory/memory-source.ts';
import { createTestClock } from '../../support/engine/engine.ts';

const { signal } = new AbortController();
const LARGE: FileEntry = {
  kind: 'file',
  path: 'data/a.csv',
  size: 9 * 1024 * 1024,
  modifiedMs: 1,
  version: 'v1',
};

/** By what a partial file would be known of an entry that was found in a place, however that was written. */
async function keyOf({ label, path = LARGE.path, from = 'stage:///data/a.csv' }: Record<string, string>) {
  let key: string | undefined;
  const destination = Object.assign(createMemoryDestination(), {
    openPartial: async (_: string, { of }: { readonly of?: string | undefined }): Promise<never> => {
      key = of;
      throw new SyncError('destination_full', 'no room', { verdict: 'end_run' });
    },
  });
  const source: Source = Object.assign(createMemorySource(), {
    label: label!,
    readFrom: async () => {
      throw new Error('not read');
    },
  });
  const target = new LocalTarget({
    destination,
    openSource: async () => source,
    clock: createTestClock(),
    draining: signal,
    signal,
    onRead: () => undefined,
  });
  const file = { kind: 'file', source, entry: { ...LARGE, path }, from, to: 'a.csv' } as const;
  await expect(target.put(file, { replaces: undefined })).rejects.toMatchObject({ code: 'destination_full' });
  return key;
}

test('a partial file is of a file in one place: one spelling of two deployments has two, two spellings of one have one', async () => {
  const one = await keyOf({ label: 'stage://1f6a/' });
  expect(one).toBeDefined();
  expect(await keyOf({ label: 'stage://2b7c/' })).not.toBe(one);
  expect(await keyOf({ label: 'stage://1f6a/', from: 'stage://group/data/a.csv' })).toBe(one);
  expect(await keyOf({ label: 'stage://1f6a/data/', path: 'a.csv' })).toBe(one);
});
