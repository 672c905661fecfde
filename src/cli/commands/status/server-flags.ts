import type { Command } from 'commander';
import type { BudgetSetting } from '../../../cluster/budget/budget-address.ts';
import type { BudgetFlag } from '../../flags/budget-flag.ts';
import type { QueueFlag } from '../../flags/cluster/queue-flag.ts';

/** Servers that are asked in place of what is on this machine. */
export interface ServerFlags extends QueueFlag, BudgetFlag {
  /** Those that the variables name. */
  readonly machines?: true;
  readonly json?: true;
}

export const addServerFlags = (command: Command): Command =>
  command
    .optionsGroup('Many machines:')
    .option(
      '--queue <url>',
      'show the workers and batches of this Redis, and its budgets: redis://HOST:6379/0',
    )
    .option(
      '--budget <url>',
      'show the budgets of requests that this Redis has: redis://HOST:6379/0',
      (url: string): BudgetSetting => ({ url, from: '--budget', isPublic: true }),
    )
    .option('--machines', 'the same of those that STAGESYNC_QUEUE_URL and STAGESYNC_BUDGET_URL name');

/** Whether any of them is asked. */
export const asksServers = ({ queue, budget, machines }: ServerFlags): boolean =>
  queue !== undefined || budget !== undefined || machines === true;
