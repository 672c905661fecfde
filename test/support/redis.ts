import { onTestFinished } from 'vitest';
import {
  HAS_REDIS,
  openRedisServer,
  type RedisServer,
  type RedisServerOptions,
} from './cluster/redis-server.ts';

export {
  HAS_REDIS,
  openRedisServer,
  type RedisServer,
  type RedisServerOptions,
} from './cluster/redis-server.ts';

/** For the head of a test file: says why its tests are left out. */
export function tellWithoutRedis(): void {
  if (!HAS_REDIS)
    process.stderr.write('no redis-server on this machine: the tests that need one are left out\n');
}

/** Starts a redis-server that ends with the test. */
export async function startRedis(options: RedisServerOptions = {}): Promise<RedisServer> {
  const server = await openRedisServer(options);
  onTestFinished(() => server.close());
  return server;
}
