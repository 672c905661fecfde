import type { LeaseHolder } from '../../model/cluster/leader-election.ts';
import { SyncError } from '../../model/errors.ts';
import { redisError, type RedisConnection } from '../redis/open-redis.ts';
import type { Candidate, HeldByOther, LeaseStore, Taken } from './lease-store.ts';

/*
 * The keys of one lease: who holds it (runs out by itself), the last epoch, and what leaders keep for the next one. All scripts use
 * the clock of Redis: those of the candidates may differ. An epoch is at least the time of day in milliseconds, so that it is
 * higher than all before it also where Redis has forgotten them. A holder of '' is one that gave the lease back.
 */
const TAKE = `
local held = redis.call('GET', KEYS[1])
local t = redis.call('TIME')
local now = t[1] * 1000 + math.floor(t[2] / 1000)
local released = held == ''
if released then held = false end
if held and held ~= ARGV[1] then return { 0, held, redis.call('PTTL', KEYS[1]), now } end
local last = redis.call('GET', KEYS[2])
if held then
  redis.call('PEXPIRE', KEYS[1], ARGV[2])
  return { 1, last, ARGV[2], now, 0 }
end
local epoch = string.format('%.0f', math.max(tonumber(last or 0) + 1, now))
redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])
redis.call('SET', KEYS[2], epoch)
return { 1, epoch, last and 0 or ARGV[2], now, released and 1 or 0 }
`;
const RENEW = `
if redis.call('GET', KEYS[1]) ~= ARGV[1] then return false end
redis.call('PEXPIRE', KEYS[1], ARGV[2])
local t = redis.call('TIME')
return t[1] * 1000 + math.floor(t[2] / 1000)
`;
const RELEASE = `
if redis.call('GET', KEYS[1]) == ARGV[1] then redis.call('SET', KEYS[1], '', 'PX', ARGV[2]) end
return 1
`;
const RECORD = `
if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 0 end
redis.call('HSET', KEYS[2], ARGV[2], ARGV[3])
return 1
`;

/** So long it is known that a lease was given back, and did not vanish; candidates ask every second. Milliseconds. */
const RELEASED_MS = 60_000;

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
  readonly #keys: { readonly holder: string; readonly epoch: string; readonly records: string };
  /** Replies of a server that has just started say little of a leader before: milliseconds since 1970, by its clock. */
  #startedMs: number | undefined;

  constructor(redis: RedisConnection, { name, from }: RedisLeaseOptions) {
    this.label = redis.shown;
    this.#redis = redis;
    this.#from = from;
    // the braces keep the keys of one lease together where keys are spread
    const at = (part: string): string => `stagesync:lease:{${name}}:${part}`;
    this.#keys = { holder: at('holder'), epoch: at('epoch'), records: at('records') };
    redis.client.on('close', () => (this.#startedMs = undefined));
  }

  async take(candidate: Candidate, ttlMs: number): Promise<Taken | HeldByOther> {
    const { holder, epoch } = this.#keys;
    const startedMs = (this.#startedMs ??= await this.#whenStarted());
    const reply = await this.#run(TAKE, [holder, epoch], [textOf(candidate), ttlMs]);
    const [taken, value, ms, nowMs, released] = reply as [number, string, number | string, number, number];
    if (taken !== 1) return { taken: false, holder: holderOf(value), leftMs: Math.max(0, Number(ms)) };
    // a server that comes back with an older copy of its keys may not know the leader of a moment ago
    const sinceStartMs = Math.max(0, ttlMs - (nowMs - startedMs));
    const waitMs = Math.max(Number(ms), sinceStartMs);
    return { taken: true, epoch: Number(value), waitMs, wasReleased: released === 1, nowMs };
  }

  async renew(candidate: Candidate, ttlMs: number): Promise<{ readonly nowMs: number } | undefined> {
    const nowMs = await this.#run(RENEW, [this.#keys.holder], [textOf(candidate), ttlMs]);
    return nowMs === null ? undefined : { nowMs: Number(nowMs) };
  }

  async release(candidate: Candidate): Promise<void> {
    await this.#run(RELEASE, [this.#keys.holder], [textOf(candidate), RELEASED_MS]);
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

  async #whenStarted(): Promise<number> {
    return this.#asked(async () => {
      const [[seconds = 0], info] = await Promise.all([
        this.#redis.client.time(),
        this.#redis.client.info('server'),
      ]);
      const upSeconds = Number(/uptime_in_seconds:(\d+)/.exec(info)?.[1] ?? Infinity);
      // whole seconds, rounded down: it may have started almost one later
      return (seconds - upSeconds + 1) * 1000;
    });
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
