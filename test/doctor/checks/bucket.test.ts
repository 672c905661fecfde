import { afterAll, beforeAll, expect, test } from 'vitest';
import { bucket } from '../../../src/doctor/checks/bucket.ts';
import { queue } from '../../../src/doctor/checks/queue.ts';
import { ENVIRONMENT_ONLY, type S3Authority } from '../../../src/jobs/authority.ts';
import { found, subjectOf } from '../../support/doctor.ts';
import { createTestBucket, startFakeS3, type S3Server } from '../../support/s3/s3-bucket.ts';
import { createTestQueue } from '../../support/s3/test-queue.ts';

let server: S3Server;
beforeAll(async () => {
  process.env['AWS_ACCESS_KEY_ID'] = 'test';
  process.env['AWS_SECRET_ACCESS_KEY'] = 'test-secret';
  server = await startFakeS3();
});
afterAll(() => server.close());

const withS3 = (address: string, s3: S3Authority = {}) =>
  subjectOf({
    places: [{ kind: 's3', address }],
    authority: { ...ENVIRONMENT_ONLY, s3: { endpointUrl: server.url, region: 'us-east-1', ...s3 } },
  });

test('a bucket is listed, and an object of it is read', async () => {
  await using opened = new AsyncDisposableStack();
  const made = await createTestBucket(server);
  opened.defer(() => made.close());
  await made.put('data/a.csv', 'a');
  expect(await found(bucket, withS3(`s3://${made.name}/data`))).toMatchObject([
    { level: 'ok', message: expect.stringContaining('can be listed') },
    { level: 'ok', message: expect.stringContaining('can be read') },
  ]);
  expect(await found(bucket, withS3(`s3://${made.name}/none`))).toMatchObject([{ level: 'warning' }]);
});

test('a bucket that is not there, and a server that is not, are failures', async () => {
  expect(await found(bucket, withS3('s3://no-such-bucket-at-all'))).toMatchObject([
    { level: 'failed', code: 'source_missing' },
  ]);
  expect(await found(bucket, withS3('s3://any', { endpointUrl: 'http://127.0.0.1:9' }))).toMatchObject([
    { level: 'failed', code: 'source_unreachable' },
  ]);
});

test('a queue answers, and no message is touched', async () => {
  await using made = await createTestQueue(server.url);
  await made.send('one', 'two');
  const subject = withS3('s3://any', { sqsQueue: made.url });
  expect(queue.concerns?.(subject)).toBe(true);
  expect(await found(queue, subject)).toMatchObject([{ level: 'ok' }]);
  expect(await made.size()).toBe(2);
});

test('a queue that is not there is a failure', async () => {
  const subject = withS3('s3://any', { sqsQueue: `${server.url}/000000000000/none` });
  expect(await found(queue, subject)).toMatchObject([{ level: 'failed' }]);
});
