import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { digests } from '../../support/s3/bucket-and-stage.ts';
import { startFakeS3 } from '../../support/s3/s3-bucket.ts';
import type { S3Server } from '../../support/s3/s3-bucket.ts';
import { TEST_EVENT, bridgeEvent, s3Event, throughSns } from '../../support/s3/s3-events.ts';
import { PATIENCE, watchedBucket } from '../../support/s3/watched-bucket.ts';

let server: S3Server;
beforeAll(async () => {
  server = await startFakeS3();
});
afterAll(() => server.close());

test('what is put and removed in a bucket reaches Stage, by notifications in every envelope, without a full pass', async () => {
  await using it = await watchedBucket(server);
  await it.pair.put('there/before.csv', '0');
  await using daemon = await it.start();
  await daemon.becomes({ state: 'idle', mode: 'sqs', watches: 1 });
  await it.converges({ 'there/before.csv': '0' });
  const lists = it.pair.bucket.proxy.requests.filter(({ isList }) => isList).length;

  await it.queue.send(TEST_EVENT);
  await it.put('a b+c/100%.csv', '1');
  await it.put('there/é.csv', '2', bridgeEvent);
  await it.put('x/y/z.csv', '3', (bucket, key) => throughSns(s3Event(bucket, key)));
  const all = { 'there/before.csv': '0', 'a b+c/100%.csv': '1', 'there/é.csv': '2', 'x/y/z.csv': '3' };
  await it.converges(all);

  await it.remove('x/y/z.csv');
  const { 'x/y/z.csv': _, ...left } = all;
  await it.converges(left);
  expect(Object.keys(await it.pair.stage.snapshot()).filter((path) => path.startsWith('x'))).toEqual([]);

  await daemon.atRest();
  expect((await daemon.status())['lastFullPass']).toMatchObject({ reason: 'start' });
  // the folders with changes, their parents where they are gone; never the whole bucket
  expect(it.pair.bucket.proxy.requests.filter(({ isList }) => isList).length).toBeLessThan(lists + 20);
  expect(await daemon.stop()).toBe(0);
});

test('a message stays in the queue until its object is on Stage', async () => {
  await using it = await watchedBucket(server);
  await it.pair.put('first', '0');
  await using daemon = await it.start();
  await it.converges({ first: '0' });
  it.pair.fault = ({ isRead }) => (isRead ? { reply: { status: 403, code: 'AccessDenied' } } : undefined);
  await it.put('late.csv', '1');
  await vi.waitFor(() => expect(it.pair.reads()).toContain('late.csv'), PATIENCE);
  await daemon.becomes({ state: 'idle', waiting: 1 });
  expect(await it.queue.size()).toBe(1);
  it.pair.fault = () => undefined;
  await it.converges({ first: '0', 'late.csv': '1' });
});

test('what changed while nobody watched is there after the start, and its messages go', async () => {
  await using it = await watchedBucket(server);
  await it.put('one', '1');
  {
    await using daemon = await it.start();
    await it.converges({ one: '1' });
    await daemon.stop('SIGKILL');
  }
  // fauxqs still answers the request of the killed process, and hides this message for it
  await it.queue.send(TEST_EVENT);
  await it.put('two', '2');
  await it.remove('one');
  await using _ = await it.start();
  await it.converges({ two: '2' }, 1);
});

test('a message that cannot be understood has everything compared, is told of, and stays', async () => {
  await using it = await watchedBucket(server);
  await it.pair.put('one', '1');
  await using daemon = await it.start();
  await it.converges({ one: '1' });
  await it.pair.put('untold', '2');
  await it.queue.send('{"hello":"world"}');
  await vi.waitFor(
    async () => expect(await it.pair.files()).toEqual(digests({ one: '1', untold: '2' })),
    PATIENCE,
  );
  expect(daemon.text()).toContain('cannot be understood');
  expect(await it.queue.size()).toBe(1);
});

test('without its queue the bucket is looked at now and then, and the log says why', async () => {
  await using it = await watchedBucket(server);
  await it.pair.put('one', '1');
  await using daemon = await it.start(['--sqs-queue', `${it.queue.url}-mistyped`]);
  await daemon.becomes({ state: 'idle', mode: 'polling' });
  expect(await it.pair.files()).toEqual(digests({ one: '1' }));
  expect(daemon.text()).toMatch(/there is no such queue; check the URL/);
  expect(daemon.text()).not.toContain(server.secretKey);
});

test('with --poll the bucket is listed so often, and no queue is needed', async () => {
  await using it = await watchedBucket(server);
  await it.pair.put('one', '1');
  await using daemon = await it.start(['--poll', '300ms']);
  await it.converges({ one: '1' });
  await it.pair.put('two', '2');
  await it.pair.remove('one');
  await it.converges({ two: '2' });
  expect(await daemon.status()).toMatchObject({ mode: 'polling' });
});
