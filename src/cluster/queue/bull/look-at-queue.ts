import type { Redis } from 'ioredis';
import type { QueuedPair, QueueState } from '../../../model/cluster/queue-state.ts';
import { brokerError } from './broker-errors.ts';
import { partKey, resultsQueue, transfersQueue } from './keys.ts';
import { listSyncs } from './sync-list.ts';
import { listAllWorkers, listDeployments } from './worker-list.ts';

/** Where a queue is, and an open connection to it. */
export interface LookedAtQueue {
  readonly client: Redis;
  /** The address without a password, and what has it, for people. */
  readonly shown: string;
  readonly from: string;
}

interface BatchCounts {
  waiting: number;
  active: number;
}

/** Batches whose pair is asked for in one go: a server answers that at once. */
const AT_ONCE = 1000;

/** What a queue holds, and who works for it. Changes nothing of it. Rejects with `queue_unreachable` where nobody answers. */
export async function lookAtQueue({ client, shown, from }: LookedAtQueue): Promise<QueueState> {
  try {
    const [workers, syncs] = await Promise.all([listAllWorkers(client), listSyncs(client)]);
    const batches = await countBatches(client);
    const known = new Map(syncs.map((sync) => [sync.pair, sync]));
    const pairs: QueuedPair[] = [];
    for (const pair of new Set([...known.keys(), ...batches.keys()])) {
      const { waiting, active } = batches.get(pair) ?? { waiting: 0, active: 0 };
      const answered = await countAnswers(client, pair);
      const { isAtWork = false, ...told } = known.get(pair) ?? { pair };
      // a sync that was killed and has left nothing is over
      if (isAtWork || waiting + active + answered > 0)
        pairs.push({ ...told, isAtWork, waiting, active, answered });
    }
    const byName = workers.toSorted((a, b) => (a.name < b.name ? -1 : 1));
    return { queue: shown, workers: byName, pairs: pairs.toSorted(byEnds) };
  } catch (error) {
    throw brokerError(error, shown, from);
  }
}

const byEnds = (a: QueuedPair, b: QueuedPair): number => {
  const [one, other] = [a, b].map(({ source = '', destination = '', pair }) =>
    [source, destination, pair].join('\n'),
  );
  return one! < other! ? -1 : 1;
};

/** By pair. */
async function countBatches(client: Redis): Promise<ReadonlyMap<string, BatchCounts>> {
  const counts = new Map<string, BatchCounts>();
  for (const deployment of await listDeployments(client)) {
    const queue = transfersQueue(deployment);
    for (const [list, state] of [
      ['wait', 'waiting'],
      ['active', 'active'],
    ] as const) {
      const ids = await client.lrange(partKey(queue, list), 0, -1);
      for (const pair of await pairsOf(client, queue, ids)) {
        const count = counts.get(pair) ?? { waiting: 0, active: 0 };
        count[state]++;
        counts.set(pair, count);
      }
    }
  }
  return counts;
}

/** The pair of each batch that is there still. */
async function pairsOf(client: Redis, queue: string, ids: readonly string[]): Promise<readonly string[]> {
  const pairs: string[] = [];
  for (let at = 0; at < ids.length; at += AT_ONCE) {
    const pipeline = client.pipeline();
    for (const id of ids.slice(at, at + AT_ONCE)) pipeline.hget(partKey(queue, id), 'name');
    for (const [error, name] of (await pipeline.exec()) ?? []) {
      if (error !== null) throw error;
      if (typeof name === 'string') pairs.push(name);
    }
  }
  return pairs;
}

async function countAnswers(client: Redis, pair: string): Promise<number> {
  const queue = resultsQueue(pair);
  const [waiting, taken] = await Promise.all([
    client.llen(partKey(queue, 'wait')),
    client.llen(partKey(queue, 'active')),
  ]);
  return waiting + taken;
}
