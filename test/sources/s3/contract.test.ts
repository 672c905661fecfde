import { afterAll, beforeAll, describe } from 'vitest';
import { openS3Source } from '../../../src/sources/s3/s3-source.ts';
import { describeSource } from '../../contract/describe-contract.ts';
import type { SourceFixture } from '../../../src/contract/contract.ts';
import { byteOrder, createTestBucket, onRealS3, startFakeS3 } from '../../support/s3/s3-bucket.ts';
import type { S3Server } from '../../support/s3/s3-bucket.ts';
import { withKeys } from '../../support/s3/s3-keys.ts';

async function openFixture(server: S3Server, prefix: string): Promise<SourceFixture> {
  const bucket = await createTestBucket(server, server.real ? undefined : byteOrder);
  // A neighbour that shares the prefix as a string, but is not in the folder.
  if (prefix !== '') await bucket.put(`${prefix.slice(0, -1)}-not.txt`, 'x');
  const source = await withKeys(server, () =>
    openS3Source({
      bucket: bucket.name,
      prefix,
      endpointUrl: bucket.url,
      region: 'us-east-1',
      concurrency: 4,
    }),
  );
  return {
    source,
    write: (path, bytes) => bucket.put(prefix + path, bytes),
    remove: (path) => bucket.remove(prefix + path),
    makeFolder: (folder) => bucket.put(prefix + folder, ''),
    async [Symbol.asyncDispose]() {
      await source.close();
      await bucket.close();
    },
  };
}

describe('over fauxqs', () => {
  let server: S3Server;
  beforeAll(async () => {
    server = await startFakeS3();
  });
  afterAll(async () => {
    await server.close();
  });
  describeSource('a prefix', () => openFixture(server, 'some/prefix/'));
  describeSource('a bucket', () => openFixture(server, ''));
});

onRealS3('the source contract', (server) => {
  describe('over a real S3 server', () => {
    describeSource('a prefix', () => openFixture(server, 'some/prefix/'));
    describeSource('a bucket', () => openFixture(server, ''));
  });
});
