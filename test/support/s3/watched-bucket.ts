import { expect, vi } from 'vitest';
import { bucketAndStage, digests } from './bucket-and-stage.ts';
import type { BucketAndStage } from './bucket-and-stage.ts';
import type { CliSandbox } from '../cli/cli.ts';
import { startDaemon } from '../cli/daemon.ts';
import type { Daemon } from '../cli/daemon.ts';
import type { S3Server } from './s3-bucket.ts';
import { s3Event } from './s3-events.ts';
import { createTestQueue } from './test-queue.ts';
import type { TestQueue } from './test-queue.ts';

export const PATIENCE = { timeout: 60_000, interval: 50 };

/** A bucket, a queue for what happens to it, a Stage, and the daemon between them. */
export interface WatchedBucket extends AsyncDisposable {
  readonly pair: BucketAndStage;
  readonly queue: TestQueue;
  start(flags?: readonly string[]): Promise<Daemon>;
  /** Puts an object and tells of it. */
  put(path: string, body: string, tell?: typeof s3Event): Promise<void>;
  remove(path: string): Promise<void>;
  /** Resolves when Stage has exactly these files and the queue is empty but for so many messages. */
  converges(files: Readonly<Record<string, string>>, left?: number): Promise<void>;
}

/** The queue is on `queues`, which `startFakeS3` started; the bucket may be elsewhere. */
export async function watchedBucket(queues: S3Server, server = queues): Promise<WatchedBucket> {
  const pair = await bucketAndStage(server);
  const queue = await createTestQueue(queues.url);
  const { bucket, stage, prefix } = pair;
  const env = {
    AWS_ACCESS_KEY_ID: server.accessKey,
    AWS_SECRET_ACCESS_KEY: server.secretKey,
    AWS_EC2_METADATA_DISABLED: 'true',
  };
  const cli: CliSandbox = {
    ...stage.cli,
    run: (args, options) => stage.cli.run(args, { ...options, env }),
  };
  return {
    pair,
    queue,
    start: (flags = ['--sqs-queue', queue.url]) =>
      startDaemon(cli, [pair.source, stage.address, '--endpoint-url', bucket.url, '--delete', ...flags]),
    async put(path, body, tell = s3Event) {
      await pair.put(path, body);
      await queue.send(tell(bucket.name, prefix + path));
    },
    async remove(path) {
      await pair.remove(path);
      await queue.send(s3Event(bucket.name, prefix + path, { event: 'ObjectRemoved:Delete' }));
    },
    converges: (files, left = 0) =>
      vi.waitFor(async () => {
        expect(await pair.files()).toEqual(digests(files));
        expect(await queue.size()).toBe(left);
      }, PATIENCE),
    async [Symbol.asyncDispose]() {
      await queue[Symbol.asyncDispose]();
      await pair[Symbol.asyncDispose]();
    },
  };
}
