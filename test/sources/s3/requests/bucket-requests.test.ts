import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { S3Bucket } from '../../../../src/sources/s3/bucket.ts';
import { openBucket } from '../../../../src/sources/s3/requests/open-bucket.ts';
import { createTestBucket, startFakeS3 } from '../../../support/s3/s3-bucket.ts';
import type { S3Server, TestBucket } from '../../../support/s3/s3-bucket.ts';
import { withKeys } from '../../../support/s3/s3-keys.ts';
import type { Fault, ProxiedRequest } from '../../../support/s3/s3-proxy.ts';

const signal = new AbortController().signal;

describe('requests to a bucket', () => {
  let server: S3Server;
  let it: TestBucket;
  let bucket: S3Bucket;
  let fault: (request: ProxiedRequest) => Fault | undefined;

  beforeEach(async () => {
    fault = () => undefined;
    server = await startFakeS3();
    it = await createTestBucket(server, (request) => fault(request));
    bucket = await withKeys(server, () =>
      openBucket({ bucket: it.name, endpointUrl: it.url, region: 'us-east-1', concurrency: 4 }),
    );
    await it.put('f', 'some bytes');
  });
  afterEach(async () => {
    for (const name of ['AWS_SESSION_TOKEN', 'AWS_CREDENTIAL_EXPIRATION']) delete process.env[name];
    bucket.close();
    await it.close();
    await server.close();
  });

  const list = async (): Promise<string> => (await bucket.listPage({ prefix: '' }, signal)).objects[0]!.etag!;
  async function read(etag: string): Promise<string> {
    const { stream } = await bucket.getObject('f', etag, 0, signal);
    return Buffer.concat(await Array.fromAsync(stream)).toString();
  }
  /** The SDK counts its attempts in a header. */
  const attempts = (): (string | undefined)[] =>
    it.proxy.requests.map(({ headers }) => /^attempt=(\d+)/.exec(String(headers['amz-sdk-request']))?.[1]);

  test('are sent once each as long as all goes well', async () => {
    const etag = await list();
    for (let reads = 0; reads < 3; reads++) expect(await read(etag)).toBe('some bytes');
    expect(attempts()).toEqual(['1', '1', '1', '1']);
  });

  test('are repeated when they are throttled', async () => {
    const etag = await list();
    let reads = 0;
    fault = () => (++reads < 3 ? { reply: { status: 503, code: 'SlowDown' } } : undefined);
    expect(await read(etag)).toBe('some bytes');
    expect(await read(etag)).toBe('some bytes');
    expect(attempts()).toEqual(['1', '1', '2', '3', '1']);
  });

  test('are repeated for a listing that broke off, and not for one that the SDK alone can read', async () => {
    let lists = 0;
    fault = () => (++lists === 1 ? { breakAfter: 20 } : undefined);
    const etag = await list();
    fault = () => ({ rewrite: (xml) => xml.replace(/<Size>10</, '<Size>1e1<') });
    expect((await bucket.listPage({ prefix: '' }, signal)).objects[0]).toMatchObject({ size: 10, etag });
    expect(attempts()).toEqual(['1', '2', '1']);
  });

  test('carry credentials that were renewed, without a request that fails', async () => {
    const etag = await list();
    process.env['AWS_CREDENTIAL_EXPIRATION'] = new Date(0).toISOString();
    process.env['AWS_SESSION_TOKEN'] = 'session-1';
    bucket.close();
    bucket = await openBucket({
      bucket: it.name,
      endpointUrl: it.url,
      region: 'us-east-1',
      concurrency: 4,
    });
    await read(etag);
    process.env['AWS_ACCESS_KEY_ID'] = 'RENEWED';
    process.env['AWS_SESSION_TOKEN'] = 'session-2';
    await read(etag);
    const [, first, second] = it.proxy.requests;
    expect(first?.headers['x-amz-security-token']).toBe('session-1');
    expect(second?.headers['x-amz-security-token']).toBe('session-2');
    expect(second?.headers.authorization).toContain('Credential=RENEWED/');
    expect(attempts()).toEqual(['1', '1', '1']);
  });

  test('are repeated no more when most of them fail, and again as soon as enough have worked', async () => {
    const etag = await list();
    let drops = Infinity;
    fault = () => (drops-- > 0 ? { drop: true } : undefined);
    const failed = await Promise.allSettled(Array.from({ length: 40 }, () => read(etag)));
    expect(failed.every(({ status }) => status === 'rejected')).toBe(true);
    // Six attempts each would be 240.
    expect(it.proxy.requests.length).toBeLessThan(200);
    drops = 0;
    for (let reads = 0; reads < 20; reads++) await read(etag);
    drops = 1;
    expect(await read(etag)).toBe('some bytes');
  });

  test('are not sent where no credentials are found', async () => {
    for (const name of ['AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY']) delete process.env[name];
    const before = { ...process.env };
    Object.assign(process.env, {
      AWS_EC2_METADATA_DISABLED: 'true',
      AWS_CONFIG_FILE: '/dev/null',
      AWS_SHARED_CREDENTIALS_FILE: '/dev/null',
    });
    try {
      await expect(list()).rejects.toMatchObject({
        code: 'source_unauthorised',
        message: expect.stringMatching(/no usable AWS credentials/),
      });
      expect(it.proxy.requests).toHaveLength(0);
    } finally {
      process.env = before;
    }
  });
});
