import type { Redis } from 'ioredis';
import { loadIoredis } from '../../redis/load-ioredis.ts';
import { connectionOptions, openRedis } from '../../redis/open-redis.ts';
import type { RedisUrl } from '../../redis/redis-url.ts';
import { BullBatchQueue } from './bull-batch-queue.ts';
import { loadBullmq } from './load-bullmq.ts';
import type { SyncNote } from './sync-list.ts';

export interface OpenQueueOptions {
  readonly url: RedisUrl;
  /** The flag, variable or key that has the address, for messages. */
  readonly from: string;
  /** Where a relative `password-file` begins. */
  readonly folder: string;
  readonly clientName: string;
}

/** A Redis that is fit for a queue, and what is needed to open one on it. */
export interface QueueServer {
  readonly bullmq: typeof import('bullmq');
  /** Every command on it fails at once while Redis is away. */
  readonly client: Redis;
  /** Opens another connection, whose commands wait meanwhile. */
  readonly connect: () => Redis;
  /** The address without a password, for people. */
  readonly shown: string;
  readonly from: string;
  /** What a person should know of the server. */
  readonly warning: string | undefined;
  close(): Promise<void>;
}

/** Opens a connection, and checks the server. Rejects as openRedis does, and with `config` where bullmq is not installed. */
export async function openQueueServer(options: OpenQueueOptions): Promise<QueueServer> {
  const { url, from, clientName } = options;
  const [bullmq, Client] = await Promise.all([loadBullmq(from), loadIoredis(from)]);
  const redis = await openRedis(url, { ...options, keepsKeys: true });
  const connect = (): Redis => {
    const another = new Client({
      ...connectionOptions(url, options),
      connectionName: clientName,
      maxRetriesPerRequest: null,
    });
    // it comes back by itself; without a listener each attempt would be printed
    another.on('error', () => undefined);
    return another;
  };
  const { client, shown, warning } = redis;
  return { bullmq, client, connect, shown, from, warning, close: () => redis.close() };
}

/** The queue of a pair. */
export interface PairQueue {
  readonly deployment: string;
  readonly pair: string;
  /** The folder that most names lie in. */
  readonly root: string;
  /** What whoever looks at the queue is told of the sync. */
  readonly told?: Omit<SyncNote, 'pair'> | undefined;
}

/** Closing the queue closes the server's connections. */
export const openBatchQueue = (server: QueueServer, pair: PairQueue): BullBatchQueue =>
  new BullBatchQueue({ ...server, ...pair });
