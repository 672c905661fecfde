import type { SQSClient, SQSClientConfig } from '@aws-sdk/client-sqs';
import type { ProxySettings } from '../../../http/proxy.ts';
import { FALLBACK_REGION, SILENT } from '../requests/client.ts';
import { httpHandlers } from '../requests/sdk-http-handler.ts';
import type { ProgressLimits } from '../../../http/progress-watch.ts';
import { queueError } from './queue-errors.ts';
import type { QueueAttempt } from './queue-errors.ts';
import { parseQueueUrl } from './queue-url.ts';
import { BATCH } from './message-queue.ts';
import type { MessageQueue, QueueMessage } from './message-queue.ts';

export interface SqsQueueOptions {
  /** The URL as SQS shows it; requests go to the server that it names. */
  readonly queueUrl: string;
  /** For a queue whose URL does not tell its region. Default: from the AWS environment. */
  readonly region?: string | undefined;
  readonly profile?: string | undefined;
  /** Default: none. The environment is not looked at. */
  readonly proxy?: ProxySettings | undefined;
  /** As for a bucket. */
  readonly progress?: ProgressLimits | undefined;
}

/** The longest wait for a message is 20 s. */
const HEADERS_TIMEOUT_MS = 40_000;

/** One waits for messages while others remove and hide. */
const CONNECTIONS = 8;

/**
 * An SQS queue through the AWS SDK, which is loaded here and nowhere else. Nothing is requested yet. Rejects with a
 * SyncError `usage` for a text that is no URL, with `config` for a proxy that cannot be used.
 */
export async function openSqsQueue(options: SqsQueueOptions): Promise<MessageQueue> {
  const { url, endpoint, name, region = options.region } = parseQueueUrl(options.queueUrl);
  const sdk = await import('@aws-sdk/client-sqs');
  const config: SQSClientConfig = {
    endpoint,
    ...(options.profile === undefined ? {} : { profile: options.profile }),
    retryMode: 'standard',
    // The receiving loop tries again for ever, with longer pauses.
    maxAttempts: 3,
    logger: SILENT,
  };
  const createHandler = await httpHandlers({
    connections: CONNECTIONS,
    connectMs: 10_000,
    headersMs: HEADERS_TIMEOUT_MS,
    proxy: options.proxy,
    progress: options.progress,
  });
  const client = await clientIn(
    region,
    (where) =>
      new sdk.SQSClient({
        ...config,
        ...where,
        // As in client.ts: the types of its options are wider than those that we ever give.
        requestHandler: createHandler() as unknown as NonNullable<SQSClientConfig['requestHandler']>,
      }),
  );
  const attempt = async <Output>(
    operation: QueueAttempt['operation'],
    signal: AbortSignal,
    request: () => Promise<Output>,
  ): Promise<Output> => {
    signal.throwIfAborted();
    try {
      return await request();
    } catch (error) {
      signal.throwIfAborted();
      throw queueError(error, { operation, queue: name });
    }
  };

  return {
    name,

    receive: ({ waitSeconds, hideSeconds }, signal) =>
      attempt('receive', signal, async () => {
        const command = new sdk.ReceiveMessageCommand({
          QueueUrl: url,
          MaxNumberOfMessages: BATCH,
          WaitTimeSeconds: waitSeconds,
          VisibilityTimeout: hideSeconds,
        });
        const { Messages = [] } = await client.send(command, { abortSignal: signal });
        return Messages.flatMap(({ MessageId, ReceiptHandle, Body = '' }): QueueMessage[] =>
          MessageId === undefined || ReceiptHandle === undefined
            ? []
            : [{ id: MessageId, handle: ReceiptHandle, body: Body }],
        );
      }),

    remove: (handles, signal) =>
      attempt('remove', signal, async () => {
        const Entries = handles.map((ReceiptHandle, at) => ({ Id: String(at), ReceiptHandle }));
        const command = new sdk.DeleteMessageBatchCommand({ QueueUrl: url, Entries });
        const { Failed = [] } = await client.send(command, { abortSignal: signal });
        // A fault of the sender means a handle that is no longer known: the message comes again with another handle.
        return Failed.filter(({ SenderFault }) => SenderFault !== true).flatMap(
          ({ Id }) => handles[Number(Id)] ?? [],
        );
      }),

    hide: (handles, seconds, signal) =>
      attempt('hide', signal, async () => {
        const Entries = handles.map((ReceiptHandle, at) => ({
          Id: String(at),
          ReceiptHandle,
          VisibilityTimeout: seconds,
        }));
        const command = new sdk.ChangeMessageVisibilityBatchCommand({ QueueUrl: url, Entries });
        await client.send(command, { abortSignal: signal });
      }),

    close: () => client.destroy(),
  };
}

/** A client of that region, or of the environment's. */
async function clientIn(
  region: string | undefined,
  create: (where: { region?: string }) => SQSClient,
): Promise<SQSClient> {
  if (region !== undefined) return create({ region });
  const client = create({});
  try {
    await client.config.region();
    return client;
  } catch {
    client.destroy();
    return create({ region: FALLBACK_REGION });
  }
}
