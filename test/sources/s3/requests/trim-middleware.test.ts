import { S3Client } from '@aws-sdk/client-s3';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { USELESS, trimMiddleware } from '../../../../src/sources/s3/requests/trim-middleware.ts';

let client: S3Client;
beforeEach(() => {
  client = new S3Client({ region: 'eu-west-1', credentials: { accessKeyId: 'a', secretAccessKey: 'b' } });
});
afterEach(() => client.destroy());

const names = (): string[] => client.middlewareStack.identify().map((each) => each.split(' ')[0]!);

test('what is left out is what the SDK has by these names', () => {
  expect(names()).toEqual(expect.arrayContaining([...USELESS]));
  trimMiddleware(client);
  expect(names().filter((name) => USELESS.includes(name))).toEqual([]);
  expect(names()).toEqual(expect.arrayContaining(['retryMiddleware', 'httpSigningMiddleware']));
});

test('there is one signer for a kind of signature and a region', async () => {
  trimMiddleware(client);
  const scheme = (signingRegion: string) => ({
    name: 'sigv4',
    signingName: 's3',
    signingRegion,
    properties: {},
  });
  const first = await client.config.signer(scheme('eu-west-1'));
  expect(await client.config.signer(scheme('eu-west-1'))).toBe(first);
  expect(await client.config.signer(scheme('eu-west-2'))).not.toBe(first);
});
