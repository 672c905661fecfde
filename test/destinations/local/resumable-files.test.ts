import { readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { openLocalDestination } from '../../../src/destinations/local/local-destination.ts';
import { realWritableDisk, type WritableDisk } from '../../../src/disk/writable-disk.ts';
import { SyncError } from '../../../src/model/errors.ts';
import type { Content, Destination, PutOptions } from '../../../src/model/ports.ts';
import { localTree } from '../../support/trees/local-tree.ts';

const { signal } = new AbortController();
const TEXT = 'the first half, and the second half';
const OWNER = 'abcdef012345';

interface Version {
  readonly of?: string;
  readonly text?: string;
  /** The reading breaks off after so many bytes. */
  readonly breaksAt?: number;
  readonly fact?: 'changed';
  readonly verdict?: 'retry' | 'skip_entry';
}

/** A content, and from where it was read. */
function contentOf({ of = 'v1', text = TEXT, breaksAt = Infinity, fact, verdict = 'retry' }: Version = {}) {
  const offsets: number[] = [];
  const from = async function* (offset: number) {
    offsets.push(offset);
    for (const [at, byte] of [...Buffer.from(text)].entries()) {
      if (at >= breaksAt)
        throw new SyncError('entry_unreadable', 'breaks off', { verdict, fact, operation: 'read' });
      if (at >= offset) yield Buffer.of(byte);
    }
  };
  const content: Content = { size: text.length, modifiedMs: 5000, chunks: from(0), resume: { of, from } };
  return { content, offsets };
}

async function opened() {
  const tree = localTree();
  const open = (owner: string | undefined = OWNER, disk?: WritableDisk): Promise<Destination> =>
    openLocalDestination({ root: tree.root, owner: () => owner, resumedBytes: 10 }, disk);
  /** A put by a process of its own; resolves with the offsets from which it read. */
  const put = async (version?: Version, more: Partial<PutOptions> = {}): Promise<number[]> => {
    const { content, offsets } = contentOf(version);
    await using destination = disposable(await open());
    await destination.put('big', content, { signal, expects: null, ...more });
    return offsets;
  };
  /** One that breaks off. */
  const half = async (version: Version = {}): Promise<void> => {
    await expect(put({ breaksAt: 15, ...version })).rejects.toMatchObject({ code: 'entry_unreadable' });
  };
  return {
    ...tree,
    open,
    put,
    half,
    text: () => readFileSync(tree.at('big'), 'utf8'),
    names: () => readdirSync(tree.root).sort(),
  };
}

const disposable = (destination: Destination): Destination & AsyncDisposable =>
  Object.assign(destination, { [Symbol.asyncDispose]: () => destination.close() });

test('the next process goes on where a reading broke off', async () => {
  using tree = await opened();
  await tree.half();
  expect(tree.names()).toHaveLength(2);
  expect(await tree.put()).toEqual([15]);
  expect(tree.text()).toBe(TEXT);
  expect(tree.names()).toEqual(['big']);
});

test.each([
  ['another version', { of: 'v2', text: TEXT.toUpperCase() }],
  ['a smaller one', { of: 'v2', text: 'another text' }],
])('%s is read from its beginning', async (_, version) => {
  using tree = await opened();
  await tree.half();
  expect(await tree.put(version)).toEqual([0]);
  expect(tree.text()).toBe(version.text);
  expect(tree.names()).toEqual(['big']);
});

test('of a file that changed while it was read nothing stays', async () => {
  using tree = await opened();
  await tree.half({ fact: 'changed' });
  expect(tree.names()).toEqual([]);
});

test('where nothing comes from an offset on, the file is read from its beginning the next time', async () => {
  using tree = await opened();
  await tree.half();
  await tree.half({ breaksAt: 15, verdict: 'retry' });
  expect(tree.names()).toHaveLength(2);
  await tree.half({ breaksAt: 15, verdict: 'skip_entry' });
  expect(tree.names()).toEqual([]);
  expect(await tree.put()).toEqual([0]);
});

test.each(['longer than said', 'short'])('bytes that are %s get no name, and nothing stays', async (what) => {
  using tree = await opened();
  await using destination = disposable(await tree.open());
  const { content } = contentOf();
  const size = what === 'short' ? content.size + 1 : content.size - 1;
  await expect(destination.put('big', { ...content, size }, { signal })).rejects.toMatchObject({
    fact: 'changed',
  });
  expect(tree.names()).toEqual([]);
});

test('a file that came meanwhile stays, and is not waited for', async () => {
  using tree = await opened();
  writeFileSync(tree.at('big'), 'theirs');
  const { content, offsets } = contentOf();
  await using destination = disposable(await tree.open());
  await expect(destination.put('big', content, { signal, expects: null })).rejects.toMatchObject({
    code: 'destination_taken',
  });
  expect(offsets).toEqual([]);
  const late = contentOf();
  const meanwhile = {
    ...late.content,
    chunks: (async function* () {
      yield* late.content.resume!.from(0);
      writeFileSync(tree.at('late'), 'theirs');
    })(),
  };
  await expect(destination.put('late', meanwhile, { signal, expects: null })).rejects.toMatchObject({
    code: 'destination_taken',
  });
  expect(readFileSync(tree.at('late'), 'utf8')).toBe('theirs');
  expect(tree.names()).toEqual(['big', 'late']);
});

test('a failure of the disk leaves nothing behind: what is full must not stay full', async () => {
  using tree = await opened();
  const disk: WritableDisk = {
    ...realWritableDisk,
    async create(path) {
      const handle = await realWritableDisk.create(path);
      handle.writev = () => Promise.reject(Object.assign(new Error('full'), { code: 'ENOSPC' }));
      return handle;
    },
  };
  await using destination = disposable(await tree.open(OWNER, disk));
  await expect(destination.put('big', contentOf().content, { signal })).rejects.toMatchObject({
    code: 'destination_full',
  });
  expect(tree.names()).toEqual([]);
});

test('no listing of the owner shows what is there of a file; one of somebody else does, and cannot take it', async () => {
  using tree = await opened();
  await tree.half();
  await using ours = disposable(await tree.open());
  expect(await ours.listFolder('', { signal })).toEqual([]);
  await using theirs = disposable(await tree.open('012345abcdef'));
  expect(await theirs.listFolder('', { signal })).toHaveLength(2);
  const { content, offsets } = contentOf();
  await theirs.put('big', content, { signal });
  expect(offsets).toEqual([0]);
});

test('a sweep removes what listings showed and nobody went on with', async () => {
  using tree = await opened();
  await tree.half();
  await using destination = disposable(await tree.open());
  await destination.sweepPartial!({ signal });
  expect(tree.names()).toHaveLength(2);
  await destination.listFolder('', { signal });
  await destination.sweepPartial!({ signal });
  expect(tree.names()).toEqual([]);
});

test('a sweep leaves what broke off since the last one, and takes it when it was not wanted until the next', async () => {
  using tree = await opened();
  await using destination = disposable(await tree.open());
  await expect(destination.put('big', contentOf({ breaksAt: 15 }).content, { signal })).rejects.toThrow();
  await destination.listFolder('', { signal });
  await destination.sweepPartial!({ signal });
  expect(tree.names()).toHaveLength(2);
  await destination.listFolder('', { signal });
  await destination.sweepPartial!({ signal });
  expect(tree.names()).toEqual([]);
});

test('without an owner, and under a hidden name, files are written anew', async () => {
  using tree = await opened();
  await using nobody = disposable(await openLocalDestination({ root: tree.root, resumedBytes: 10 }));
  const broken = () => contentOf({ breaksAt: 15 }).content;
  await expect(nobody.put('big', broken(), { signal })).rejects.toThrow();
  await using ours = disposable(await tree.open());
  await expect(ours.put('.stagesync-hidden', broken(), { signal })).rejects.toThrow();
  expect(tree.names()).toEqual([]);
});
