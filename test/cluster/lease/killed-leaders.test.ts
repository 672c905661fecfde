import { test } from 'vitest';
import { leaderTrial } from '../../support/cluster/leader-trial.ts';
import { HAS_REDIS, tellWithoutRedis } from '../../support/redis.ts';

tellWithoutRedis();

/** Milliseconds. */
const TTL = 3000;
/** How many seeds the last test tries; by hand more. */
const SEEDS = Number(process.env['STAGESYNC_LEADER_SEEDS'] ?? 1);
const FIRST_SEED = Number(process.env['STAGESYNC_LEADER_FIRST_SEED'] ?? 1);
const MINUTES = 20 * 60_000;

test.runIf(HAS_REDIS)(
  'leaders that are killed again and again, under load: in step at the end, no schedule twice, nothing of others touched',
  () => leaderTrial({ seed: 7, machines: ['a', 'b'], blows: 6, ttlMs: TTL, kinds: ['kill_leader'] }),
  MINUTES,
);

test.runIf(HAS_REDIS).each(Array.from({ length: SEEDS }, (_, at) => FIRST_SEED + at))(
  'three daemons, of which leaders are killed, stand still and end, and a Redis that dies and forgets: seed %i',
  (seed) =>
    leaderTrial({
      seed,
      machines: ['a', 'b', 'c'],
      blows: 6,
      ttlMs: TTL,
      kinds: [
        'kill_leader',
        'stop_leader',
        'stop_leader',
        'end_leader',
        'kill_standby',
        'kill_redis',
        'flush_redis',
      ],
    }),
  MINUTES,
);
