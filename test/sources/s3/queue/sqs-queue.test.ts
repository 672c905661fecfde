import {
  ChangeMessageVisibilityBatchCommand,
  DeleteMessageBatchCommand,
  ReceiveMessageCommand,
  SQSClient,
  SQSServiceException,
} from '@aws-sdk/client-sqs';
import { mockClient } from 'aws-sdk-client-mock';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { MessageQueue } from '../../../../src/sources/s3/queue/message-queue.ts';
import { openSqsQueue } from '../../../../src/sources/s3/queue/sqs-queue.ts';

const signal = new AbortController().signal;
const sqs = mockClient(SQSClient);
const queueUrl = 'https://sqs.eu-west-1.amazonaws.com/123456789012/changes';

let queue: MessageQueue;
beforeEach(async () => {
  process.env['AWS_ACCESS_KEY_ID'] = 'AKIAUNITTEST';
  process.env['AWS_SECRET_ACCESS_KEY'] = 'unit-test-secret';
  queue = await openSqsQueue({ queueUrl });
});
afterEach(() => {
  queue.close();
  sqs.reset();
});

const failure = (name: string, status: number): SQSServiceException =>
  new SQSServiceException({
    name,
    $fault: 'client',
    message: 'AKIAUNITTEST said unit-test-secret\nin two lines',
    $metadata: { httpStatusCode: status, requestId: 'REQ1' },
  });
const receive = (): ReturnType<MessageQueue['receive']> =>
  queue.receive({ waitSeconds: 20, hideSeconds: 300 }, signal);

test('receiving waits for up to ten messages, which are hidden', async () => {
  sqs.on(ReceiveMessageCommand).resolves({
    Messages: [{ MessageId: 'id', ReceiptHandle: 'handle', Body: 'body' }, { Body: 'no handle' }],
  });
  expect(await receive()).toEqual([{ id: 'id', handle: 'handle', body: 'body' }]);
  expect(sqs.commandCalls(ReceiveMessageCommand)[0]?.args[0].input).toEqual({
    QueueUrl: queueUrl,
    MaxNumberOfMessages: 10,
    WaitTimeSeconds: 20,
    VisibilityTimeout: 300,
  });
});

test('an empty queue gives no messages', async () => {
  sqs.on(ReceiveMessageCommand).resolves({});
  expect(await receive()).toEqual([]);
});

test('removing returns what SQS failed at, and not what it knows no more', async () => {
  sqs.on(DeleteMessageBatchCommand).resolves({
    Successful: [{ Id: '0' }],
    Failed: [
      { Id: '1', SenderFault: false, Code: 'InternalError' },
      { Id: '2', SenderFault: true, Code: 'ReceiptHandleIsInvalid' },
    ],
  });
  expect(await queue.remove(['a', 'b', 'c'], signal)).toEqual(['b']);
  expect(sqs.commandCalls(DeleteMessageBatchCommand)[0]?.args[0].input.Entries).toEqual([
    { Id: '0', ReceiptHandle: 'a' },
    { Id: '1', ReceiptHandle: 'b' },
    { Id: '2', ReceiptHandle: 'c' },
  ]);
});

test('hiding names every delivery and the time', async () => {
  sqs.on(ChangeMessageVisibilityBatchCommand).resolves({});
  await queue.hide(['a', 'b'], 300, signal);
  expect(sqs.commandCalls(ChangeMessageVisibilityBatchCommand)[0]?.args[0].input.Entries).toEqual([
    { Id: '0', ReceiptHandle: 'a', VisibilityTimeout: 300 },
    { Id: '1', ReceiptHandle: 'b', VisibilityTimeout: 300 },
  ]);
});

test.each([
  ['https://sqs.eu-west-1.amazonaws.com/123456789012/changes', 'us-east-2', 'eu-west-1'],
  ['http://127.0.0.1:9324/000000000000/changes', 'us-east-2', 'us-east-2'],
])(
  '%s is asked in the region that it names, else in the one that is given',
  async (url, region, expected) => {
    sqs.on(ReceiveMessageCommand).resolves({});
    const other = await openSqsQueue({ queueUrl: url, region });
    await other.receive({ waitSeconds: 0, hideSeconds: 1 }, signal);
    const client = sqs.commandCalls(ReceiveMessageCommand)[0]!.thisValue as SQSClient;
    expect(await client.config.region()).toBe(expected);
    other.close();
  },
);

test('a URL that is none is refused before anything is asked', async () => {
  await expect(openSqsQueue({ queueUrl: 'changes' })).rejects.toMatchObject({ code: 'usage' });
});

describe('a request that fails', () => {
  test.each([
    ['AccessDenied', 403, 'source_denied', 'end_run', /sqs:ReceiveMessage/],
    ['AccessDeniedException', 400, 'source_denied', 'end_run', /sqs:ReceiveMessage/],
    ['KmsAccessDenied', 400, 'source_denied', 'end_run', /kms:Decrypt/],
    ['QueueDoesNotExist', 400, 'source_missing', 'end_run', /there is no such queue/],
    ['AWS.SimpleQueueService.NonExistentQueue', 400, 'source_missing', 'end_run', /there is no such queue/],
    ['UnrecognizedClientException', 403, 'source_unauthorised', 'end_run', /credentials are not accepted/],
    ['ExpiredToken', 403, 'source_unauthorised', 'end_run', /expired/],
    ['RequestThrottled', 400, 'source_throttled', 'retry', /fewer requests/],
    ['OverLimit', 403, 'source_throttled', 'retry', /another reader/],
    ['InternalFailure', 500, 'source_unreachable', 'retry', /tried again/],
    ['Anything', 400, 'source_failed', 'end_run', /not one that SQS gives/],
  ])('with %s is %3$s', async (name, status, code, verdict, text) => {
    sqs.on(ReceiveMessageCommand).rejects(failure(name, status));
    const error: unknown = await receive().catch((caught: unknown) => caught);
    expect(error).toMatchObject({ code, verdict, message: expect.stringMatching(text) });
    expect((error as Error).message).toMatch(/^cannot receive messages from the queue changes: [^\n]+$/);
    if (code !== 'source_denied')
      expect(JSON.stringify(error) + String(error)).not.toContain('unit-test-secret');
    expect((error as Error).cause).toBeUndefined();
  });

  test.each([
    ['ECONNREFUSED', 'retry', /connection failed/],
    ['ENOTFOUND', 'end_run', /host name cannot be resolved/],
    ['CERT_HAS_EXPIRED', 'end_run', /TLS certificate/],
  ])('with %s of the network is %s', async (network, verdict, text) => {
    sqs.on(ReceiveMessageCommand).rejects(Object.assign(new Error('x'), { code: network }));
    await expect(receive()).rejects.toMatchObject({
      code: 'source_unreachable',
      verdict,
      message: expect.stringMatching(text),
    });
  });

  test('names the right that it needs', async () => {
    sqs.on(DeleteMessageBatchCommand).rejects(failure('AccessDenied', 403));
    sqs.on(ChangeMessageVisibilityBatchCommand).rejects(failure('AccessDenied', 403));
    await expect(queue.remove(['a'], signal)).rejects.toThrow('sqs:DeleteMessage');
    await expect(queue.hide(['a'], 0, signal)).rejects.toThrow('sqs:ChangeMessageVisibility');
  });

  test('because it was given up rejects with the reason', async () => {
    const stop = new AbortController();
    sqs.on(ReceiveMessageCommand).callsFake(() => {
      stop.abort(new Error('stopped'));
      throw new Error('aborted');
    });
    const wait = { waitSeconds: 20, hideSeconds: 1 };
    await expect(queue.receive(wait, stop.signal)).rejects.toThrow('stopped');
    await expect(queue.receive(wait, stop.signal)).rejects.toThrow('stopped');
    expect(sqs.commandCalls(ReceiveMessageCommand)).toHaveLength(1);
  });
});
