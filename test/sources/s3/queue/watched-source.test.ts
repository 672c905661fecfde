import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import type { ChangeHint, Watching } from '../../../../src/model/ports.ts';
import { openS3Source } from '../../../../src/sources/s3/s3-source.ts';
import { createFilter, everything } from '../../../../src/filter/filter.ts';
import type { SourceFixture } from '../../../../src/contract/contract.ts';
import { describeWatchedSource } from '../../../contract/describe-contract.ts';
import { createEngine } from '../../../support/engine/engine.ts';
import type { Engine } from '../../../support/engine/engine.ts';
import { createMemoryDestination } from '../../../../src/destinations/memory/memory-destination.ts';
import type { MemoryDestination } from '../../../../src/destinations/memory/memory-destination.ts';
import { byteOrder, createTestBucket, startFakeS3 } from '../../../support/s3/s3-bucket.ts';
import type { S3Server, TestBucket } from '../../../support/s3/s3-bucket.ts';
import { bridgeEvent, s3Event } from '../../../support/s3/s3-events.ts';
import { withKeys } from '../../../support/s3/s3-keys.ts';
import { createTestQueue } from '../../../support/s3/test-queue.ts';
import type { TestQueue } from '../../../support/s3/test-queue.ts';

let server: S3Server;
beforeAll(async () => {
  server = await startFakeS3();
});
afterAll(() => server.close());

const PREFIX = 'in/';
const PATIENCE = { timeout: 20_000, interval: 20 };

/** A bucket whose changes are told to a queue, and a source over both. */
interface Watched extends SourceFixture {
  readonly bucket: TestBucket;
  readonly queue: TestQueue;
  write(path: string, content: Uint8Array | string): Promise<void>;
}

async function openWatched(tell: typeof s3Event | typeof bridgeEvent = s3Event): Promise<Watched> {
  const bucket = await createTestBucket(server, byteOrder);
  const queue = await createTestQueue(server.url);
  const source = await withKeys(server, () =>
    openS3Source({
      bucket: bucket.name,
      prefix: PREFIX,
      endpointUrl: bucket.url,
      concurrency: 4,
      queueUrl: queue.url,
      // fauxqs goes on answering a request whose sender is gone, with messages that are then nowhere
      queueTiming: { waitSeconds: 1 },
    }),
  );
  const bridge = tell === bridgeEvent;
  return {
    bucket,
    queue,
    source,
    async write(path, content) {
      await bucket.put(PREFIX + path, content);
      await queue.send(tell(bucket.name, PREFIX + path));
    },
    async remove(path) {
      await bucket.remove(PREFIX + path);
      const event = bridge ? 'Object Deleted' : 'ObjectRemoved:Delete';
      await queue.send(tell(bucket.name, PREFIX + path, { event }));
    },
    async [Symbol.asyncDispose]() {
      await source.close();
      await queue[Symbol.asyncDispose]();
      await bucket.close();
    },
  };
}

describeWatchedSource('an S3 source', () => openWatched());
describeWatchedSource('an S3 source behind EventBridge', () => openWatched(bridgeEvent));

describe('a bucket kept in step by the engine', () => {
  let it: Watched;
  let stage: MemoryDestination;
  let engine: Engine;
  let watching: Watching;
  let hints: ChangeHint[];
  beforeEach(async () => {
    it = await openWatched();
    stage = createMemoryDestination();
    engine = createEngine(it.source, stage);
    hints = [];
    watching = await it.source.watch!((hint) => hints.push(hint), {
      filter: everything,
      signal: new AbortController().signal,
    });
  });
  afterEach(async () => {
    await watching.close();
    engine[Symbol.dispose]();
    await it[Symbol.asyncDispose]();
  });

  const pass = async (scope?: readonly string[]): Promise<void> => {
    const { report, error } = await engine.pass({
      scope,
      removal: 'ours',
      filter: createFilter({ rules: [] }),
    });
    expect(error).toBeUndefined();
    expect(report.outcome).toBe('clean');
  };
  /** Looks where the hints say, and says that it is done. */
  async function follow(): Promise<void> {
    await vi.waitFor(async () => {
      const given = hints.splice(0);
      const folders = given.flatMap((hint) => ('folders' in hint ? hint.folders : []));
      if (folders.length > 0) await pass(folders);
      for (const hint of given) hint.settled?.();
      expect(await it.queue.size()).toBe(0);
    }, PATIENCE);
  }
  const files = (): string[] =>
    [...stage.files.keys(), ...stage.folders].map((path) => path.slice(stage.root.length));

  test('an object in new folders arrives; when the last one in them goes, they go', async () => {
    await it.bucket.put(`${PREFIX}a/one`, '1');
    await pass();
    await it.write('a/b/c/d/deep', '2');
    await follow();
    expect(files()).toEqual(expect.arrayContaining(['a/one', 'a/b/c/d/deep']));
    await it.remove('a/b/c/d/deep');
    await follow();
    expect(files().filter((path) => path.startsWith('a/b'))).toEqual([]);
    expect(files()).toContain('a/one');
  });

  test('a marker makes a folder, and its end takes it away', async () => {
    await it.bucket.put(`${PREFIX}keep`, '1');
    await pass();
    await it.write('empty/', '');
    await follow();
    expect(files()).toContain('empty/');
    await it.remove('empty/');
    await follow();
    expect(files()).not.toContain('empty/');
  });

  test('an object that was renamed is moved', async () => {
    await it.bucket.put(`${PREFIX}a/old`, 'content');
    await it.bucket.put(`${PREFIX}keep`, '1');
    await pass();
    await it.write('b/new', 'content');
    await it.remove('a/old');
    const folders = (): string[] => hints.flatMap((hint) => ('folders' in hint ? hint.folders : []));
    await vi.waitFor(() => expect(folders()).toEqual(expect.arrayContaining(['a/', 'b/'])), PATIENCE);
    await follow();
    expect(engine.events).toContainEqual(expect.objectContaining({ type: 'action', kind: 'move' }));
    expect(files()).toContain('b/new');
    expect(files()).not.toContain('a/old');
  });

  test('a removal that is told but did not happen removes nothing', async () => {
    await it.bucket.put(`${PREFIX}a/stays`, '1');
    await pass();
    await it.queue.send(
      s3Event(it.bucket.name, `${PREFIX}a/stays`, { event: 'ObjectRemoved:Delete', sequencer: '0F' }),
    );
    await follow();
    expect(files()).toContain('a/stays');
  });

  test('an object below a key that is an object too does no harm, and the next whole pass reports it', async () => {
    await it.bucket.put(`${PREFIX}a`, 'file');
    await it.bucket.put(`${PREFIX}keep`, '1');
    await pass();
    await it.write('a/b', 'below');
    await vi.waitFor(() => expect(hints).not.toEqual([]), PATIENCE);
    await engine.pass({ scope: ['a/'], removal: 'ours' });
    expect(stage.text(`${stage.root}a`)).toBe('file');
    const { report } = await engine.pass({ removal: 'ours' });
    expect(report.outcome).toBe('failures');
    expect(engine.events).toContainEqual(expect.objectContaining({ type: 'problem', code: 'name_conflict' }));
    expect(files().toSorted()).toEqual(['a', 'keep']);
  });

  test('odd names arrive under their own name', async () => {
    await pass();
    const names = ['red flower.jpg', 'a+b', '100%', 'é/日本.csv', 'x&y=z?'];
    for (const name of names) await it.write(name, name);
    await follow();
    expect(
      files()
        .filter((path) => !path.endsWith('/'))
        .toSorted(),
    ).toEqual(names.toSorted());
  });
});
