import type { BudgetSetting } from '../cluster/budget/budget-address.ts';
import type { Gate } from '../remote/gate/gate.ts';
import type { QueuePlace } from './queue/queue-place.ts';
import type { StageSurroundings } from './surroundings.ts';

export interface GateOf {
  readonly origin: string;
  /** See Gates. */
  readonly account: string;
  /** What of the origin a budget is of; absent: of all that has no budget of its own. */
  readonly deployment?: string | undefined;
}

export interface OpenGate {
  readonly gate: Gate;
  /** Leaves the budget, where there is one. Never rejects. */
  readonly close: () => Promise<void>;
}

/**
 * The gate that requests to an origin pass for one account. With a budget, each deployment has a gate of its own, whose pace all
 * processes share that have the budget. Rejects, as openRedis does, where the budget cannot be opened.
 */
export async function openGate(around: StageSurroundings, of: GateOf): Promise<OpenGate> {
  // whoever sends by way of a queue shares the pace by it too
  const setting = budgetSetting(around) ?? around.queue;
  return setting === undefined
    ? { gate: around.gates.of(of.origin, of.account), close: () => Promise.resolve() }
    : openShared(around, of, setting);
}

/** The budget that somebody named, if somebody did; the environment counts last. */
export function budgetSetting({
  authority,
  environment,
}: Pick<StageSurroundings, 'authority' | 'environment'>): BudgetSetting | undefined {
  const { budgetUrl } = environment;
  if (authority.budget !== undefined || budgetUrl === undefined) return authority.budget;
  return { url: budgetUrl, from: 'STAGESYNC_BUDGET_URL', isPublic: false };
}

async function openShared(
  around: StageSurroundings,
  { origin, account, deployment }: GateOf,
  setting: BudgetSetting | QueuePlace,
): Promise<OpenGate> {
  const { gates, folder } = around;
  // the client of Redis is loaded by those that share a budget alone
  const [{ openBudgets }, { parseBudget }] = await Promise.all([
    import('../cluster/budget/open-budget.ts'),
    import('../cluster/budget/budget-address.ts'),
  ]);
  const address = parseBudget(setting);
  const budgets = await openBudgets({ address, from: setting.from, folder, clock: gates.clock });
  const close = async (): Promise<void> => budgets[Symbol.asyncDispose]();
  try {
    const name = deployment === undefined ? origin : `${origin}/${deployment}`;
    return { gate: gates.of(origin, account, await budgets.limiterOf({ of: name, account })), close };
  } catch (error) {
    await close();
    throw error;
  }
}
