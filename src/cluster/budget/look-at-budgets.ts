import type { SharedPace } from '../../model/pace.ts';
import { openRedis, redisError } from '../redis/open-redis.ts';
import type { BudgetAddress } from './budget-address.ts';
import { ALL_BUDGETS, budgetKey, budgetNameOf } from './budget-key.ts';
import { RedisBudgetStore } from './budget-store.ts';

export interface LookAtBudgetsOptions {
  readonly address: BudgetAddress;
  /** The flag or variable that has the address, for messages. */
  readonly from: string;
  /** Where a relative `password-file` begins. */
  readonly folder: string;
}

/** A server with budgets, as it is now. */
export interface BudgetServer {
  /** The address without a password. */
  readonly budget: string;
  /** By their names. */
  readonly budgets: readonly SharedPace[];
}

/**
 * How the budgets of a server do that a process has open now; where the address has a name, that one alone, also where nobody has it
 * open. Changes none of them. Rejects as openRedis does.
 */
export async function lookAtBudgets({ address, from, folder }: LookAtBudgetsOptions): Promise<BudgetServer> {
  await using redis = await openRedis(address.redis, {
    from,
    folder,
    keepsKeys: false,
    clientName: 'stagesync-status',
  });
  const { client, shown: budget } = redis;
  try {
    // every process that has a budget open listens to its pauses, on a channel of the same name
    const keys =
      address.name === undefined
        ? ((await client.pubsub('CHANNELS', ALL_BUDGETS)) as string[]).toSorted()
        : [budgetKey(address.name)];
    const budgets: SharedPace[] = [];
    for (const key of keys) {
      const { now, rate, users, pausedUntil } = await new RedisBudgetStore(client, key).look();
      const pausedMs = Math.max(0, pausedUntil - now);
      budgets.push({ budget, name: budgetNameOf(key), reached: true, perSecond: rate, users, pausedMs });
    }
    return { budget, budgets };
  } catch (error) {
    throw redisError(error, budget, from);
  }
}
