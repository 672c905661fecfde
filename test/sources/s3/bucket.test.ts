import { afterAll, beforeAll, describe } from 'vitest';
import { openBucket } from '../../../src/sources/s3/requests/open-bucket.ts';
import { describeFailures } from '../../contract/s3-bucket-failures.ts';
import { describeBucket } from '../../contract/s3-bucket.ts';
import type { BucketFixture } from '../../contract/s3-bucket.ts';
import { createTestBucket, onRealS3, startFakeS3 } from '../../support/s3/s3-bucket.ts';
import type { S3Server } from '../../support/s3/s3-bucket.ts';
import { withKeys } from '../../support/s3/s3-keys.ts';

async function openFixture(server: S3Server): Promise<BucketFixture> {
  const fixture: Pick<BucketFixture, 'fault'> = { fault: () => undefined };
  const bucket = await createTestBucket(server, (request) => fixture.fault(request));
  const opened: { close(): void }[] = [];
  return Object.assign(fixture, {
    server: bucket,
    open: (options = {}) =>
      withKeys(server, async () => {
        const each = await openBucket({
          bucket: bucket.name,
          endpointUrl: bucket.url,
          region: 'us-east-1',
          concurrency: 4,
          ...options,
        });
        opened.push(each);
        return each;
      }),
    async close() {
      for (const each of opened) each.close();
      await bucket.close();
    },
  } satisfies Omit<BucketFixture, 'fault'>);
}

function suite(where: string, server: () => S3Server): void {
  describeBucket(`of ${where}`, () => openFixture(server()));
  describeFailures(`of ${where}`, () => openFixture(server()));
}

describe('over fauxqs', () => {
  let server: S3Server;
  beforeAll(async () => {
    server = await startFakeS3();
  });
  afterAll(async () => {
    await server.close();
  });
  suite('fauxqs', () => server);
});

onRealS3('what a bucket does', (server) => suite('a real S3 server', () => server));
