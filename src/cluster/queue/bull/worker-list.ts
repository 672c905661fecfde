import type { Redis } from 'ioredis';
import * as z from 'zod';
import { DEPLOYMENTS_KEY, workersKey } from './keys.ts';

/** What a worker tells of itself, now and then. */
export interface WorkerNote {
  readonly name: string;
  /** Requests that it may have at the same time. */
  readonly lanes: number;
  /** Transfers, and batches, that it is carrying out. */
  readonly transfers: number;
  readonly batches: number;
}

const noteShape = z.looseObject({
  name: z.string(),
  lanes: z.number(),
  transfers: z.number(),
  batches: z.number(),
});

/** Seconds after which a worker that tells nothing more counts as gone. */
const SILENT_S = 20;

/** A worker has connections for each deployment. */
const MOST_DEPLOYMENTS = 100;

// KEYS[1]: names by time, KEYS[2]: notes by name. ARGV: seconds of silence; the name and the note of a worker that tells
const NOTE = `
local now = tonumber(redis.call('TIME')[1])
if ARGV[2] then
  redis.call('ZADD', KEYS[1], now, ARGV[2])
  redis.call('HSET', KEYS[2], ARGV[2], ARGV[3])
end
for _, gone in ipairs(redis.call('ZRANGEBYSCORE', KEYS[1], '-inf', now - tonumber(ARGV[1]))) do
  redis.call('ZREM', KEYS[1], gone)
  redis.call('HDEL', KEYS[2], gone)
end
return redis.call('HVALS', KEYS[2])`;

const keysOf = (deployment: string): [string, string] => [
  `${workersKey(deployment)}:times`,
  workersKey(deployment),
];

/** The workers of a deployment that are there now, by Redis's own clock. `tells`: one of them. */
export async function listWorkers(
  client: Redis,
  deployment: string,
  tells?: WorkerNote,
): Promise<readonly WorkerNote[]> {
  const told = tells === undefined ? [] : [tells.name, JSON.stringify(tells)];
  const notes = (await client.eval(NOTE, 2, ...keysOf(deployment), String(SILENT_S), ...told)) as string[];
  return notes.map(readNote).filter((note) => note !== undefined);
}

/** Undefined: no worker wrote that. */
function readNote(text: string): WorkerNote | undefined {
  try {
    return noteShape.safeParse(JSON.parse(text)).data;
  } catch {
    return undefined;
  }
}

/** The worker takes nothing more. */
export async function leaveList(client: Redis, deployment: string, name: string): Promise<void> {
  const [times, notes] = keysOf(deployment);
  await client.multi().zrem(times, name).hdel(notes, name).exec();
}

/** The deployments that there have been batches for, the latest last. */
export const listDeployments = (client: Redis): Promise<string[]> =>
  client.zrange(DEPLOYMENTS_KEY, String(-MOST_DEPLOYMENTS), '-1');
