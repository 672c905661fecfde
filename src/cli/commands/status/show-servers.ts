import { budgetView, type BudgetView } from '../../../daemon/view/machines-view.ts';
import { lookAtBudgets } from '../../../cluster/budget/look-at-budgets.ts';
import { BUDGET_VARIABLE, parseBudget, type BudgetSetting } from '../../../cluster/budget/budget-address.ts';
import { openQueueLook } from '../../../jobs/queue/queue-look.ts';
import { QUEUE_VARIABLE, type QueuePlace } from '../../../jobs/queue/queue-place.ts';
import { usageError } from '../../../jobs/usage-errors.ts';
import type { QueueState } from '../../../model/cluster/queue-state.ts';
import { isSyncError, messageOf, type SyncError } from '../../../model/errors.ts';
import { printable } from '../../../model/printable.ts';
import type { Context } from '../../context.ts';
import { EXIT, statusOfError, type ExitStatus } from '../../exit-status.ts';
import { queueFrom } from '../../flags/cluster/queue-flag.ts';
import { budgetObject, queueObject } from './machines-object.ts';
import { budgetText, queueText } from './machines-text.ts';
import type { ServerFlags } from './server-flags.ts';

interface Servers {
  readonly queue: QueuePlace | undefined;
  readonly budget: BudgetSetting | QueuePlace | undefined;
}

/**
 * `stagesync status` of the servers that machines share, from any machine. Ends with the status of the first that cannot be looked at;
 * what the others say is still shown.
 */
export async function showServers(context: Context, flags: ServerFlags): Promise<ExitStatus> {
  const { out, err, host, stop } = context;
  const servers = chooseServers(context, flags);
  const options = { nowMs: Date.now(), isTerminal: host.stdout.isTTY === true };
  const [queue, budgets] = await Promise.allSettled([
    lookAtQueue(servers.queue, host.cwd),
    lookAtBudget(servers.budget, host.cwd, options.nowMs),
  ]);
  const failures = [queue, budgets].flatMap((look) => (look.status === 'rejected' ? [look.reason] : []));
  const failed = failures.filter((failure) => isSyncError(failure));
  if (failed.length < failures.length) throw failures.find((failure) => !isSyncError(failure));
  const show = (object: object, text: readonly string[]): void => {
    if (flags.json) out.line(JSON.stringify(object));
    else for (const line of text) out.line(line);
  };
  if (queue.status === 'fulfilled' && queue.value !== undefined) {
    const view = { ...queue.value, isUp: true };
    show(queueObject(view), queueText(view, options));
  }
  if (budgets.status === 'fulfilled' && budgets.value !== undefined) {
    const { budget, views } = budgets.value;
    for (const view of views) show(budgetObject(view), budgetText(view, options));
    if (views.length === 0 && !flags.json && servers.queue === undefined)
      out.line(`no process has a budget open at ${printable(budget)}`);
  }
  for (const message of new Set(failed.map(messageOf))) err.line(`stagesync: ${printable(message)}`);
  const [first] = failed as readonly SyncError[];
  return first === undefined ? EXIT.clean : (statusOfError(first.code, stop.stoppedBy) ?? EXIT.failures);
}

/** The variables count where they are asked for: a status of the pairs here asks nobody. */
function chooseServers({ environment }: Context, { queue, budget, machines }: ServerFlags): Servers {
  const { queueUrl, budgetUrl } = machines === true ? environment : {};
  const place = queueFrom({ queue }, { queueUrl });
  const setting =
    budget ??
    (budgetUrl === undefined ? undefined : { url: budgetUrl, from: BUDGET_VARIABLE, isPublic: false });
  if (place === undefined && setting === undefined)
    throw usageError(
      `--machines asks the servers that ${QUEUE_VARIABLE} and ${BUDGET_VARIABLE} name, and neither is set`,
    );
  // whoever sends by way of a queue shares the pace by it too
  return { queue: place, budget: setting ?? place };
}

async function lookAtQueue(place: QueuePlace | undefined, folder: string): Promise<QueueState | undefined> {
  if (place === undefined) return undefined;
  const opened = await openQueueLook(place, { folder });
  try {
    return await opened.look();
  } finally {
    await opened.close();
  }
}

async function lookAtBudget(
  setting: Servers['budget'],
  folder: string,
  nowMs: number,
): Promise<{ readonly budget: string; readonly views: readonly BudgetView[] } | undefined> {
  if (setting === undefined) return undefined;
  const { budget, budgets } = await lookAtBudgets({
    address: parseBudget(setting),
    from: setting.from,
    folder,
  });
  return { budget, views: budgets.map((each) => budgetView(each, nowMs)) };
}
