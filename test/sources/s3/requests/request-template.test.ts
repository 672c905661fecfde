import { S3Client } from '@aws-sdk/client-s3';
import type { S3ClientConfig } from '@aws-sdk/client-s3';
import * as sdk from '@aws-sdk/client-s3';
import * as crcClasses from '@aws-sdk/checksums/crc';
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Connections } from '../../../../src/http/pool.ts';
import { HttpHandler } from '../../../../src/sources/s3/requests/sdk-http-handler.ts';
import type { HttpRequest } from '../../../../src/sources/s3/requests/sdk-http-handler.ts';
import { TEMPLATE_KEY, requestMaker } from '../../../../src/sources/s3/requests/request-template.ts';
import { sdkRequests } from '../../../../src/sources/s3/requests/sdk-requests.ts';
import type { SdkRequests } from '../../../../src/sources/s3/requests/sdk-requests.ts';
import { Agent } from 'undici';

interface Opened {
  readonly client: S3Client;
  readonly requests: SdkRequests;
}

function open(config: S3ClientConfig = {}, bucket = 'bucket', requestPayer = false): Opened {
  const client = new S3Client({
    region: 'eu-west-1',
    credentials: { accessKeyId: 'AKID', secretAccessKey: 'secret', sessionToken: 'session' },
    ...config,
    requestHandler: new HttpHandler(new Connections(new Agent())) as unknown as NonNullable<
      S3ClientConfig['requestHandler']
    >,
  });
  return { client, requests: sdkRequests(sdk, crcClasses, client, { bucket, requestPayer }) };
}

/** Where a request goes and what it says, without what is new in each: signature, time, and the SDK's count of attempts. */
function essence({ headers, ...request }: HttpRequest): object {
  const kept = Object.entries(headers).filter(
    ([name]) => !/^(authorization|x-amz-date|amz-sdk-.*|x-amz-user-agent)$/.test(name),
  );
  return { ...request, body: undefined, headers: Object.fromEntries(kept) };
}

const REACHES: [string, S3ClientConfig, string][] = [
  ['the host of the bucket', {}, 'bucket'],
  ['a bucket name with dots', {}, 'my.bucket.example'],
  ['the path', { forcePathStyle: true }, 'bucket'],
  ['an endpoint with a path', { endpoint: 'http://127.0.0.1:9000/s3', forcePathStyle: true }, 'bucket'],
  ['dual stack', { useDualstackEndpoint: true }, 'bucket'],
  ['acceleration', { useAccelerateEndpoint: true }, 'bucket'],
  ['FIPS', { useFipsEndpoint: true, region: 'us-gov-west-1' }, 'bucket'],
  ['an access point', { useArnRegion: true }, 'arn:aws:s3:eu-central-1:123456789012:accesspoint/reports'],
];

describe('a request made after a template', () => {
  const key = fc.oneof(
    fc.string({ unit: 'grapheme', minLength: 1 }),
    fc.string({ unit: 'binary', minLength: 1 }).filter((text) => text.isWellFormed()),
    fc.constantFrom(
      'a//b',
      '../a',
      './a',
      'a/',
      "!'()*",
      'a b+c',
      'a?b#c',
      '%41',
      '日本/é',
      'key',
      'a\u0001',
    ),
  );

  test.each(REACHES)('is the one that the SDK would send, for any key, by %s', async (_, config, bucket) => {
    const { client, requests } = open(config, bucket, true);
    const make = await requestMaker(client, await requests.getRequest(TEMPLATE_KEY), true);
    await fc.assert(
      fc.asyncProperty(key, async (text) => {
        const ours = await make!({ key: text, headers: { 'if-match': '""' } });
        const theirs = await requests.getRequest(text);
        expect(essence(ours)).toEqual(essence(theirs));
        expect(scopeOf(ours)).toBe(scopeOf(theirs));
      }),
      { numRuns: 60 },
    );
  });

  test.each(REACHES)('lists where the SDK would list, by %s', async (_, config, bucket) => {
    const { client, requests } = open(config, bucket);
    const request = await requests.listRequest();
    const make = await requestMaker(client, request, true);
    expect(essence(await make!({ query: { prefix: '' } }))).toEqual(
      essence({ ...request, query: { ...request.query, prefix: '' } }),
    );
    const { query } = await make!({ query: { prefix: 'a b/', 'max-keys': '1' } });
    expect(query).toEqual({ 'list-type': '2', 'encoding-type': 'url', prefix: 'a b/', 'max-keys': '1' });
  });

  test('is signed with the credentials of its time, and by the corrected clock', async () => {
    let keys = { accessKeyId: 'FIRST', secretAccessKey: 'one', expiration: new Date(0) };
    const { client, requests } = open({ credentials: () => Promise.resolve(keys) });
    const make = await requestMaker(client, await requests.getRequest(TEMPLATE_KEY), true);
    expect((await make!({ key: 'k' })).headers['authorization']).toContain('Credential=FIRST/');
    keys = { ...keys, accessKeyId: 'SECOND' };
    client.config.systemClockOffset = 86_400_000;
    const { headers } = await make!({ key: 'k' });
    expect(headers['authorization']).toContain('Credential=SECOND/');
    expect(headers).not.toHaveProperty('x-amz-security-token');
    const tomorrow = new Date(Date.now() + 86_400_000).toISOString().slice(0, 10).replaceAll('-', '');
    expect(headers['x-amz-date']?.slice(0, 8)).toBe(tomorrow);
  });

  test('rejects when no credentials can be had any more', async () => {
    let gone = false;
    const { client, requests } = open({
      credentials: () =>
        gone
          ? Promise.reject(new Error('signed out'))
          : Promise.resolve({ accessKeyId: 'A', secretAccessKey: 'b', expiration: new Date(0) }),
    });
    const make = await requestMaker(client, await requests.getRequest(TEMPLATE_KEY), true);
    gone = true;
    await expect(make!({ key: 'k' })).rejects.toThrow('signed out');
  });
});

describe('no template is made', () => {
  const signedBy = (authorization: string, more: object = {}): HttpRequest => ({
    method: 'GET',
    protocol: 'https:',
    hostname: 'host',
    path: `/${TEMPLATE_KEY}`,
    query: {},
    headers: { host: 'host', authorization, ...more },
  });
  const plain =
    'AWS4-HMAC-SHA256 Credential=AKID/20260101/eu-west-1/s3/aws4_request, SignedHeaders=host, Signature=0';

  test.each([
    ['of a session of S3 Express', signedBy(plain, { 'x-amz-s3session-token': 't' })],
    ['of S3 Express', signedBy(plain.replace('/s3/', '/s3express/'))],
    ['of S3 Object Lambda', signedBy(plain.replace('/s3/', '/s3-object-lambda/'))],
    ['for several regions', signedBy(plain.replace('HMAC', 'ECDSA-P256'))],
    ['without a signature', signedBy('')],
  ])('%s', async (_, request) => {
    expect(await requestMaker(open().client, request, true)).toBeUndefined();
  });

  test('of a signed request where none should be signed', async () => {
    expect(await requestMaker(open().client, signedBy(plain), false)).toBeUndefined();
    expect(await requestMaker(open().client, signedBy(plain), true)).toBeDefined();
  });

  test('when the SDK makes no request', async () => {
    const { requests } = open({ credentials: () => Promise.reject(new Error('none')) });
    await expect(requests.getRequest('k')).rejects.toThrow(/no request/);
  });
});

const scopeOf = ({ headers }: HttpRequest): string | undefined =>
  /Credential=([^,]*)/.exec(headers['authorization'] ?? '')?.[1];
