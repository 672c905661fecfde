import type { LeadershipView } from '../../../daemon/view/daemon-view.ts';
import type { BudgetView, QueueView } from '../../../daemon/view/machines-view.ts';

const iso = (ms: number | undefined): string | undefined =>
  ms === undefined ? undefined : new Date(ms).toISOString();

/** A queue as `--json` prints it: times in ISO 8601. */
export const queueObject = ({ queue, isUp, workers, pairs }: QueueView) => ({
  type: 'queue',
  queue,
  isUp,
  workers: workers.map(({ sinceMs, ...worker }) => ({ ...worker, since: iso(sinceMs) })),
  pairs: pairs.map(({ sinceMs, ...pair }) => ({ ...pair, since: iso(sinceMs) })),
});

export const budgetObject = ({ pausedUntilMs, ...budget }: BudgetView) => ({
  type: 'budget',
  ...budget,
  pausedUntil: iso(pausedUntilMs),
});

export const leadershipObject = (file: string, leadership: LeadershipView) => ({
  type: 'leadership',
  file,
  ...leadership,
});
