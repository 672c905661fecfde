import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { S3Bucket } from '../../src/sources/s3/bucket.ts';
import type { BucketOptions } from '../../src/sources/s3/open-bucket.ts';
import type { TestBucket } from '../support/s3-bucket.ts';
import type { Fault, ProxiedRequest } from '../support/s3-proxy.ts';

export interface BucketFixture {
  /** The server's side, behind a proxy that does what `fault` says. */
  readonly server: TestBucket;
  fault: (request: ProxiedRequest) => Fault | undefined;
  open(options?: Partial<BucketOptions>): Promise<S3Bucket>;
  close(): Promise<void>;
}

const signal = new AbortController().signal;
const never = (): Promise<never> => new Promise(() => undefined);
const refused = (status: number, code: string, headers: Record<string, string> = {}): Fault => ({
  reply: { status, code, headers },
});

/** Keys that are easily spoilt on their way into a URL, a signature or XML. */
const ODD_KEYS = [
  'a b',
  'a+b',
  'a%41b',
  'é',
  '日本/語',
  '\u{1F600}',
  '<&>"\'',
  "!'()*",
  'a//b',
  'a/../b',
  './a',
  'folder/',
  'a?b=c#d',
  'semi;colon=,$@:~',
  'control\u0001',
];

/** What every S3Bucket does, however it sends its requests. */
export function describeBucket(name: string, openFixture: () => Promise<BucketFixture>): void {
  describe(`a bucket ${name}`, () => {
    let it: BucketFixture;
    beforeEach(async () => {
      it = await openFixture();
    });
    afterEach(() => it.close());

    async function etagOf(bucket: S3Bucket, key: string): Promise<string> {
      const { objects } = await bucket.listPage({ prefix: key, maxKeys: 1 }, signal);
      expect(objects[0]?.key).toBe(key);
      return objects[0]!.etag!;
    }
    async function bytesOf(bucket: S3Bucket, key: string, etag: string, start = 0): Promise<string> {
      const { stream } = await bucket.getObject(key, etag, start, signal);
      return Buffer.concat(await Array.fromAsync(stream)).toString();
    }
    const requests = (): readonly ProxiedRequest[] => it.server.proxy.requests;

    test('lists what is known of each object, page by page', async () => {
      for (const key of ['p/a', 'p/b', 'p/c']) await it.server.put(key, key.repeat(3));
      const bucket = await it.open();
      const first = await bucket.listPage({ prefix: 'p/', maxKeys: 2 }, signal);
      expect(first.objects).toMatchObject([
        { key: 'p/a', size: 9, etag: expect.stringMatching(/^[0-9a-f]{32}$/), storageClass: 'STANDARD' },
        { key: 'p/b', size: 9, restored: 'no' },
      ]);
      expect(Math.abs(first.objects[0]!.modifiedMs! - Date.now())).toBeLessThan(3_600_000);
      expect(first.truncated).toBe(true);
      const second = await bucket.listPage({ prefix: 'p/', token: first.next }, signal);
      expect(second).toMatchObject({ objects: [{ key: 'p/c' }], truncated: false });
      const after = await bucket.listPage({ prefix: 'p/', startAfter: 'p/b' }, signal);
      expect(after.objects.map(({ key }) => key)).toEqual(['p/c']);
    });

    test('lists the children of one folder', async () => {
      for (const key of ['d/a', 'd/x y+z/1', 'd/x y+z/2']) await it.server.put(key, key);
      const page = await (await it.open()).listPage({ prefix: 'd/', delimiter: '/' }, signal);
      expect(page.objects.map(({ key }) => key)).toEqual(['d/a']);
      expect(page.prefixes).toEqual(['d/x y+z/']);
    });

    test('finds and reads objects by odd keys', async () => {
      for (const key of ODD_KEYS) await it.server.put(key, `bytes of ${key}`);
      const bucket = await it.open();
      for (const key of ODD_KEYS)
        expect(await bytesOf(bucket, key, await etagOf(bucket, key))).toBe(`bytes of ${key}`);
    });

    test('reads an object whole, from a byte on, and an empty one', async () => {
      await it.server.put('f', '0123456789');
      await it.server.put('empty', '');
      const bucket = await it.open();
      const etag = await etagOf(bucket, 'f');
      expect(await bytesOf(bucket, 'f', etag)).toBe('0123456789');
      expect(await bytesOf(bucket, 'f', etag, 7)).toBe('789');
      expect(await bytesOf(bucket, 'empty', await etagOf(bucket, 'empty'))).toBe('');
      for (const start of [0, 7]) {
        const body = await bucket.getObject('f', etag, start, signal);
        expect(body).toMatchObject({ etag, totalSize: 10 });
        body.stream.destroy();
      }
    });

    test('takes a checksum for the whole object only, and it matches', async () => {
      await it.server.put('f', 'some bytes', 'SHA256');
      const bucket = await it.open();
      const etag = await etagOf(bucket, 'f');
      const { checksum, stream } = await bucket.getObject('f', etag, 0, signal);
      for await (const chunk of stream) checksum?.update(chunk);
      expect(await (checksum?.matches() ?? true)).toBe(true);
      const rest = await bucket.getObject('f', etag, 3, signal);
      expect(rest.checksum).toBeUndefined();
      rest.stream.destroy();
    });

    test('tells an object that was replaced from one that is gone', async () => {
      await it.server.put('f', 'one');
      const bucket = await it.open();
      const etag = await etagOf(bucket, 'f');
      await it.server.put('f', 'two');
      await expect(bucket.getObject('f', etag, 0, signal)).rejects.toMatchObject({ code: 'entry_changed' });
      await it.server.remove('f');
      await expect(bucket.getObject('f', etag, 0, signal)).rejects.toMatchObject({ code: 'entry_gone' });
      expect(requests().filter(({ isRead }) => isRead)).toHaveLength(2);
    });

    test('a range that lies behind the end is a change', async () => {
      await it.server.put('f', 'one');
      const bucket = await it.open();
      await expect(bucket.getObject('f', await etagOf(bucket, 'f'), 99, signal)).rejects.toMatchObject({
        code: 'entry_changed',
      });
    });

    test('an answer that ignores the range is refused, and may be tried again', async () => {
      await it.server.put('f', 'one');
      const bucket = await it.open();
      const etag = await etagOf(bucket, 'f');
      it.fault = ({ headers }) => {
        delete headers.range;
        return undefined;
      };
      // A signature that covers the range does not fit any more: a real server refuses it, which is as good.
      await expect(bucket.getObject('f', etag, 1, signal)).rejects.toMatchObject({
        code: expect.stringMatching(/source_failed|source_unauthorised/),
      });
    });

    test.each([
      ['is throttled', refused(503, 'SlowDown')],
      ['meets an error of the server', refused(500, 'InternalError')],
      ['loses its connection', { breakAfter: 0 }],
      ['loses its connection within the answer', { breakAfter: 40 }],
    ] satisfies [string, Fault][])('a listing that %s is asked for again', async (_, fault) => {
      for (const key of ['a', 'b']) await it.server.put(key, key);
      let lists = 0;
      it.fault = ({ isList }) => (isList && ++lists === 1 ? fault : undefined);
      const page = await (await it.open()).listPage({ prefix: '' }, signal);
      expect(page.objects.map(({ key }) => key)).toEqual(['a', 'b']);
      expect(lists).toBe(2);
    });

    test.each([
      ['is throttled', refused(503, 'SlowDown')],
      ['is told to come back', refused(429, 'TooManyRequests')],
      ['meets an error of the server', refused(500, 'InternalError')],
      ['meets a bad gateway', refused(502, 'BadGateway')],
      ['loses its connection before the answer', { drop: true }],
    ] satisfies [string, Fault][])('a read that %s is asked for again', async (_, fault) => {
      await it.server.put('f', 'bytes');
      const bucket = await it.open();
      const etag = await etagOf(bucket, 'f');
      let reads = 0;
      it.fault = ({ isRead }) => (isRead && ++reads < 3 ? fault : undefined);
      expect(await bytesOf(bucket, 'f', etag)).toBe('bytes');
      expect(reads).toBe(3);
    });

    test('gives up after as many attempts as were asked for', async () => {
      it.fault = () => refused(503, 'SlowDown');
      const bucket = await it.open({ maxAttempts: 3 });
      await expect(bucket.listPage({ prefix: '' }, signal)).rejects.toMatchObject({
        code: 'source_throttled',
        verdict: 'retry',
      });
      expect(requests()).toHaveLength(3);
      await expect(bucket.getObject('f', 'etag', 0, signal)).rejects.toMatchObject({
        code: 'source_throttled',
      });
      expect(requests()).toHaveLength(6);
    });

    test.each([
      ['AccessDenied', 403, 'entry_unreadable', 'skip_entry'],
      ['InvalidObjectState', 403, 'entry_unreadable', 'skip_entry'],
      ['ExpiredToken', 400, 'source_unauthorised', 'end_run'],
      ['SignatureDoesNotMatch', 403, 'source_unauthorised', 'end_run'],
      ['NoSuchBucket', 404, 'source_missing', 'end_run'],
    ])('%s is told at once', async (code, status, ours, verdict) => {
      it.fault = () => refused(status, code, { 'x-amz-request-id': 'REQ7' });
      const bucket = await it.open();
      await expect(bucket.getObject('f', 'etag', 0, signal)).rejects.toMatchObject({
        code: ours,
        verdict,
        details: { status, reason: code, requestId: 'REQ7' },
      });
      expect(requests()).toHaveLength(1);
    });

    test('follows the bucket to its region, and stays there', async () => {
      await it.server.put('f', 'bytes');
      const regions: (string | undefined)[] = [];
      it.fault = ({ headers }) => {
        const region = /\/\d{8}\/([^/]+)\/s3\//.exec(headers.authorization ?? '')?.[1];
        regions.push(region);
        return region === 'us-east-1'
          ? undefined
          : refused(301, 'PermanentRedirect', { 'x-amz-bucket-region': 'us-east-1' });
      };
      const bucket = await it.open({ region: 'eu-south-2' });
      expect(await bytesOf(bucket, 'f', await etagOf(bucket, 'f'))).toBe('bytes');
      expect(regions).toEqual(['eu-south-2', 'us-east-1', 'us-east-1']);
    });

    test('goes by the time of the server when that is far off', async () => {
      const hours3 = 3 * 3_600_000;
      const dates: number[] = [];
      it.fault = ({ headers }) => {
        const parts = /^(....)(..)(..T..)(..)(..Z)$/.exec(String(headers['x-amz-date']));
        dates.push(Date.parse(parts!.slice(1, 4).join('-') + `:${parts![4]}:${parts![5]}`));
        const date = new Date(Date.now() + hours3).toUTCString();
        return dates.length === 1
          ? refused(403, 'RequestTimeTooSkewed', { date })
          : { reply: { status: 200, code: 'text that nobody reads', headers: { date } } };
      };
      const bucket = await it.open();
      for (let reads = 0; reads < 2; reads++) (await bucket.getObject('f', 'e', 0, signal)).stream.destroy();
      expect(dates).toHaveLength(3);
      for (const date of dates.slice(1)) expect(Math.abs(date - dates[0]! - hours3)).toBeLessThan(600_000);
    });

    test('asks for what a reader pays, and for no checksum of a listing', async () => {
      await it.server.put('f', 'bytes');
      const bucket = await it.open({ requestPayer: true });
      await bytesOf(bucket, 'f', await etagOf(bucket, 'f'));
      expect(requests().map(({ headers }) => headers['x-amz-request-payer'])).toEqual([
        'requester',
        'requester',
      ]);
      expect(requests().map(({ headers }) => headers['x-amz-checksum-mode'])).toEqual([undefined, 'ENABLED']);
      expect(requests().map(({ headers }) => headers['x-amz-optional-object-attributes'])).toEqual([
        'RestoreStatus',
        undefined,
      ]);
      expect(requests()[0]?.url.searchParams.get('encoding-type')).toBe('url');
    });

    test('sends no signature when told so', async () => {
      it.fault = () => refused(403, 'AccessDenied');
      const bucket = await it.open({ noSignRequest: true });
      await expect(bucket.getObject('f', 'e', 0, signal)).rejects.toMatchObject({ code: 'entry_unreadable' });
      await expect(bucket.listPage({ prefix: '' }, signal)).rejects.toMatchObject({ code: 'source_denied' });
      for (const { headers } of requests()) {
        expect(headers).not.toHaveProperty('authorization');
        expect(headers).not.toHaveProperty('x-amz-security-token');
      }
      expect(requests()).toHaveLength(2);
    });

    test.each([
      ['a web page', '<html><body>welcome</body></html>'],
      ['a list of something else', '<ListAllMyBucketsResult><Buckets/></ListAllMyBucketsResult>'],
    ])('an answer that is %s is no listing', async (_, xml) => {
      it.fault = () => ({ rewrite: () => xml });
      await expect((await it.open()).listPage({ prefix: '' }, signal)).rejects.toMatchObject({
        code: 'source_listing_broken',
        verdict: 'end_run',
      });
    });

    test('reads a listing that is written in another way', async () => {
      await it.server.put('a', 'a');
      const page = await (await it.open()).listPage({ prefix: '' }, signal);
      it.fault = () => ({
        rewrite: (xml) =>
          xml
            .replace('<Key>a</Key>', '<!-- first -->\n<Key><![CDATA[a]]></Key>\n')
            .replaceAll('&quot;', '&#34;'),
      });
      expect(await (await it.open()).listPage({ prefix: '' }, signal)).toEqual(page);
    });

    test('stops waiting for an answer when it is cancelled, and keeps no connection', async () => {
      const controller = new AbortController();
      const reason = new Error('enough');
      it.fault = () => {
        queueMicrotask(() => controller.abort(reason));
        return { before: never };
      };
      const bucket = await it.open();
      await expect(bucket.listPage({ prefix: '' }, controller.signal)).rejects.toBe(reason);
      await expect(bucket.getObject('f', 'e', 0, controller.signal)).rejects.toBe(reason);
    });

    test('breaks off what is under way when it is closed', async () => {
      let closing: (() => void) | undefined;
      it.fault = () => {
        closing?.();
        return { before: never };
      };
      const bucket = await it.open({ maxAttempts: 1 });
      closing = () => queueMicrotask(() => bucket.close());
      await expect(bucket.getObject('f', 'e', 0, signal)).rejects.toMatchObject({
        code: expect.stringMatching(/^(source|entry)_/),
      });
    });
  });
}
