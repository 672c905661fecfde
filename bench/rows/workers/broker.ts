import { Redis } from 'ioredis';
import { setTimeout as wait } from 'node:timers/promises';
import { PREFIX, transfersQueue } from '../../../src/cluster/queue/bull/keys.ts';
import { HAS_REDIS, openRedisServer } from '../../../test/support/cluster/redis-server.ts';
import type { Outcome } from '../../bench.ts';
import { DEPLOYMENT } from '../../product.ts';

/** What a broker took for one run, from its start. */
export interface BrokerFacts {
  /** Processor time in microseconds. */
  readonly cpuUs: number;
  readonly peakBytes: number;
  readonly commands: number;
  /** Of all connections, both ways. */
  readonly wireBytes: number;
  /** Written to its append-only file. */
  readonly keptBytes: number;
  /** The most batches that waited for a worker, at any look. */
  readonly mostWaiting: number;
}

/** A redis-server of one run, with an append-only file as the documents advise. */
export interface Broker extends AsyncDisposable {
  readonly url: string;
  readonly pid: number;
  /** To be asked before it is closed. */
  facts(): Promise<BrokerFacts>;
}

/** The row of a machine without a redis-server. */
export const WITHOUT_REDIS: Outcome = {
  work: '',
  contestants: [],
  checks: [],
  notes: ['There is no redis-server here.'],
  leftOut: ['redis-server'],
};

export { HAS_REDIS };

const LOOK_MS = 20;
/** The list of the batches that wait. */
const WAITING = `${PREFIX}:${transfersQueue(DEPLOYMENT)}:wait`;

/** `countsWaiting`: looks at the queue 50 times a second, which costs the server some processor time. */
export async function openBroker({ countsWaiting = false } = {}): Promise<Broker> {
  const server = await openRedisServer({ settings: ['--appendonly', 'yes'] });
  const client = new Redis(server.url);
  const before = await infoOf(client);
  const over = new AbortController();
  let mostWaiting = 0;
  const look = async (): Promise<void> => {
    while (!over.signal.aborted) {
      mostWaiting = Math.max(mostWaiting, await client.llen(WAITING));
      await wait(LOOK_MS);
    }
  };
  const looking = countsWaiting ? look() : Promise.resolve();
  return {
    url: server.url,
    pid: server.pid,
    async facts() {
      const info = await infoOf(client);
      const since = (name: string): number => (info.get(name) ?? 0) - (before.get(name) ?? 0);
      return {
        cpuUs: 1e6 * (since('used_cpu_user') + since('used_cpu_sys')),
        peakBytes: info.get('used_memory_peak') ?? NaN,
        commands: since('total_commands_processed'),
        wireBytes: since('total_net_input_bytes') + since('total_net_output_bytes'),
        keptBytes: since('aof_current_size'),
        mostWaiting,
      };
    },
    async [Symbol.asyncDispose]() {
      over.abort();
      await looking;
      client.disconnect();
      await server.close();
    },
  };
}

/** The numbers that the server tells of itself. */
async function infoOf(client: Redis): Promise<ReadonlyMap<string, number>> {
  const lines = (await client.info('everything')).split('\r\n');
  return new Map(
    lines.map((line): [string, number] => {
      const [name = '', value] = line.split(':');
      return [name, Number(value)];
    }),
  );
}
