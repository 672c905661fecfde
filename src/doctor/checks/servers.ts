import type { ServerNeeds } from '../../cluster/redis/server-info.ts';
import { LEASE_VARIABLE } from '../../jobs/environment.ts';
import { budgetSetting } from '../../jobs/open-gate.ts';
import { failure, ok, warning, type Check, type Finding, type Subject } from '../check.ts';

/** A Redis that somebody named. */
interface NamedServer extends ServerNeeds {
  /** What it is for. */
  readonly use: 'budget' | 'queue' | 'lease';
  /** May have a password. */
  readonly url: string;
  /** The flag, variable or key that names it, for messages. */
  readonly from: string;
  readonly isPublic: boolean;
  /** The variable that may have a password, for messages. */
  readonly variable: string;
}

/** What other parameters an address may have. */
const PARAMETERS = { budget: ['rate', 'name'], queue: [], lease: [] } as const;

/** The servers by which several processes share a pace, a queue or a lease: each answers, and is fit for it. Nothing is written. */
export const servers: Check = {
  name: 'Redis',
  concerns: (subject) => serversOf(subject).length > 0,
  async examine(subject) {
    const found = await Promise.all(serversOf(subject).map((server) => examineServer(server, subject)));
    return found.flat();
  },
};

function serversOf({ around, lease }: Subject): readonly NamedServer[] {
  const budget = budgetSetting(around);
  const { queue, environment } = around;
  const ofLease = lease ?? environment.leaseUrl;
  return [
    ...(budget === undefined
      ? []
      : // a key of a budget that is dropped is told anew by those who use it
        [{ ...budget, use: 'budget', keepsKeys: false, variable: 'STAGESYNC_BUDGET_URL' } as const]),
    ...(queue === undefined
      ? []
      : [{ ...queue, use: 'queue', keepsKeys: true, variable: 'STAGESYNC_QUEUE_URL' } as const]),
    ...(ofLease === undefined
      ? []
      : [
          {
            url: ofLease,
            from: lease === undefined ? LEASE_VARIABLE : '--lease',
            isPublic: lease !== undefined,
            use: 'lease',
            keepsKeys: true,
            variable: LEASE_VARIABLE,
          } as const,
        ]),
  ];
}

async function examineServer(server: NamedServer, { around }: Subject): Promise<readonly Finding[]> {
  const { use, url, from, isPublic, variable, keepsKeys } = server;
  try {
    const [{ parseRedisUrl }, { openRedis }, { readServerInfo }] = await Promise.all([
      import('../../cluster/redis/redis-url.ts'),
      import('../../cluster/redis/open-redis.ts'),
      import('../../cluster/redis/server-info.ts'),
    ]);
    const form = { from, variable, mayHavePassword: !isPublic, parameters: PARAMETERS[use] };
    await using redis = await openRedis(parseRedisUrl(url, form), {
      from,
      folder: around.folder,
      keepsKeys,
      clientName: 'stagesync-doctor',
    });
    const info = readServerInfo(await redis.client.info());
    return [
      ok(`${redis.shown} is fit for the ${use} (${from}): ${factsOf(info)}`),
      ...(redis.warning === undefined
        ? []
        : [warning(redis.warning, 'set appendonly yes in the configuration of that server')]),
    ];
  } catch (error) {
    return [failure(error)];
  }
}

function factsOf(info: ReadonlyMap<string, string>): string {
  const policy = info.get('maxmemory_policy');
  return [
    `version ${info.get('redis_version') ?? 'unknown'}`,
    ...(policy === undefined ? [] : [`maxmemory-policy ${policy}`]),
    `append-only file ${info.get('aof_enabled') === '1' ? 'on' : 'off'}`,
  ].join(', ');
}
