import type { LeaseHolder } from '../../model/cluster/leader-election.ts';
import { SyncError } from '../../model/errors.ts';
import { redisError, type RedisConnection } from '../redis/open-redis.ts';
import type { FormerLeader } from './lease-rules.ts';
import type { Candidate, HeldByOther, LeaseStore, Taken } from './lease-store.ts';

/*
 * The keys of one lease: who holds it (runs out by itself), whoever led last, and what leaders keep for the next one. All scripts use
 * the clock of Redis: those of the candidates may differ. An epoch is at least the time of day in milliseconds, so that it is
 * higher than all before it also where Redis has forgotten them.
 */
const NOW = `
local t = redis.call('TIME')
local now = t[1] * 1000 + math.floor(t[2] / 1000)
`;
/** Another text after each start of the server, and after each fail-over to it. */
const LIFE = `
local info = redis.call('INFO', 'server') .. redis.call('INFO', 'replication')
local life = (info:match('run_id:(%w+)') or '') .. ' ' .. (info:match('master_replid:(%w+)') or '')
`;
const TAKE = `
local held = redis.call('GET', KEYS[1])
${NOW}
local last = redis.call('HMGET', KEYS[2], 'epoch', 'ttl', 'released', 'life')
if held and held ~= ARGV[1] then return { 0, held, redis.call('PTTL', KEYS[1]), last[1] or '0', last[2] or '0' } end
${LIFE}
local epoch = held and last[1] or string.format('%.0f', math.max(tonumber(last[1] or 0) + 1, now))
redis.call('HSET', KEYS[2], 'epoch', epoch, 'ttl', ARGV[2], 'released', 0, 'life', life)
redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])
if held or not last[1] then return { 1, epoch, now } end
return { 1, epoch, now, last[1], last[2] or '0', tonumber(last[3] or 0), last[4] == life and 1 or 0 }
`;
/** On a server that is full a lease can still be renewed; what is noted beside it may then be missing. */
const RENEW = `
if redis.call('GET', KEYS[1]) ~= ARGV[1] then return false end
redis.call('PEXPIRE', KEYS[1], ARGV[2])
${NOW}
${LIFE}
redis.pcall('HSET', KEYS[2], 'life', life)
return now
`;
const RELEASE = `
if redis.call('GET', KEYS[1]) == ARGV[1] then
  redis.call('DEL', KEYS[1])
  redis.pcall('HSET', KEYS[2], 'released', ARGV[2])
end
return 1
`;
const RECORD = `
if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 0 end
redis.call('HSET', KEYS[2], ARGV[2], ARGV[3])
return 1
`;

export interface RedisLeaseOptions {
  /** Which lease it is: processes that give the same name at the same server are candidates for one leadership. */
  readonly name: string;
  /** The flag or variable that has the address, for messages. */
  readonly from: string;
}

/** A lease in Redis. It closes the connection that it was given. */
export class RedisLeaseStore implements LeaseStore {
  readonly label: string;
  readonly #redis: RedisConnection;
  readonly #from: string;
  readonly #keys: { readonly holder: string; readonly last: string; readonly records: string };

  constructor(redis: RedisConnection, { name, from }: RedisLeaseOptions) {
    this.label = redis.shown;
    this.#redis = redis;
    this.#from = from;
    // the braces keep the keys of one lease together where keys are spread
    const at = (part: string): string => `stagesync:lease:{${name}}:${part}`;
    this.#keys = { holder: at('holder'), last: at('last'), records: at('records') };
  }

  async take(candidate: Candidate, ttlMs: number): Promise<Taken | HeldByOther> {
    const { holder, last } = this.#keys;
    const reply = await this.#run(TAKE, [holder, last], [textOf(candidate), ttlMs]);
    const [taken, ...facts] = reply as [number, ...unknown[]];
    if (taken !== 1) {
      const [text, leftMs, epoch, heldTtlMs] = facts as [string, number, string, string];
      return {
        taken: false,
        holder: holderOf(text),
        epoch: Number(epoch),
        ttlMs: Number(heldTtlMs),
        // somebody took its end away
        leftMs: leftMs < 0 ? Infinity : leftMs,
      };
    }
    const [epoch, nowMs, ...former] = facts as [string, number, ...(string | number)[]];
    return { taken: true, epoch: Number(epoch), nowMs, former: formerOf(former) };
  }

  async renew(candidate: Candidate, ttlMs: number): Promise<{ readonly nowMs: number } | undefined> {
    const { holder, last } = this.#keys;
    const nowMs = await this.#run(RENEW, [holder, last], [textOf(candidate), ttlMs]);
    return nowMs === null ? undefined : { nowMs: Number(nowMs) };
  }

  async release(candidate: Candidate, { hasLed }: { readonly hasLed: boolean }): Promise<void> {
    const { holder, last } = this.#keys;
    await this.#run(RELEASE, [holder, last], [textOf(candidate), hasLed ? 1 : 0]);
  }

  async records(): Promise<ReadonlyMap<string, string>> {
    return new Map(Object.entries(await this.#asked(() => this.#redis.client.hgetall(this.#keys.records))));
  }

  async record(candidate: Candidate, name: string, value: string): Promise<boolean> {
    const { holder, records } = this.#keys;
    return (await this.#run(RECORD, [holder, records], [textOf(candidate), name, value])) === 1;
  }

  close(): Promise<void> {
    return this.#redis.close();
  }

  #run(script: string, keys: readonly string[], values: readonly (string | number)[]): Promise<unknown> {
    return this.#asked(() => this.#redis.client.eval(script, keys.length, ...keys, ...values));
  }

  async #asked<T>(ask: () => Promise<T>): Promise<T> {
    try {
      return await ask();
    } catch (error) {
      throw error instanceof SyncError ? error : redisError(error, this.label, this.#from);
    }
  }
}

/** Undefined where the script says nothing of one. */
function formerOf([epoch, ttlMs, released, isOfThisLife]: readonly (string | number)[]):
  FormerLeader | undefined {
  if (epoch === undefined) return undefined;
  return {
    epoch: Number(epoch),
    ttlMs: Number(ttlMs),
    wasReleased: released === 1,
    isOfThisLife: isOfThisLife === 1,
  };
}

/** Always the same text for a candidate: the scripts compare it. */
const textOf = ({ id, host, pid, command }: Candidate): string => JSON.stringify({ id, host, pid, command });

/** Undefined for what another program has written there. */
function holderOf(text: string): LeaseHolder | undefined {
  try {
    const { host, pid, command } = JSON.parse(text) as Partial<LeaseHolder>;
    return typeof host === 'string' && typeof pid === 'number' && typeof command === 'string'
      ? { host, pid, command }
      : undefined;
  } catch {
    return undefined;
  }
}
