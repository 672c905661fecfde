import { CopyObjectCommand } from '@aws-sdk/client-s3';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { pushNotifications } from '../../support/s3/pushed-notifications.ts';
import { onRealS3, startFakeS3 } from '../../support/s3/s3-bucket.ts';
import type { S3Server } from '../../support/s3/s3-bucket.ts';
import { watchedBucket } from '../../support/s3/watched-bucket.ts';

onRealS3('notifications that a server sends', (server) => {
  let queues: S3Server;
  beforeAll(async () => {
    queues = await startFakeS3();
  });
  afterAll(() => queues.close());

  test('what a server tells of its objects brings Stage in step, whatever their names', async () => {
    await using it = await watchedBucket(queues, server);
    const { bucket, prefix } = it.pair;
    await using told = await pushNotifications(server, bucket.client, bucket.name, it.queue);
    await it.pair.put('before.csv', '0');
    await using daemon = await it.start();
    await it.converges({ 'before.csv': '0' });

    const names = ['red flower+100%.csv', 'a%2Fb.csv', 'new/deep/é/日本.csv', 'x&y=z?.csv'];
    for (const name of names) await it.pair.put(name, name);
    const all: Record<string, string> = {
      'before.csv': '0',
      ...Object.fromEntries(names.map((name) => [name, name])),
    };
    await it.converges(all);

    await bucket.client.send(
      new CopyObjectCommand({
        Bucket: bucket.name,
        Key: `${prefix}copied to/before.csv`,
        CopySource: `${bucket.name}/${prefix}before.csv`,
      }),
    );
    await it.pair.remove('new/deep/é/日本.csv');
    const { 'new/deep/é/日本.csv': _, ...left } = all;
    await it.converges({ ...left, 'copied to/before.csv': '0' });
    const stage = await it.pair.stage.snapshot();
    expect(Object.keys(stage).filter((path) => path.startsWith('new/'))).toEqual([]);

    expect(told.pushed.length).toBeGreaterThanOrEqual(names.length + 2);
    await daemon.atRest();
    expect((await daemon.status())['lastFullPass']).toMatchObject({ reason: 'start' });
    expect(daemon.text()).not.toContain('cannot be understood');
  });
});
