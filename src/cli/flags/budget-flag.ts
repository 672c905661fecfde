import type { Command } from 'commander';
import type { BudgetSetting } from '../../cluster/budget/budget-address.ts';

/** The budget of requests and bytes that a command shares with other processes. It is a setting of who runs a job, not of the job. */
export interface BudgetFlag {
  readonly budget?: BudgetSetting | undefined;
}

export const addBudgetFlag = (command: Command): Command =>
  command.option(
    '--budget <url>',
    'share one pace of requests and bytes with all processes that name the same Redis: redis://HOST:6379?rate=195 (STAGESYNC_BUDGET_URL)',
    // read where it is opened: a command without a budget loads nothing of it
    (url: string): BudgetSetting => ({ url, from: '--budget', isPublic: true }),
  );

export const budgetFrom = ({ budget }: BudgetFlag): BudgetSetting | undefined => budget;
