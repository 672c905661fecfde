import { GetObjectCommand, ListObjectsV2Command, S3Client } from '@aws-sdk/client-s3';
import type { GetObjectCommandOutput } from '@aws-sdk/client-s3';
import * as fc from 'fast-check';
import { Readable } from 'node:stream';
import { afterAll, expect, test } from 'vitest';
import type { ByteStream } from '../../../../src/sources/s3/bucket.ts';
import { readAnswers } from '../../../../src/sources/s3/requests/read-answers.ts';
import { SdkResponse } from '../../../../src/sources/s3/requests/sdk-http-handler.ts';

let status = 200;
let headers: Record<string, string> = {};
let sent = '';

function client(): S3Client {
  return new S3Client({
    region: 'us-east-1',
    credentials: { accessKeyId: 'a', secretAccessKey: 'b' },
    maxAttempts: 1,
    responseChecksumValidation: 'WHEN_REQUIRED',
    requestHandler: {
      handle: () => {
        const body = Readable.from([Buffer.from(sent)]) as ByteStream;
        return Promise.resolve({ response: new SdkResponse({ status, headers, body }) as never });
      },
    },
  });
}
const bySdk = client();
const byUs = client();
readAnswers(byUs);
afterAll(() => {
  bySdk.destroy();
  byUs.destroy();
});

const get = (sender: S3Client): Promise<GetObjectCommandOutput> =>
  sender.send(new GetObjectCommand({ Bucket: 'bucket', Key: 'key' }));

/** What a read goes by, and the bytes. */
async function essence(output: GetObjectCommandOutput): Promise<object> {
  const { Body, $metadata: _, ContentType: _type, AcceptRanges: _ranges, Metadata: _own, ...rest } = output;
  const bytes = Buffer.concat(await Array.fromAsync(Body as unknown as AsyncIterable<Buffer>));
  return { ...Object.fromEntries(Object.entries(rest).filter(([, value]) => value !== undefined)), bytes };
}

const base64 = fc
  .uint8Array({ minLength: 4, maxLength: 64 })
  .map((sum) => Buffer.from(sum).toString('base64'));
const NAMES = ['crc32', 'crc32c', 'crc64nvme', 'sha1', 'sha256', 'sha512'];

test('an object is what the SDK makes of the same answer', async () => {
  const answer = fc.record(
    {
      etag: fc.constantFrom('"abc"', '"0123456789abcdef0123456789abcdef-2"', 'bare'),
      'content-length': fc.nat().map(String),
      'content-range': fc.constant('bytes 3-9/10'),
      'last-modified': fc
        .date({ min: new Date('2006-01-01'), max: new Date('2100-01-01'), noInvalidDate: true })
        .map((date) => date.toUTCString()),
      'x-amz-checksum-type': fc.constantFrom('FULL_OBJECT', 'COMPOSITE'),
      'x-amz-server-side-encryption': fc.constantFrom('AES256', 'aws:kms', 'aws:kms:dsse'),
      'x-amz-server-side-encryption-customer-algorithm': fc.constant('AES256'),
      'content-type': fc.constant('text/plain'),
      'accept-ranges': fc.constant('bytes'),
      'x-amz-meta-own': fc.string({ unit: 'grapheme-ascii' }),
      ...Object.fromEntries(NAMES.map((name) => [`x-amz-checksum-${name}`, base64])),
    },
    { requiredKeys: [] },
  );
  await fc.assert(
    fc.asyncProperty(answer, fc.string(), fc.constantFrom(200, 206), async (fields, text, code) => {
      headers = fields;
      sent = text;
      status = code;
      expect(await essence(await get(byUs))).toEqual(await essence(await get(bySdk)));
    }),
    { numRuns: 200 },
  );
});

test('an error is the one that the SDK makes of the same answer', async () => {
  status = 404;
  headers = { 'x-amz-request-id': 'REQ1' };
  sent = '<Error><Code>NoSuchKey</Code><Message>gone</Message></Error>';
  const [ours, theirs] = await Promise.all(
    [byUs, bySdk].map((sender) => get(sender).catch((error: unknown) => error)),
  );
  expect(ours).toMatchObject({ name: 'NoSuchKey', $metadata: { httpStatusCode: 404, requestId: 'REQ1' } });
  expect(ours).toEqual(theirs);
});

test.each(['<html><body>Sign in</body></html>', '', 'no XML'])(
  'what is said of a listing that is none (%j) has nothing of the SDK’s insides in it',
  async (text) => {
    [status, headers, sent] = [200, {}, text];
    const failed = byUs.send(new ListObjectsV2Command({ Bucket: 'bucket' }));
    await expect(failed).rejects.toMatchObject({ code: 'source_listing_broken' });
    await expect(failed).rejects.not.toThrow(/Deserialization|\$response/);
  },
);
