import type { Redis } from 'ioredis';
import { DEPLOYMENTS_KEY, runKey } from './keys.ts';
import type { ServerLife } from './server-life.ts';

/** How long a run stays the one that counts after its last sign of life: its batches may be carried out meanwhile. Milliseconds. */
const RUN_MS = 7 * 86_400_000;

// KEYS: which run counts, its epoch, and the life of the server it claimed in; the deployments by time.
// ARGV: the run, milliseconds, the deployment, the life; its epoch, '' for the first claim
const CLAIM = `
local epoch = tonumber(redis.call('HGET', KEYS[1], 'epoch')) or 0
local time = redis.call('TIME')
local mine = tonumber(ARGV[5])
if not mine then
  mine = math.max(epoch + 1, time[1] * 1000 + math.floor(time[2] / 1000))
elseif mine < epoch then
  return 0
end
redis.call('HSET', KEYS[1], 'run', ARGV[1], 'epoch', string.format('%d', mine), 'life', ARGV[4])
redis.call('PEXPIRE', KEYS[1], ARGV[2])
redis.call('ZADD', KEYS[2], time[1], ARGV[3])
redis.call('ZREMRANGEBYSCORE', KEYS[2], '-inf', time[1] - ARGV[2] / 1000)
return mine`;

const RELEASE = `
if redis.call('HGET', KEYS[1], 'run') == ARGV[1] then redis.call('HDEL', KEYS[1], 'run') end
return 1`;

/** A run of a pair, as its batches name it. */
export interface PairRun {
  readonly pair: string;
  readonly run: string;
}

/**
 * Whether the batches of a run are to be carried out. `unconfirmed`: the run is named, but the server has come back since it last
 * claimed: what it holds may be older than the last name of the run.
 */
export type Standing = 'counts' | 'unconfirmed' | 'over';

/** Which run of a pair counts, as the server holds it. */
export class RunRecord {
  readonly #client: Redis;
  readonly #life: ServerLife;

  constructor(client: Redis, life: ServerLife) {
    this.#client = client;
    this.#life = life;
  }

  /** Resolves with the epoch of the run; 0: another one, with a later epoch, has claimed the pair. */
  async claim({ pair, run }: PairRun, deployment: string, epoch?: number): Promise<number> {
    const life = await this.#life.id();
    const args = [run, RUN_MS, deployment, life, epoch ?? ''].map(String);
    return Number(await this.#client.eval(CLAIM, 2, runKey(pair), DEPLOYMENTS_KEY, ...args));
  }

  async release({ pair, run }: PairRun): Promise<void> {
    await this.#client.eval(RELEASE, 1, runKey(pair), run);
  }

  async standing({ pair, run }: PairRun): Promise<Standing> {
    const [counts, life] = await this.#client.hmget(runKey(pair), 'run', 'life');
    if (counts !== run) return 'over';
    // asked after that: a connection that broke meanwhile has it asked anew
    return life === (await this.#life.id()) ? 'counts' : 'unconfirmed';
  }
}
