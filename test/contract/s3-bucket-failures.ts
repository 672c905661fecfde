import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { ProxiedRequest, Fault } from '../support/s3/s3-proxy.ts';
import { bytesOf, etagOf, refused } from './s3-bucket.ts';
import type { BucketFixture } from './s3-bucket.ts';

const signal = new AbortController().signal;
const never = (): Promise<never> => new Promise(() => undefined);

/** What every S3Bucket makes of requests that fail, however it sends them. */
export function describeFailures(name: string, openFixture: () => Promise<BucketFixture>): void {
  describe(`a bucket ${name}, in trouble`, () => {
    let it: BucketFixture;
    beforeEach(async () => {
      it = await openFixture();
    });
    afterEach(() => it.close());

    const requests = (): readonly ProxiedRequest[] => it.server.proxy.requests;

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
      it.fault = () => ({ reply: { status: 200, code: 'from the first byte on' } });
      await expect((await it.open()).getObject('f', 'e', 1, signal)).rejects.toMatchObject({
        code: 'source_failed',
        verdict: 'retry',
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
      ['InvalidRequest', 400, 'entry_unreadable', 'skip_entry'],
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
