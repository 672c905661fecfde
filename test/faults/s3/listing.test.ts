import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { setImmediate as turn } from 'node:timers/promises';
import { once } from 'node:events';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import type { SourceEntry } from '../../../src/model/entry.ts';
import type { PathFilter, Source } from '../../../src/model/ports.ts';
import { openS3Source, s3Source } from '../../../src/sources/s3/s3-source.ts';
import type { S3SourceOptions } from '../../../src/sources/s3/s3-source.ts';
import { everything } from '../../../src/filter/filter.ts';
import { modelS3 } from '../../support/s3/model-s3.ts';
import { createTestBucket, startFakeS3 } from '../../support/s3/s3-bucket.ts';
import type { S3Server, TestBucket } from '../../support/s3/s3-bucket.ts';
import { withKeys } from '../../support/s3/s3-keys.ts';
import type { Fault } from '../../support/s3/s3-proxy.ts';

const signal = new AbortController().signal;

async function list(source: Source, filter: PathFilter = everything): Promise<SourceEntry[]> {
  return (await Array.fromAsync(source.list({ filter, signal }))).flat();
}
const paths = (entries: readonly SourceEntry[]): string[] => entries.map(({ path }) => path);

describe('a listing over HTTP', () => {
  let server: S3Server;
  let bucket: TestBucket;
  let lists: number;
  let fault: (list: number) => Fault | undefined;
  const opened: Source[] = [];

  beforeAll(async () => {
    server = await startFakeS3();
  });
  afterAll(async () => {
    await server.close();
  });
  beforeEach(async () => {
    lists = 0;
    fault = () => undefined;
    bucket = await createTestBucket(server, ({ isList }) => (isList ? fault(++lists) : undefined));
    for (const key of ['a/1', 'a/2', 'b']) await bucket.put(key, key);
  });
  afterEach(async () => {
    for (const source of opened.splice(0)) await source.close();
    await bucket.close();
  });

  async function open(options: Partial<S3SourceOptions> = {}): Promise<Source> {
    const source = await withKeys(server, () =>
      openS3Source({
        bucket: bucket.name,
        prefix: '',
        region: 'us-east-1',
        endpointUrl: bucket.url,
        concurrency: 2,
        maxAttempts: 2,
        ...options,
      }),
    );
    opened.push(source);
    return source;
  }

  test.each<[string, Fault]>([
    ['that is throttled', { reply: { status: 503, code: 'SlowDown' } }],
    ['that the server fails at', { reply: { status: 500, code: 'InternalError' } }],
    ['whose answer breaks off', { breakAfter: 200 }],
  ])('%s once is tried again', async (_, once) => {
    fault = (count) => (count === 1 ? once : undefined);
    expect(paths(await list(await open()))).toEqual(['a/1', 'a/2', 'b']);
  });

  test.each<[string, Fault, string]>([
    ['is throttled', { reply: { status: 503, code: 'SlowDown' } }, 'source_throttled'],
    ['breaks off', { breakAfter: 200 }, 'source_unreachable'],
    ['ends early', { shortenTo: 200 }, 'source_listing_broken'],
    ['is a page of something else', { rewrite: () => '<html><body>Welcome</body>' }, 'source_listing_broken'],
    ['is an empty answer', { rewrite: () => '' }, 'source_listing_broken'],
    ['holds an error', { rewrite: () => '<Error><Code>InternalError</Code></Error>' }, 'source_throttled'],
    [
      'is an empty page of something else',
      { rewrite: () => '<html><body/></html>' },
      'source_listing_broken',
    ],
    ['is denied', { reply: { status: 403, code: 'AccessDenied' } }, 'source_denied'],
  ])('that %s every time rejects', async (_, always, code) => {
    fault = () => always;
    await expect(list(await open())).rejects.toMatchObject({ code });
  });

  test.each<[string, string, RegExp]>([
    ['says nothing on how to go on', '<IsTruncated>true</IsTruncated>', /how to ask/],
    [
      'always points to itself',
      '<IsTruncated>true</IsTruncated><NextContinuationToken>same</NextContinuationToken>',
      /same page|order of their UTF-8 bytes/,
    ],
  ])('with a page that %s rejects', async (_, more, message) => {
    fault = () => ({ rewrite: (xml) => xml.replace('<IsTruncated>false</IsTruncated>', more) });
    await expect(list(await open())).rejects.toMatchObject({
      code: 'source_listing_broken',
      verdict: 'end_run',
      message: expect.stringMatching(message),
    });
  });

  describe.each<[string, (xml: string) => string]>([
    ['as most servers write it', (xml) => xml],
    // An attribute is enough: see parseListing.
    ['in a way that the SDK has to read', (xml) => xml.replace('<Name>', '<Name a="b">')],
  ])('written %s', (_, written) => {
    const rewrite = (change: (xml: string) => string): Fault => ({ rewrite: (xml) => written(change(xml)) });
    const SPOILT: [string, (xml: string) => string][] = [
      ['ends within a key', (xml) => xml.slice(0, xml.indexOf('<Key>') + 6)],
      ['ends after the first object', (xml) => xml.slice(0, xml.indexOf('</Contents>') + 11)],
      ['lacks its last tag', (xml) => xml.replace('</ListBucketResult>', '')],
      ['has a tag that is not closed', (xml) => xml.replace('</Size>', '')],
      ['has text behind its end', (xml) => `${xml}<p>`],
      ['has a bare ampersand', (xml) => xml.replace('<Key>', '<Key>&')],
      ['has a name of another element at an end', (xml) => xml.replace('</Contents>', '</Content>')],
    ];

    test.each(SPOILT)(
      'one that %s is asked for again, and if that does not help it is refused',
      async (_, spoil) => {
        fault = (count) => (count === 1 ? rewrite(spoil) : undefined);
        const source = await open();
        expect(paths(await list(source))).toEqual(['a/1', 'a/2', 'b']);
        expect(lists).toBe(2);
        fault = () => rewrite(spoil);
        await expect(list(source)).rejects.toMatchObject({
          code: 'source_listing_broken',
          verdict: 'end_run',
          message: expect.stringMatching(/well-formed.*--endpoint-url/),
        });
        await expect(source.listFolder?.('a/', { filter: everything, signal })).rejects.toMatchObject({
          code: 'source_listing_broken',
        });
      },
    );

    const firstObject = /<Contents>.*?<\/Contents>/s;
    test.each<[string, (xml: string) => string]>([
      ['an object less', (xml) => xml.replace(firstObject, '')],
      ['no object at all', (xml) => xml.replaceAll(/<Contents>.*<\/Contents>/gs, '')],
      [
        'an object more',
        (xml) => xml.replace('</ListBucketResult>', `${firstObject.exec(xml)![0]}</ListBucketResult>`),
      ],
      ['another count', (xml) => xml.replace(/<KeyCount>\d+</, '<KeyCount>17<')],
    ])('one with %s than it says is refused', async (_, change) => {
      const source = await open();
      fault = () => rewrite(change);
      const refused = {
        code: 'source_listing_broken',
        message: expect.stringMatching(/says that it has \d+ keys/),
      };
      await expect(list(source)).rejects.toMatchObject(refused);
      await expect(source.listFolder?.('a/', { filter: everything, signal })).rejects.toMatchObject(refused);
      await expect(source.stat?.('b', { signal })).rejects.toMatchObject(refused);
    });

    test.each<[string, (xml: string) => string]>([
      ['no count', (xml) => xml.replace(/<KeyCount>\d+<\/KeyCount>/, '')],
      ['a count of objects alone', (xml) => xml.replace(/<KeyCount>\d+</, '<KeyCount>1<')],
    ])('a folder with %s is read: some servers are like that', async (_, change) => {
      await bucket.put('a/b/c', 'deeper');
      await bucket.put('a/d/e', 'deeper');
      await bucket.remove('a/2');
      fault = () => rewrite(change);
      const children = await (await open()).listFolder?.('a/', { filter: everything, signal });
      expect(paths(children!)).toEqual(['a/1', 'a/b/', 'a/d/']);
    });

    test('one that has lost a folder is refused', async () => {
      for (const key of ['a/b/c', 'a/d/e']) await bucket.put(key, 'deeper');
      fault = () => rewrite((xml) => xml.replace(/<CommonPrefixes>.*?<\/CommonPrefixes>/s, ''));
      const source = await open();
      await expect(source.listFolder?.('a/', { filter: everything, signal })).rejects.toMatchObject({
        code: 'source_listing_broken',
      });
    });
  });

  test('one that comes byte by byte is broken off and asked for again', async () => {
    const source = await open({ progress: { leastBytes: 500, withinMs: 100 } });
    fault = (count) => (count === 1 ? { trickleAfter: 50 } : undefined);
    expect(paths(await list(source))).toEqual(['a/1', 'a/2', 'b']);
    expect(lists).toBe(2);
    fault = () => ({ trickleAfter: 50 });
    await expect(list(source)).rejects.toMatchObject({ code: 'source_unreachable', verdict: 'retry' });
    expect(lists).toBe(4);
    await vi.waitFor(() => expect(bucket.proxy.answering()).toBe(0));
  });

  test('that is not in byte order is refused with the reason', async () => {
    await bucket.put('B', 'after a in a dictionary, before it in bytes');
    await expect(list(await open())).rejects.toMatchObject({
      code: 'source_listing_broken',
      verdict: 'end_run',
      message: expect.stringMatching(/"B" after "b".*directory buckets/),
    });
  });

  test('a server that asks for a day is not waited for a day, and a stop ends the pause at once', async () => {
    const source = await open({ maxAttempts: 6 });
    const reason = new Error('enough');
    for (const act of [
      (signal: AbortSignal) => Array.fromAsync(source.list({ filter: everything, signal })),
      (signal: AbortSignal) => source.listFolder!('a/', { filter: everything, signal }),
    ]) {
      const controller = new AbortController();
      fault = () => ({ reply: { status: 503, code: 'SlowDown', headers: { 'retry-after': '86400' } } });
      const asked = bucket.proxy.requests.length;
      const acting = act(controller.signal);
      await vi.waitFor(() => expect(bucket.proxy.requests.length).toBeGreaterThan(asked));
      controller.abort(reason);
      await expect(acting).rejects.toBe(reason);
    }
    // Not to the last attempt: the SDK adds five seconds at the most to each of its own pauses.
    lists = 0;
    fault = (count) =>
      count === 1
        ? { reply: { status: 503, code: 'SlowDown', headers: { 'retry-after': '86400' } } }
        : undefined;
    expect(paths(await list(source))).toEqual(['a/1', 'a/2', 'b']);
  });

  test('of a bucket that does not exist names the way out', async () => {
    await expect(list(await open({ bucket: 'no-such-bucket-here' }))).rejects.toMatchObject({
      code: 'source_missing',
      verdict: 'end_run',
      message: expect.stringMatching(/no-such-bucket-here.*--endpoint-url/),
    });
  });

  test('of a server that is not there names the endpoint', async () => {
    const closed = createServer().listen(0, '127.0.0.1');
    await once(closed, 'listening');
    const { port } = closed.address() as AddressInfo;
    closed.close();
    await once(closed, 'close');
    const source = await open({ endpointUrl: `http://user:hunter2@127.0.0.1:${port}` });
    const error: unknown = await list(source).catch((caught: unknown) => caught);
    expect(error).toMatchObject({
      code: 'source_unreachable',
      message: expect.stringContaining(`127.0.0.1:${port}`),
    });
    expect(String(error) + source.label).not.toContain('hunter2');
  });

  test('without credentials says where they are looked for', async () => {
    const source = await open({ profile: 'not-a-profile' });
    vi.stubEnv('AWS_ACCESS_KEY_ID', undefined);
    vi.stubEnv('AWS_EC2_METADATA_DISABLED', 'true');
    await expect(list(source)).rejects.toMatchObject({ code: 'source_unauthorised', verdict: 'end_run' });
    vi.unstubAllEnvs();
  });

  test('without a signature carries none', async () => {
    await list(await open({ noSignRequest: true }));
    expect(bucket.proxy.requests.every(({ headers }) => headers.authorization === undefined)).toBe(true);
    await list(await open());
    expect(bucket.proxy.requests.at(-1)?.headers.authorization).toMatch(/^AWS4-HMAC-SHA256/);
  });
});

describe('a listing of many pages', () => {
  const keys = Array.from(
    { length: 5_000 },
    (_, at) => `d${String(at % 50).padStart(2, '0')}/${String(at).padStart(5, '0')}`,
  );

  test('waits for its reader, and stops when the reader does', async () => {
    const bucket = modelS3({ keys, pageSize: 10 });
    const source = s3Source(bucket, { prefix: '', listStreams: 4 });
    for await (const batch of source.list({ filter: everything, signal })) {
      expect(batch.length).toBe(10);
      for (let at = 0; at < 200; at++) await turn();
      break;
    }
    // One lane of three pages and the request in hand: nothing else runs ahead of the first page.
    expect(bucket.queries.length).toBeLessThan(10);
    await vi.waitFor(() => expect(bucket.underWay()).toBe(0));
    const asked = bucket.queries.length;
    for (let at = 0; at < 50; at++) await turn();
    expect(bucket.queries.length).toBe(asked);
  });

  test('holds only so many pages ahead of a slow reader', async () => {
    const bucket = modelS3({ keys, pageSize: 10 });
    const source = s3Source(bucket, { prefix: '', listStreams: 4 });
    let seen = 0;
    let ahead = 0;
    for await (const batch of source.list({ filter: everything, signal })) {
      for (let at = 0; at < 20; at++) await turn();
      seen += batch.length;
      // Pages asked for, less those handed out; probes and the last pages of parts count too.
      ahead = Math.max(
        ahead,
        bucket.queries.filter(({ delimiter }) => delimiter === undefined).length - seen / 10,
      );
      if (seen >= 1_000) break;
    }
    expect(ahead).toBeLessThan(2 * 4 * 4 + 100 / 2);
  });

  test('rejects with the reason when it is cancelled between two pages', async () => {
    const controller = new AbortController();
    const reason = new Error('enough');
    const source = s3Source(modelS3({ keys, pageSize: 10 }), { prefix: '' });
    const listing = (async () => {
      for await (const batch of source.list({ filter: everything, signal: controller.signal }))
        if (batch.length > 0) controller.abort(reason);
    })();
    await expect(listing).rejects.toBe(reason);
  });

  test('jumps over folders that the filter leaves out', async () => {
    const bucket = modelS3({ keys: [...keys, 'd100', 'd10\u{10FFFF}'], pageSize: 10 });
    const filter: PathFilter = {
      excludes: () => false,
      prunes: (folder) => folder !== 'd10/' && folder !== 'd49/',
    };
    const entries = await list(s3Source(bucket, { prefix: '' }), filter);
    const expected = keys.filter((key) => /^d(10|49)\//.test(key)).toSorted();
    expect(paths(entries)).toEqual([
      ...expected.slice(0, 100),
      'd100',
      'd10\u{10FFFF}',
      ...expected.slice(100),
    ]);
    expect(bucket.queries.length).toBeLessThan(200);
  });
});
