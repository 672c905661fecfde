import { GetObjectCommand, ListObjectsV2Command, S3Client, S3ServiceException } from '@aws-sdk/client-s3';
import { mockClient } from 'aws-sdk-client-mock';
import { Readable } from 'node:stream';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { S3Bucket } from '../../../../src/sources/s3/bucket.ts';
import { openBucket } from '../../../../src/sources/s3/requests/open-bucket.ts';

const signal = new AbortController().signal;
const s3 = mockClient(S3Client);

beforeEach(() => {
  process.env['AWS_ACCESS_KEY_ID'] = 'AKIAUNITTEST';
  process.env['AWS_SECRET_ACCESS_KEY'] = 'unit-test-secret';
});
afterEach(() => {
  s3.reset();
});

const open = (options: object = {}): Promise<S3Bucket> =>
  openBucket({ bucket: 'bucket', region: 'eu-west-1', concurrency: 4, ...options });

function failure(name: string, status: number, extra: object = {}): S3ServiceException {
  const error = new S3ServiceException({
    name,
    $fault: 'client',
    message: 'AKIAUNITTEST said unit-test-secret\nin two lines',
    $metadata: { httpStatusCode: status, requestId: 'REQ1' },
  });
  return Object.assign(error, extra);
}

describe('a listing page', () => {
  test('is asked for with everything that it needs, and decoded', async () => {
    s3.on(ListObjectsV2Command).resolves({
      EncodingType: 'url',
      Contents: [
        {
          Key: 'p/a+b%2B%C3%A9%01',
          Size: 3,
          ETag: '"abc-1"',
          LastModified: new Date(5_000),
          StorageClass: 'GLACIER',
          RestoreStatus: { IsRestoreInProgress: false, RestoreExpiryDate: new Date() },
        },
        { Key: 'p/bare', Size: 0 },
      ],
      CommonPrefixes: [{ Prefix: 'p/x+y/' }],
      IsTruncated: true,
      NextContinuationToken: 'next',
    });
    const bucket = await open({ requestPayer: true });
    expect(await bucket.listPage({ prefix: 'p/', delimiter: '/', startAfter: 'p/0' }, signal)).toEqual({
      objects: [
        {
          key: 'p/a b+é\u0001',
          size: 3,
          etag: 'abc-1',
          modifiedMs: 5_000,
          storageClass: 'GLACIER',
          restored: 'yes',
        },
        {
          key: 'p/bare',
          size: 0,
          etag: undefined,
          modifiedMs: undefined,
          storageClass: undefined,
          restored: 'no',
        },
      ],
      prefixes: ['p/x y/'],
      truncated: true,
      next: 'next',
    });
    expect(s3.commandCalls(ListObjectsV2Command)[0]?.args[0].input).toMatchObject({
      Bucket: 'bucket',
      Prefix: 'p/',
      Delimiter: '/',
      StartAfter: 'p/0',
      EncodingType: 'url',
      RequestPayer: 'requester',
      OptionalObjectAttributes: ['RestoreStatus'],
    });
  });

  test('is taken as it is from a server that does not encode', async () => {
    s3.on(ListObjectsV2Command).resolves({
      Contents: [{ Key: 'a+b%41', Size: 1, ETag: 'bare' }],
      IsTruncated: false,
    });
    const page = await (await open()).listPage({ prefix: '' }, signal);
    expect(page.objects[0]).toMatchObject({ key: 'a+b%41', etag: 'bare' });
    expect(page.truncated).toBe(false);
  });

  test.each([{ Size: 1 }, { Key: 'a' }, { Key: 'a', Size: -1 }])(
    'with the object %j is refused',
    async (object) => {
      s3.on(ListObjectsV2Command).resolves({ Contents: [object], IsTruncated: false });
      await expect((await open()).listPage({ prefix: '' }, signal)).rejects.toMatchObject({
        code: 'source_listing_broken',
      });
    },
  );
});

describe('a failure', () => {
  const cases: [string, number, object, string, string, string, RegExp][] = [
    // name, status, more of the error, code and verdict of a listing, code of a read, way out
    ['NoSuchBucket', 404, {}, 'source_missing', 'end_run', 'source_missing', /no such bucket/],
    ['AccessDenied', 403, {}, 'source_denied', 'end_run', 'entry_unreadable', /s3:GetObject/],
    ['SomethingNew', 403, {}, 'source_denied', 'end_run', 'entry_unreadable', /access is denied/],
    ['InvalidAccessKeyId', 403, {}, 'source_unauthorised', 'end_run', 'source_unauthorised', /--profile/],
    ['SignatureDoesNotMatch', 403, {}, 'source_unauthorised', 'end_run', 'source_unauthorised', /--profile/],
    ['ExpiredToken', 400, {}, 'source_unauthorised', 'end_run', 'source_unauthorised', /expired/],
    ['RequestTimeTooSkewed', 403, {}, 'source_unauthorised', 'end_run', 'source_unauthorised', /clock/],
    ['PermanentRedirect', 301, {}, 'source_failed', 'end_run', 'source_failed', /--region/],
    ['SlowDown', 503, {}, 'source_throttled', 'retry', 'source_throttled', /--concurrency/],
    ['ServiceUnavailable', 503, {}, 'source_throttled', 'retry', 'source_throttled', /fewer requests/],
    ['InternalError', 500, {}, 'source_unreachable', 'retry', 'source_unreachable', /later/],
    [
      'Error',
      0,
      { code: 'ECONNREFUSED', $metadata: {} },
      'source_unreachable',
      'retry',
      'source_unreachable',
      /--endpoint-url/,
    ],
    [
      'Error',
      0,
      { code: 'ENOTFOUND', $metadata: {} },
      'source_unreachable',
      'end_run',
      'source_unreachable',
      /--path-style/,
    ],
    [
      'Error',
      0,
      { code: 'CERT_HAS_EXPIRED', $metadata: {} },
      'source_unreachable',
      'end_run',
      'source_unreachable',
      /certificate/,
    ],
    [
      'AggregateError',
      0,
      { errors: [{ code: 'ECONNREFUSED' }], $metadata: {} },
      'source_unreachable',
      'retry',
      'source_unreachable',
      /network/,
    ],
    [
      'CredentialsProviderError',
      0,
      { $metadata: {} },
      'source_unauthorised',
      'end_run',
      'source_unauthorised',
      /AWS_ACCESS_KEY_ID/,
    ],
    ['SyntaxError', 200, {}, 'source_failed', 'end_run', 'entry_unreadable', /S3/],
  ];

  test.each(cases)(
    '%s (%d, %j) says what it is and what to do',
    async (name, status, extra, code, verdict, readCode, text) => {
      const error = failure(name, status, extra);
      s3.on(ListObjectsV2Command).rejects(error);
      s3.on(GetObjectCommand).rejects(error);
      const bucket = await open({ endpointUrl: 'http://user:hunter2@127.0.0.1:9' });
      const listing = await bucket.listPage({ prefix: '' }, signal).catch((caught: unknown) => caught);
      expect(listing).toMatchObject({ code, verdict, message: expect.stringMatching(text) });
      const read = await bucket.getObject('dir/key', 'etag', 0, signal).catch((caught: unknown) => caught);
      expect(read).toMatchObject({ code: readCode });
      expect((read as Error).message).toMatch(/dir\/key/);
      for (const caught of [listing, read]) {
        expect((caught as Error).message).not.toContain('\n');
        expect(caught).not.toHaveProperty('cause');
        const shown = JSON.stringify(caught) + String(caught);
        expect(shown).not.toContain('hunter2');
        // What S3 says of a denial is kept in the details; nothing else of the text is.
        if (code !== 'source_denied') expect(shown).not.toContain('unit-test-secret');
      }
    },
  );

  test.each([
    ['PreconditionFailed', 412, 'entry_changed', /replaced/],
    ['InvalidRange', 416, 'entry_changed', /replaced/],
    ['NoSuchKey', 404, 'entry_gone', /deleted/],
    ['InvalidObjectState', 403, 'entry_unreadable', /archived.*restore/],
    ['InvalidRequest', 400, 'entry_unreadable', /SSE-C.*exclude it/],
    ['InvalidArgument', 400, 'entry_unreadable', /SSE-C.*exclude it/],
    ['KMS.DisabledException', 400, 'entry_unreadable', /refuses/],
  ])('%s concerns one entry only', async (name, status, code, text) => {
    s3.on(GetObjectCommand).rejects(failure(name, status));
    await expect((await open()).getObject('k', 'e', 0, signal)).rejects.toMatchObject({
      code,
      verdict: 'skip_entry',
      message: expect.stringMatching(text),
    });
  });

  test('of a call that was cancelled is the reason of the signal', async () => {
    const reason = new Error('enough');
    const controller = new AbortController();
    s3.on(ListObjectsV2Command).callsFake(() => {
      controller.abort(reason);
      throw new Error('aborted');
    });
    await expect((await open()).listPage({ prefix: '' }, controller.signal)).rejects.toBe(reason);
  });
});

describe('the region', () => {
  const moved = (region: string): S3ServiceException =>
    failure('PermanentRedirect', 301, { $response: { headers: { 'x-amz-bucket-region': region } } });
  const regionOf = async (client: unknown): Promise<string> => (client as S3Client).config.region();

  test('of the bucket is learnt from the first answer, and kept', async () => {
    const regions: string[] = [];
    s3.on(ListObjectsV2Command).callsFake(async (_, client) => {
      const region = await regionOf(client());
      regions.push(region);
      if (region !== 'ap-south-1') throw moved('ap-south-1');
      return { IsTruncated: false };
    });
    const bucket = await open({ region: undefined });
    await Promise.all([bucket.listPage({ prefix: '' }, signal), bucket.listPage({ prefix: '' }, signal)]);
    await bucket.listPage({ prefix: '' }, signal);
    expect(regions.filter((region) => region !== 'ap-south-1').length).toBeLessThanOrEqual(2);
    expect(regions.at(-1)).toBe('ap-south-1');
  });

  test('that S3 keeps refusing ends the run', async () => {
    let next = 0;
    s3.on(ListObjectsV2Command).callsFake(() => {
      throw moved(`xx-${next++}`);
    });
    await expect((await open()).listPage({ prefix: '' }, signal)).rejects.toMatchObject({
      verdict: 'end_run',
    });
    expect(next).toBeLessThanOrEqual(3);
  });
});

describe('a read', () => {
  const body = (): Readable => Readable.from([Buffer.from('xyz')]);

  test('carries If-Match, and a Range only when it is resumed', async () => {
    s3.on(GetObjectCommand).callsFake(({ Range }: { Range?: string }) => ({
      Body: body(),
      ETag: '"e1"',
      ...(Range === undefined ? { ContentLength: 3 } : { ContentLength: 1, ContentRange: 'bytes 2-2/3' }),
    }));
    const bucket = await open();
    expect(await bucket.getObject('k', 'e1', 0, signal)).toMatchObject({ etag: 'e1', totalSize: 3 });
    expect(await bucket.getObject('k', 'e1', 2, signal)).toMatchObject({ etag: 'e1', totalSize: 3 });
    const [first, second] = s3.commandCalls(GetObjectCommand).map(({ args }) => args[0].input);
    expect(first).toMatchObject({ IfMatch: '"e1"', Key: 'k' });
    expect(first).not.toHaveProperty('Range');
    expect(second).toMatchObject({ IfMatch: '"e1"', Range: 'bytes=2-' });
  });

  test('that is resumed at another byte than asked is refused', async () => {
    s3.on(GetObjectCommand).callsFake(() => ({ Body: body(), ETag: '"e1"', ContentLength: 3 }));
    await expect((await open()).getObject('k', 'e1', 2, signal)).rejects.toMatchObject({ verdict: 'retry' });
  });
});

test('an endpoint that is no URL is refused before anything is sent', async () => {
  await expect(open({ endpointUrl: 'localhost:9000' })).rejects.toMatchObject({ code: 'usage' });
});
