import { PutBucketNotificationConfigurationCommand } from '@aws-sdk/client-s3';
import type { S3Client } from '@aws-sdk/client-s3';
import { CreateTopicCommand, DeleteTopicCommand, SNSClient } from '@aws-sdk/client-sns';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import type { S3Server } from './s3-bucket.ts';
import type { TestQueue } from './test-queue.ts';

/**
 * Lets Ceph's gateway tell a queue what happens to a bucket. It has no SQS: it pushes its events over HTTP, and this
 * stands in between and puts each one into the queue as it came.
 */
export async function pushNotifications(
  server: S3Server,
  client: S3Client,
  bucket: string,
  queue: TestQueue,
): Promise<AsyncDisposable & { readonly pushed: readonly string[] }> {
  const pushed: string[] = [];
  const bridge = createServer((request, response) => {
    void text(request)
      .then(async (body) => {
        pushed.push(body);
        await queue.send(body);
        response.end();
      })
      .catch(() => response.destroy());
  });
  bridge.listen(0, '127.0.0.1');
  await once(bridge, 'listening');
  const topics = new SNSClient({
    endpoint: server.url,
    region: 'us-east-1',
    credentials: { accessKeyId: server.accessKey, secretAccessKey: server.secretKey },
  });
  const endpoint = `http://127.0.0.1:${(bridge.address() as AddressInfo).port}/`;
  const { TopicArn } = await topics.send(
    new CreateTopicCommand({ Name: `topic-${bucket}`, Attributes: { 'push-endpoint': endpoint } }),
  );
  const Events = ['s3:ObjectCreated:*', 's3:ObjectRemoved:*'] as const;
  await client.send(
    new PutBucketNotificationConfigurationCommand({
      Bucket: bucket,
      NotificationConfiguration: { TopicConfigurations: [{ Id: 'all', TopicArn, Events: [...Events] }] },
    }),
  );
  return {
    pushed,
    async [Symbol.asyncDispose]() {
      await topics.send(new DeleteTopicCommand({ TopicArn })).catch(() => undefined);
      topics.destroy();
      bridge.closeAllConnections();
      bridge.close();
    },
  };
}
