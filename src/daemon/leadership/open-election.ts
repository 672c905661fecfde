import { hostname } from 'node:os';
import type { LeaseElection } from '../../cluster/lease/election.ts';
import { LEASE_MS } from '../../cluster/lease/lease-times.ts';
import { LEASE_VARIABLE } from '../../jobs/environment.ts';
import type { Clock } from '../../model/ports.ts';

/** Which lease decides who leads, and where it is kept. */
export interface LeaseAddress {
  /** `redis://HOST:6379/0`. Secret where it comes from the environment: it may hold a password. */
  readonly url: string;
  /** The flag or the variable that it comes from, for messages. */
  readonly from: string;
  /** Processes that give the same name there are candidates for one leadership. */
  readonly name: string;
  /** How long the lease lasts without being renewed, in milliseconds; absent: 9 seconds. */
  readonly ttlMs?: number | undefined;
}

export interface OpenElectionOptions {
  /** Where a relative `password-file` begins. */
  readonly folder: string;
  readonly pid: number;
  /** For who looks at the others: 'stagesync up'. */
  readonly command: string;
  readonly clock: Clock;
}

/**
 * Opens the election of a lease in Redis; nobody campaigns yet. Loads the client of Redis. Rejects as `openRedis` does, so that a
 * wrong address is told at the start.
 */
export async function openElection(
  { url, from, name, ttlMs = LEASE_MS }: LeaseAddress,
  { folder, pid, command, clock }: OpenElectionOptions,
): Promise<{ readonly election: LeaseElection; readonly warning: string | undefined }> {
  const [{ parseRedisUrl }, { openRedis }, { RedisLeaseStore }, { LeaseElection: Election }] =
    await Promise.all([
      import('../../cluster/redis/redis-url.ts'),
      import('../../cluster/redis/open-redis.ts'),
      import('../../cluster/lease/redis-lease-store.ts'),
      import('../../cluster/lease/election.ts'),
    ]);
  const parsed = parseRedisUrl(url, {
    from,
    variable: LEASE_VARIABLE,
    mayHavePassword: from === LEASE_VARIABLE,
  });
  const redis = await openRedis(parsed, { from, folder, keepsKeys: true, clientName: 'stagesync-lease' });
  const store = new RedisLeaseStore(redis, { name, from });
  const self = { host: hostname(), pid, command };
  return { election: new Election({ store, name, self, clock, ttlMs }), warning: redis.warning };
}
