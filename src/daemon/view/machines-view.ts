import type { QueueState } from '../../model/cluster/queue-state.ts';
import type { BudgetUse, SharedPace } from '../../model/pace.ts';

/** What a daemon has in common with other machines. Times are milliseconds since 1970. */
export interface MachinesView {
  /** By way of which workers send the files. */
  readonly queue?: QueueView | undefined;
  /** The budgets of requests that its jobs have open now. */
  readonly budgets?: readonly BudgetView[] | undefined;
}

/** As of a look a few seconds ago. */
export interface QueueView extends QueueState {
  /** Whether it answered; absent before the first look. */
  readonly isUp?: boolean | undefined;
}

export interface BudgetView {
  /** The address of the server, without a password, and what the budget is of. */
  readonly budget: string;
  readonly name: string;
  /** False: the server does not answer, and this process keeps to a share of its own. */
  readonly reached: boolean;
  /** Requests a second of all together; absent while nothing limits them. */
  readonly perSecond?: number | undefined;
  /** Processes at work; absent where that is not known. */
  readonly users?: number | undefined;
  /** All wait until then, as the other side asked. */
  readonly pausedUntilMs?: number | undefined;
}

/** A rate in so many digits: who follows a view is not told of each small step. */
const DIGITS = 3;

export function budgetView(
  { budget, name, reached, perSecond, users, pausedMs }: SharedPace,
  nowMs: number,
): BudgetView {
  return {
    budget,
    name,
    reached,
    perSecond: perSecond === undefined ? undefined : Number(perSecond.toPrecision(DIGITS)),
    users,
    // whole seconds, for the same reason
    pausedUntilMs: pausedMs > 0 ? Math.round((nowMs + pausedMs) / 1000) * 1000 : undefined,
  };
}

/** Undefined where nothing is shared. */
export function machinesView(
  queue: QueueView | undefined,
  budgets: readonly BudgetUse[],
  nowMs: number,
): MachinesView | undefined {
  const shown = budgets.flatMap(({ now }) => (now === undefined ? [] : [budgetView(now, nowMs)]));
  if (queue === undefined && shown.length === 0) return undefined;
  return { queue, budgets: shown.length === 0 ? undefined : shown };
}
