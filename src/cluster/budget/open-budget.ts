import { randomBytes } from 'node:crypto';
import type { Clock } from '../../model/ports.ts';
import type { RateLimiter } from '../../remote/gate/rate-limiter.ts';
import { openRedis, redisError, type RedisConnection } from '../redis/open-redis.ts';
import type { BudgetAddress } from './budget-address.ts';
import { budgetKey } from './budget-key.ts';
import { RedisBudgetStore } from './budget-store.ts';
import { RedisByteStore } from './byte-store.ts';
import { SharedRateLimiter } from './shared-rate-limiter.ts';

export interface OpenBudgetOptions {
  readonly address: BudgetAddress;
  /** The flag, variable or key that has the address, for messages. */
  readonly from: string;
  /** Where a relative `password-file` begins. */
  readonly folder: string;
  readonly clock: Clock;
}

export interface BudgetUse {
  /** What the budget is of, where its address has no name: an origin, and a deployment. */
  readonly of: string;
  /** Users of one process that have accounts of their own have limiters of their own. */
  readonly account: string;
}

/** Budgets on one server. To be closed when nothing is to be sent any more. */
export interface Budgets extends AsyncDisposable {
  /** The same one each time, for the same use. Rejects with `queue_unreachable`. */
  limiterOf(use: BudgetUse): Promise<RateLimiter>;
}

interface Shared {
  readonly opened: Promise<OpenBudgets>;
  users: number;
}

/** The servers of this process, by their addresses: all jobs share a connection, until the last of them closes it. */
const OPEN = new Map<string, Shared>();

/** Opens a budget. Rejects as openRedis does. */
export async function openBudgets(options: OpenBudgetOptions): Promise<Budgets> {
  const { redis, name, rate, bytes } = options.address;
  const { host, port, database, user, password, passwordFile, tls } = redis;
  const parts = [host, port, database, user, password, passwordFile, tls, name, rate, bytes, options.folder];
  const key = JSON.stringify(parts);
  let shared = OPEN.get(key);
  if (shared === undefined) OPEN.set(key, (shared = { opened: open(options), users: 0 }));
  const { opened } = shared;
  shared.users++;
  const leave = async (): Promise<void> => {
    if (--shared.users > 0) return;
    OPEN.delete(key);
    await (await opened.catch(() => undefined))?.close();
  };
  try {
    const budgets = await opened;
    let isOpen = true;
    return {
      limiterOf: (use) => budgets.limiterOf(use),
      async [Symbol.asyncDispose]() {
        if (!isOpen) return;
        isOpen = false;
        await leave();
      },
    };
  } catch (error) {
    await leave();
    throw error;
  }
}

async function open(options: OpenBudgetOptions): Promise<OpenBudgets> {
  const { address, from, folder } = options;
  // a key that is dropped is told anew by those who use it
  const redis = await openRedis(address.redis, {
    from,
    folder,
    keepsKeys: false,
    clientName: 'stagesync-budget',
  });
  redis.client.setMaxListeners(0);
  return new OpenBudgets(redis, options);
}

class OpenBudgets {
  readonly #redis: RedisConnection;
  readonly #options: OpenBudgetOptions;
  readonly #limiters = new Map<string, Promise<SharedRateLimiter>>();

  constructor(redis: RedisConnection, options: OpenBudgetOptions) {
    this.#redis = redis;
    this.#options = options;
  }

  limiterOf({ of, account }: BudgetUse): Promise<RateLimiter> {
    const name = this.#options.address.name ?? of;
    const key = budgetKey(name);
    const id = `${key}\n${account}`;
    let limiter = this.#limiters.get(id);
    if (limiter === undefined) {
      limiter = this.#open(name);
      this.#limiters.set(id, limiter);
      // the next one tries again
      limiter.catch(() => this.#limiters.delete(id));
    }
    return limiter;
  }

  async #open(name: string): Promise<SharedRateLimiter> {
    const key = budgetKey(name);
    const { client, shown } = this.#redis;
    const { address, from, clock } = this.#options;
    // after the connection broke, it is subscribed to again by itself
    await client.subscribe(key).catch((error: unknown) => {
      throw redisError(error, shown, from);
    });
    return new SharedRateLimiter({
      store: new RedisBudgetStore(client, key),
      clock,
      user: randomBytes(8).toString('hex'),
      budget: shown,
      name,
      toldRate: address.rate,
      ...(address.bytes !== undefined && {
        bytes: { store: new RedisByteStore(client, key), perSecond: address.bytes },
      }),
    });
  }

  async close(): Promise<void> {
    const limiters = await Promise.allSettled(this.#limiters.values());
    const left = limiters.map((each) => (each.status === 'fulfilled' ? each.value.close() : undefined));
    // on one connection, so in this order: one answer is waited for, where each may take long
    await Promise.all([...left, this.#redis.close()]);
  }
}
