import { describe, expect, test } from 'vitest';
import { createMemoryDestination } from '../../../src/destinations/memory/memory-destination.ts';
import type {
  MemoryCall,
  MemoryDestination,
  MemoryDestinationOptions,
} from '../../../src/destinations/memory/memory-destination.ts';
import { everything } from '../../../src/filter/filter.ts';
import type { DestinationChild, FileEntry, SourceEntry } from '../../../src/model/entry.ts';
import { SyncError } from '../../../src/model/errors.ts';
import type { Content, Destination, Source } from '../../../src/model/ports.ts';
import { Gate } from '../../../src/remote/gate/gate.ts';
import { RetryingDestination } from '../../../src/remote/retrying-destination.ts';
import { destinationAsSource } from '../../../src/sources/stage/destination-as-source.ts';
import { createTestClock } from '../../support/engine/engine.ts';

const { signal } = new AbortController();
const options = { filter: everything, signal };

/** A folder `in/` with two files, the second of which is large. */
function filled(given: MemoryDestinationOptions = {}): MemoryDestination {
  const destination = createMemoryDestination({ root: 'in/', now: () => 1000, ...given });
  destination.place('in/a', 'a');
  destination.place('in/d/large', Buffer.alloc(300_000));
  destination.place('beside', 'not in the folder');
  return destination;
}

const list = async (source: Source): Promise<SourceEntry[]> =>
  (await Array.fromAsync(source.list(options))).flat();
async function fileOf(source: Source, path: string): Promise<FileEntry> {
  const entry = (await list(source)).find((each) => each.path === path);
  if (entry?.kind !== 'file') throw new Error(`${path} is not listed`);
  return entry;
}
async function bytesOf(content: Content): Promise<Uint8Array> {
  return 'bytes' in content ? content.bytes : Buffer.concat(await Array.fromAsync(content.chunks));
}
const isFor =
  (kind: MemoryCall['kind'], path: string) =>
  (call: MemoryCall): boolean =>
    call.kind === kind && call.path === path;
const failing = (when: (call: MemoryCall) => boolean, error: unknown): MemoryDestinationOptions => ({
  before(call) {
    if (when(call)) throw error;
  },
});
const trouble = (verdict: 'retry' | 'skip_entry' | 'end_run', more = {}): SyncError =>
  new SyncError('destination_failed', (name) => `${name} makes trouble`, { verdict, ...more });

describe('a listing', () => {
  test('has the paths below the folder', async () => {
    expect((await list(destinationAsSource({ destination: filled() }))).map(({ path }) => path)).toEqual([
      'a',
      'd/',
      'd/large',
    ]);
  });

  test('rejects when the folder is not there', async () => {
    const source = destinationAsSource({ destination: createMemoryDestination({ root: 'in/' }) });
    await expect(list(source)).rejects.toMatchObject({
      code: 'source_missing',
      verdict: 'end_run',
      fact: 'missing',
    });
  });

  test('rejects for good when the first folder cannot be listed', async () => {
    const destination = filled(failing(isFor('listFolder', 'in/'), trouble('retry')));
    await expect(list(destinationAsSource({ destination }))).rejects.toMatchObject({
      code: 'destination_failed',
      verdict: 'end_run',
    });
  });

  test('shows a folder that cannot be listed as unknown, not as absent', async () => {
    const destination = filled(failing(isFor('listFolder', 'in/d/'), trouble('skip_entry')));
    expect(await list(destinationAsSource({ destination }))).toMatchObject([
      { kind: 'file', path: 'a' },
      { kind: 'unknown', path: 'd/', covers: 'subtree', problem: { severity: 'failure' } },
    ]);
  });

  test('rejects when everything in the folder may be anything', async () => {
    const problem = { code: 'listing_unclear', severity: 'failure', message: 'has no name' } as const;
    const garbled: DestinationChild = { kind: 'unknown', name: '?', problem, anywhere: true };
    const destination: Destination = { ...filled(), listFolder: async () => [garbled] };
    await expect(list(destinationAsSource({ destination }))).rejects.toMatchObject({
      code: 'source_listing_broken',
      verdict: 'end_run',
    });
  });

  test('tells a file that is put again from the one before', async () => {
    let now = 1000;
    const destination = filled({ now: () => now });
    const source = destinationAsSource({ destination });
    const before = await fileOf(source, 'a');
    now += 1;
    destination.place('in/a', 'b');
    expect((await fileOf(source, 'a')).version).not.toBe(before.version);
  });
});

describe('a file', () => {
  test('costs its reading and one look, an empty one the look alone', async () => {
    const destination = filled();
    destination.place('in/empty', '');
    const source = destinationAsSource({ destination });
    for (const [path, kinds] of [
      ['a', ['read', 'stat']],
      ['d/large', ['read', 'stat']],
      ['empty', ['stat']],
    ] as const) {
      const entry = await fileOf(source, path);
      destination.calls.length = 0;
      expect((await bytesOf(await source.read(entry, { signal }))).byteLength).toBe(entry.size);
      expect(destination.calls.map(({ kind }) => kind)).toEqual(kinds);
    }
  });

  test('that is large is asked for once somebody wants it', async () => {
    const destination = filled();
    const source = destinationAsSource({ destination });
    const entry = await fileOf(source, 'd/large');
    destination.calls.length = 0;
    await source.read(entry, { signal });
    expect(destination.calls).toEqual([]);
  });

  test.each([
    ['fewer', 299_999],
    ['more', 300_001],
    ['none', 0],
  ])('of which %s bytes come than were listed never becomes whole', async (_, size) => {
    const destination = filled();
    const source = destinationAsSource({
      destination: {
        ...destination,
        read: async () =>
          (async function* () {
            for (let left = size; left > 0; left -= 70_000) yield Buffer.alloc(Math.min(left, 70_000));
          })(),
      },
    });
    const content = await source.read(await fileOf(source, 'd/large'), { signal });
    if (!('chunks' in content)) throw new Error('it is large');
    let got = 0;
    const reading = (async () => {
      for await (const chunk of content.chunks) got += chunk.byteLength;
    })();
    await expect(reading).rejects.toMatchObject({ code: 'entry_changed', fact: 'changed' });
    expect(got).toBeLessThan(300_000);
  });

  test('that is put again right after its last byte never becomes whole', async () => {
    let now = 1000;
    const destination = filled({ now: () => now });
    const source = destinationAsSource({
      destination: {
        ...destination,
        async read(path, call) {
          const chunks = await Array.fromAsync(await destination.read(path, call));
          now += 1;
          destination.place(path, Buffer.alloc(300_000, 'n'));
          return (async function* () {
            yield* chunks;
          })();
        },
      },
    });
    const content = await source.read(await fileOf(source, 'd/large'), { signal });
    await expect(bytesOf(content)).rejects.toMatchObject({ code: 'entry_changed', fact: 'changed' });
  });

  test.each([
    ['is not there', trouble('skip_entry', { fact: 'missing' }), { code: 'entry_gone', fact: 'gone' }],
    [
      'is refused',
      trouble('skip_entry', { fact: 'refused' }),
      { code: 'entry_unreadable', fact: 'unreadable', message: 'a cannot be read: it makes trouble' },
    ],
    ['may come later', trouble('retry', { retryAfterMs: 7 }), { verdict: 'retry', retryAfterMs: 7 }],
    [
      'is out of reach with all others',
      trouble('retry', { fact: 'out_of_reach' }),
      { code: 'destination_failed', fact: 'out_of_reach', verdict: 'retry' },
    ],
    ['ends the run', trouble('end_run'), { code: 'destination_failed', verdict: 'end_run' }],
  ])('that %s is told so', async (_, error, expected) => {
    const source = destinationAsSource({ destination: filled(failing(isFor('read', 'in/a'), error)) });
    const entry = await fileOf(source, 'a');
    await expect(source.read(entry, { signal })).rejects.toMatchObject(expected);
  });
});

test('over a destination behind a gate, what fails for a moment is asked for again', async () => {
  const failed = new Set<string>();
  const destination = filled({
    before({ kind, path }) {
      if (failed.has(kind + path)) return;
      failed.add(kind + path);
      throw trouble('retry');
    },
  });
  const gate = new Gate(createTestClock()).use({
    name: 'the memory',
    concurrency: 2,
    attempts: 2,
    maxRequestsPerSecond: undefined,
    maxWaitMs: 1000,
    draining: signal,
    signal,
    onEvent: () => undefined,
  });
  const source = destinationAsSource({ destination: new RetryingDestination(destination, gate) });
  const entry = await fileOf(source, 'd/large');
  expect((await bytesOf(await source.read(entry, { signal }))).byteLength).toBe(300_000);
  expect(failed.size).toBe(4);
});

test('closing the source closes the destination', async () => {
  let closed = 0;
  const destination: Destination = { ...filled(), close: async () => void closed++ };
  await destinationAsSource({ destination }).close();
  expect(closed).toBe(1);
});
