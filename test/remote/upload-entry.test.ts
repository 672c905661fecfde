import { expect, test } from 'vitest';
import { createMemoryDestination } from '../../src/destinations/memory/memory-destination.ts';
import type { FileEntry } from '../../src/model/entry.ts';
import { SyncError } from '../../src/model/errors.ts';
import type { Content } from '../../src/model/ports.ts';
import { Gate } from '../../src/remote/gate/gate.ts';
import { ReadAhead } from '../../src/remote/read-ahead.ts';
import { RetryingDestination } from '../../src/remote/retrying-destination.ts';
import { uploadEntry } from '../../src/remote/upload-entry.ts';
import { createMemorySource } from '../../src/sources/memory/memory-source.ts';
import { createTestClock } from '../support/engine/engine.ts';

const file = (path: string): FileEntry => ({
  kind: 'file',
  path,
  size: path.length,
  modifiedMs: 0,
  version: 'v',
});
const broken = new SyncError('source_unreachable', 'broken', { verdict: 'retry', fact: 'out_of_reach' });
const unavailable = new SyncError('stage_unavailable', 'not now', { verdict: 'retry' });

/** A destination that takes one request at a time, and a source on another machine. */
function setUp({
  attempts = 1,
  onRead = (_path: string, _time: number): void | Promise<void> => undefined,
  onPut = (_path: string): void | Promise<void> => undefined,
}) {
  const clock = createTestClock();
  const draining = new AbortController();
  const { signal } = new AbortController();
  const gate = new Gate(clock).use({
    name: 'the memory',
    concurrency: 1,
    attempts,
    maxRequestsPerSecond: undefined,
    maxWaitMs: 3_600_000,
    draining: draining.signal,
    signal,
    onEvent: () => undefined,
  });
  const stage = createMemoryDestination({
    before: async ({ kind, path }) => {
      if (kind === 'put') await onPut(path);
    },
  });
  const reads: string[] = [];
  const source = {
    ...createMemorySource(),
    async read({ path, size }: FileEntry): Promise<Content> {
      reads.push(path);
      await onRead(path, reads.filter((each) => each === path).length);
      return { size, bytes: Buffer.from(path) };
    },
  };
  const options = {
    source,
    destination: new RetryingDestination(stage, gate),
    readAhead: new ReadAhead({ source, gate, clock, draining: draining.signal, signal }),
    signal,
    onBytes: () => undefined,
  };
  const upload = (path: string) => uploadEntry(file(path), path, {}, options);
  return { upload, reads, stage, draining };
}

test('the next file is read while the one before it is sent', async () => {
  const read = Promise.withResolvers<void>();
  const { upload, stage } = setUp({
    onRead: (path) => (path === 'b' ? read.resolve() : undefined),
    // the only turn is held until the other file was read
    onPut: (path) => (path === 'a' ? read.promise : undefined),
  });
  await Promise.all([upload('a'), upload('b')]);
  expect([...stage.files.keys()]).toEqual(['a', 'b']);
});

test('a reading that fails before its turn uses up no attempt', async () => {
  const { upload, reads, stage } = setUp({
    attempts: 1,
    onRead: (_, time) => {
      if (time === 1) throw broken;
    },
  });
  await upload('a');
  expect(reads).toEqual(['a', 'a']);
  expect([...stage.files.keys()]).toEqual(['a']);
});

test('one that fails in its turn uses one up, as ever', async () => {
  const { upload, reads } = setUp({
    attempts: 2,
    onRead: () => {
      throw broken;
    },
  });
  await expect(upload('a')).rejects.toBe(broken);
  expect(reads).toEqual(['a', 'a', 'a']);
});

test('each attempt after the first reads the file again', async () => {
  let puts = 0;
  const { upload, reads, stage } = setUp({
    attempts: 3,
    onPut: () => {
      if (++puts < 3) throw unavailable;
    },
  });
  await upload('a');
  expect(reads).toEqual(['a', 'a', 'a']);
  expect([...stage.files.keys()]).toEqual(['a']);
});

test('a stop lets what is sent arrive, and sends nothing of what was read', async () => {
  const { upload, reads, stage, draining } = setUp({ onPut: () => draining.abort() });
  const [a, b, c] = await Promise.allSettled(['a', 'b', 'c'].map(upload));
  expect([a!.status, b!.status, c!.status]).toEqual(['fulfilled', 'rejected', 'rejected']);
  expect(reads).toEqual(['a', 'b']);
  expect([...stage.files.keys()]).toEqual(['a']);
});
