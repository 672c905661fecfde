import { expect, test } from 'vitest';
import { FolderSyncs } from '../../src/disk/folder-syncs.ts';
import type { Disk } from '../../src/disk/disk.ts';

/** Flushes that end when the test says so. */
function heldDisk() {
  const begun: { readonly place: string; end(error?: Error): void }[] = [];
  const openLater = async (place: string) => ({
    sync: () =>
      new Promise<void>((resolve, reject) =>
        begun.push({ place, end: (error) => (error === undefined ? resolve() : reject(error)) }),
      ),
    async [Symbol.asyncDispose]() {},
  });
  const disk = { openLater } as unknown as Pick<Disk, 'openLater'>;
  return { begun, syncs: new FolderSyncs(disk) };
}

const turns = async (): Promise<void> => {
  for (let turn = 0; turn < 20; turn++) await Promise.resolve();
};

test('what comes while a folder is flushed waits for one flush more, together', async () => {
  const { begun, syncs } = heldDisk();
  const done: string[] = [];
  const sync = (name: string): void => void syncs.sync('d/', `/place/${name}`).then(() => done.push(name));
  sync('first');
  await turns();
  for (const name of ['second', 'third', 'fourth']) sync(name);
  await turns();
  expect(begun.map(({ place }) => place)).toEqual(['/place/first']);
  begun[0]!.end();
  await turns();
  expect(done).toEqual(['first']);
  expect(begun.map(({ place }) => place)).toEqual(['/place/first', '/place/second']);
  sync('fifth');
  begun[1]!.end();
  await turns();
  expect(done).toEqual(['first', 'second', 'third', 'fourth']);
  expect(begun).toHaveLength(3);
  begun[2]!.end();
  await turns();
  expect(done.at(-1)).toBe('fifth');
});

test('a flush that fails fails those that it was for, and the next is another', async () => {
  const { begun, syncs } = heldDisk();
  const first = syncs.sync('d/', '/d');
  const second = syncs.sync('d/', '/d');
  await turns();
  begun[0]!.end(Object.assign(new Error('lost'), { code: 'EIO' }));
  await expect(first).rejects.toThrow('lost');
  await turns();
  begun[1]!.end();
  await second;
});

test('folders do not wait for each other, and one that cannot be flushed is no error', async () => {
  const { begun, syncs } = heldDisk();
  const both = [syncs.sync('a/', '/a'), syncs.sync('b/', '/b')];
  await turns();
  expect(begun).toHaveLength(2);
  begun[0]!.end(Object.assign(new Error('no'), { code: 'EINVAL' }));
  begun[1]!.end();
  await Promise.all(both);
});
