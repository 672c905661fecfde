import type { Command } from 'commander';
import { parseBudget, type BudgetSetting } from '../../cluster/budget/budget-address.ts';

/** The budget of requests that a command shares with other processes. It is a setting of who runs a job, not of the job. */
export interface BudgetFlag {
  readonly budget?: BudgetSetting | undefined;
}

export const addBudgetFlag = (command: Command): Command =>
  command.option(
    '--budget <url>',
    'share one pace of requests with all processes that name the same Redis: redis://HOST:6379?rate=195 (STAGESYNC_BUDGET_URL)',
    budgetOf,
  );

export const budgetFrom = ({ budget }: BudgetFlag): BudgetSetting | undefined => budget;

function budgetOf(url: string): BudgetSetting {
  const budget = { url, from: '--budget', isPublic: true };
  parseBudget(budget);
  return budget;
}
