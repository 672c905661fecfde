import { billing } from '../../../api/resources/billing.ts';
import { workspaceGroups } from '../../../api/resources/workspace-groups.ts';
import { workspaces } from '../../../api/resources/workspaces.ts';
import { startOf } from '../../../billing/calendar.ts';
import type { Period } from '../../../billing/period.ts';
import { readReply } from '../../../billing/read-reply.ts';
import type { Named } from '../../../billing/totals.ts';
import type { Granularity, UsageRow } from '../../../billing/usage.ts';
import { printable } from '../../../model/printable.ts';
import type { Run } from '../../management/run.ts';
import type { UsageFlags } from './usage-flags.ts';

export interface ReadUsageOptions extends Pick<UsageFlags, 'metric'> {
  readonly period: Period;
  readonly granularity: Granularity;
}

const METRICS = { compute: 'ComputeCredit', storage: 'StorageAvgByte', all: undefined } as const;

/** The usage of a period as the service has it. A row that cannot be read is said on stderr. */
export async function readUsage(
  { api, err }: Pick<Run, 'api' | 'err'>,
  { period, granularity, metric }: ReadUsageOptions,
): Promise<readonly UsageRow[]> {
  const aggregateBy = coarsest(period, granularity, api.clock.now());
  const asked = METRICS[metric];
  const reply = await api.call(billing.usage, {
    query: {
      startTime: iso(period.fromMs),
      endTime: iso(period.toMs),
      ...(asked !== undefined && { metric: asked }),
      aggregateBy,
    },
  });
  const { rows, problems } = readReply(reply.billingUsage, aggregateBy);
  for (const problem of problems) err.line(`stagesync: ${printable(problem)}`);
  return rows;
}

/**
 * The coarsest rows that the lines of a table can be added up from. The service's own day, or month, would be another one
 * where the period begins or ends within it; one that is not over ends now, whoever asks.
 */
function coarsest({ fromMs, toMs }: Period, granularity: Granularity, nowMs: number): Granularity {
  const fits = (each: Granularity): boolean =>
    startOf(fromMs, each) === fromMs && (startOf(toMs, each) === toMs || toMs >= nowMs - CLOCK_STEP_MS);
  if (granularity === 'month' && fits('month')) return 'month';
  return granularity !== 'hour' && fits('day') ? 'day' : 'hour';
}

/** Between the moment that a period was read and now. */
const CLOCK_STEP_MS = 60_000;

/** The group of each workspace, terminated ones included. */
export async function readGroups({
  api,
}: Pick<Run, 'api'>): Promise<(resourceID: string) => Named | undefined> {
  const query = { includeTerminated: true };
  const groups = await api.call(workspaceGroups.list, { query });
  const groupOf = new Map<string, Named>();
  await Promise.all(
    groups.map(async ({ workspaceGroupID, name }) => {
      const group = { key: workspaceGroupID, name };
      // storage is billed to the group itself
      groupOf.set(workspaceGroupID, group);
      const found = await api.call(workspaces.list, { query: { ...query, workspaceGroupID } });
      for (const { workspaceID } of found) groupOf.set(workspaceID, group);
    }),
  );
  return (resourceID) => groupOf.get(resourceID);
}

const iso = (ms: number): string => new Date(ms).toISOString().replace('.000Z', 'Z');
