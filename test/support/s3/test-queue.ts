import {
  CreateQueueCommand,
  DeleteQueueCommand,
  GetQueueAttributesCommand,
  SQSClient,
  SendMessageBatchCommand,
} from '@aws-sdk/client-sqs';
import { randomUUID } from 'node:crypto';

/** A queue of fauxqs, which is an SQS server too. */
export interface TestQueue extends AsyncDisposable {
  readonly url: string;
  send(...bodies: readonly string[]): Promise<void>;
  /** Messages in it, hidden ones too. */
  size(): Promise<number>;
}

/** Makes a queue on the server at `url`, which `startFakeS3` started. */
export async function createTestQueue(url: string): Promise<TestQueue> {
  const client = new SQSClient({
    endpoint: url,
    region: 'us-east-1',
    credentials: { accessKeyId: 'test', secretAccessKey: 'test-secret' },
  });
  const created = await client.send(new CreateQueueCommand({ QueueName: `changes-${randomUUID()}` }));
  // fauxqs puts a host before the path that is none where its own is an address.
  const QueueUrl = url + created.QueueUrl!.replace(/^https?:\/\/[^/]*/, '');
  return {
    url: QueueUrl,
    async send(...bodies) {
      for (let from = 0; from < bodies.length; from += 10) {
        const Entries = bodies
          .slice(from, from + 10)
          .map((MessageBody, index) => ({ Id: String(index), MessageBody }));
        await client.send(new SendMessageBatchCommand({ QueueUrl, Entries }));
      }
    },
    async size() {
      const { Attributes = {} } = await client.send(
        new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ['All'] }),
      );
      const { ApproximateNumberOfMessages: shown, ApproximateNumberOfMessagesNotVisible: hidden } =
        Attributes;
      return Number(shown) + Number(hidden);
    },
    async [Symbol.asyncDispose]() {
      await client.send(new DeleteQueueCommand({ QueueUrl })).catch(() => undefined);
      client.destroy();
    },
  };
}
