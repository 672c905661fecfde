import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { everything } from '../../../src/filter/filter.ts';
import { openS3Source } from '../../../src/sources/s3/s3-source.ts';
import { openSqsQueue } from '../../../src/sources/s3/queue/sqs-queue.ts';
import { BEHIND_PROXY, canMakeCertificates, startConnectProxy } from '../../support/network/connect-proxy.ts';
import { createTestBucket, startFakeS3 } from '../../support/s3/s3-bucket.ts';
import type { S3Server } from '../../support/s3/s3-bucket.ts';
import { withKeys } from '../../support/s3/s3-keys.ts';
import { createTestQueue } from '../../support/s3/test-queue.ts';

const signal = new AbortController().signal;
let server: S3Server;
beforeAll(async () => {
  server = await startFakeS3();
});
afterAll(async () => {
  await server.close();
});

test.skipIf(!canMakeCertificates())('a queue is read through the proxy that is set', async () => {
  await using made = await createTestQueue(server.url);
  await made.send('hello');
  await using proxy = await startConnectProxy(server.url);
  await withKeys(server, async () => {
    const queue = await openSqsQueue({
      queueUrl: `http://${BEHIND_PROXY}${new URL(made.url).pathname}`,
      region: 'us-east-1',
      proxy: { http: proxy.url },
    });
    const [message] = await queue.receive({ waitSeconds: 0, hideSeconds: 30 }, signal);
    expect(message?.body).toBe('hello');
    expect(await queue.remove([message!.handle], signal)).toEqual([]);
    queue.close();

    const wrong = await openSqsQueue({
      queueUrl: 'https://queue.test/1/q',
      region: 'us-east-1',
      proxy: { https: proxy.url },
    });
    await expect(wrong.receive({ waitSeconds: 0, hideSeconds: 30 }, signal)).rejects.toMatchObject({
      code: 'source_unreachable',
      verdict: 'retry',
      message: expect.stringMatching(/^cannot receive messages from the queue q: the proxy .*\(502\)/),
    });
    wrong.close();
  });
  expect(proxy.asked.slice(0, 2)).toEqual([`http://${BEHIND_PROXY}`, `http://${BEHIND_PROXY}`]);
  // as often as the SDK tries a request
  expect(proxy.asked.slice(2)).toEqual(['queue.test:443', 'queue.test:443', 'queue.test:443']);
});

test('a proxy that finds no way for a while is asked again', async () => {
  const bucket = await createTestBucket(server);
  await bucket.put('a', 'a');
  let asked = 0;
  const onward = new URL(bucket.url).port;
  const proxy = createServer();
  proxy.on('connect', (_request, socket) => {
    asked += 1;
    socket.end(`HTTP/1.1 502 Bad Gateway\r\n\r\n`);
  });
  await new Promise<void>((resolve) => void proxy.listen(0, '127.0.0.1', resolve));
  const source = await withKeys(server, () =>
    openS3Source({
      bucket: bucket.name,
      prefix: '',
      region: 'us-east-1',
      endpointUrl: `https://${BEHIND_PROXY}:${onward}`,
      concurrency: 2,
      maxAttempts: 2,
      proxy: { https: `127.0.0.1:${(proxy.address() as AddressInfo).port}` },
    }),
  );
  await expect(Array.fromAsync(source.list({ filter: everything, signal }))).rejects.toMatchObject({
    code: 'source_unreachable',
    verdict: 'retry',
    message: expect.stringMatching(/the proxy 127\.0\.0\.1:\d+ refuses the connection \(502\)/),
  });
  expect(asked).toBe(2);
  await source.close();
  proxy.close();
  await bucket.close();
});
