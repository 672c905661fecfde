import type { Redis } from 'ioredis';
import { REDIS_TIME } from './budget-script.lua.ts';
import { StoredScript } from './stored-script.ts';

/** What one process leases of the bytes of a budget. */
export interface LeaseOptions {
  readonly user: string;
  readonly bytes: number;
  /** Of all users together. */
  readonly bytesPerSecond: number;
}

/** Times by the clock of the server, in milliseconds. */
export interface ByteLease {
  readonly now: number;
  /** When the first of the bytes may be sent or received; the others follow at the rate. */
  readonly dueAt: number;
  /** Processes that leased lately. */
  readonly users: number;
}

/** Who is asked for bytes. Rejects, soon, when nobody answers. */
export interface ByteStore {
  lease(options: LeaseOptions): Promise<ByteLease>;
}

/**
 * One line for all: whoever asks first gets the next bytes. KEYS: the line, its users. ARGV: the user, bytes, bytes a second.
 * `freeAt`: when all that was leased will have passed.
 */
const LEASE_RULES = `
local USER_MS, FORGET_MS, BACK_MS = 10000, 86400000, 1000
local line, users = KEYS[1], KEYS[2]
local user, bytes, perSecond = ARGV[1], tonumber(ARGV[2]), tonumber(ARGV[3])
local function exact(number) return string.format('%.17g', number) end
local freeAt, lastAt = unpack(redis.call('HMGET', line, 'freeAt', 'lastAt'))
freeAt, lastAt = tonumber(freeAt or nil), tonumber(lastAt or nil)
-- somebody set the clock back, or another server has taken over
if lastAt and now < lastAt - BACK_MS then freeAt = nil end
local dueAt = math.max(now, freeAt or now)
redis.call('HSET', line, 'freeAt', exact(dueAt + bytes * 1000 / perSecond), 'lastAt', exact(now))
redis.call('ZADD', users, exact(now), user)
redis.call('ZREMRANGEBYSCORE', users, '-inf', exact(now - USER_MS))
redis.call('PEXPIRE', line, FORGET_MS)
redis.call('PEXPIRE', users, FORGET_MS)
return { exact(now), exact(dueAt), tostring(redis.call('ZCARD', users)) }
`;

/** The bytes of the budget whose key this is. */
export class RedisByteStore implements ByteStore {
  readonly #script: StoredScript;

  /** `time`: the part of the script that sets `now`; tests give another. */
  constructor(client: Pick<Redis, 'eval' | 'evalsha'>, key: string, time: string = REDIS_TIME) {
    this.#script = new StoredScript(client, time + LEASE_RULES, [`${key}:bytes`, `${key}:senders`]);
  }

  async lease({ user, bytes, bytesPerSecond }: LeaseOptions): Promise<ByteLease> {
    const [now, dueAt, users] = await this.#script.run(user, String(bytes), String(bytesPerSecond));
    return { now: Number(now), dueAt: Number(dueAt), users: Number(users) };
  }
}
