import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { S3Bucket } from '../../src/sources/s3/bucket.ts';
import type { BucketOptions } from '../../src/sources/s3/requests/open-bucket.ts';
import type { TestBucket } from '../support/s3/s3-bucket.ts';
import type { Fault, ProxiedRequest } from '../support/s3/s3-proxy.ts';

export interface BucketFixture {
  /** The server's side, behind a proxy that does what `fault` says. */
  readonly server: TestBucket;
  fault: (request: ProxiedRequest) => Fault | undefined;
  open(options?: Partial<BucketOptions>): Promise<S3Bucket>;
  close(): Promise<void>;
}

const signal = new AbortController().signal;

export async function etagOf(bucket: S3Bucket, key: string): Promise<string> {
  const { objects } = await bucket.listPage({ prefix: key, maxKeys: 1 }, signal);
  expect(objects[0]?.key).toBe(key);
  return objects[0]!.etag!;
}

export async function bytesOf(bucket: S3Bucket, key: string, etag: string, start = 0): Promise<string> {
  const { stream } = await bucket.getObject(key, etag, start, signal);
  return Buffer.concat(await Array.fromAsync(stream)).toString();
}

export const refused = (status: number, code: string, headers: Record<string, string> = {}): Fault => ({
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
  });
}
