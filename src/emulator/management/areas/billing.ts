import { Refusal } from '../../http/refusal.ts';
import { billJson } from '../billing/dialects.ts';
import type { Bill } from '../billing/dialects.ts';
import { computeRows, storageRows } from '../billing/ledger.ts';
import type { Aggregate, Interval, StorageUse, WorkspaceUse } from '../billing/ledger.ts';
import { creditsPerHour } from '../billing/prices.ts';
import { USAGE_SIMULATE } from '../bodies.ts';
import type { Call, Operation } from '../operation.ts';
import { parseTime } from '../timeline/times.ts';
import type { GroupNow } from '../world/world.ts';

const METRICS = ['ComputeCredit', 'StorageAvgByte'] as const;
const AGGREGATES: readonly string[] = ['hour', 'day', 'month'];
const UTC_TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?:Z|\+00:?00)$/;

export const BILLING: readonly Operation[] = [
  { method: 'GET', path: '/v1/billing/usage', area: 'billing', operation: 'usage', work: usage },
  {
    method: 'POST',
    path: '/v1/billing/usage/simulate',
    area: 'billing',
    operation: 'simulate',
    work: simulate,
  },
];

/** The whole organization, terminated things included. */
function usage(call: Call): object {
  const period = periodOf(call);
  const metrics = metricsOf(call);
  const aggregate = aggregateOf(call);
  const groups = call.world.groups(call.now);
  const bills = metrics.map((metric): Bill =>
    metric === 'ComputeCredit'
      ? {
          metric,
          description: 'Credits for compute',
          rows: computeRows(computeUses(call, groups), period, aggregate, call.now),
        }
      : {
          metric,
          description: 'Bytes stored, on average',
          rows: storageRows(storageUses(call, groups), period, aggregate, call.now),
        },
  );
  return billJson(bills, call.switches.billingDialect);
}

function computeUses(call: Call, groups: readonly GroupNow[]): readonly WorkspaceUse[] {
  return groups
    .flatMap((group) => call.world.workspacesOf(group, call.now))
    .map(({ resource, view }) => ({
      resourceId: resource.id,
      resourceName: resource.name,
      resourceType: 'Workspace',
      scaleFactor: resource.settings.scaleFactor,
      spans: view.spans,
    }));
}

/** What the Stage of a group holds now, or held at its end, counts for the whole of its life. */
function storageUses(call: Call, groups: readonly GroupNow[]): readonly StorageUse[] {
  const { deployments, tree } = call.world.data;
  return groups.map(({ resource, view }) => {
    const row = deployments.get(resource.id);
    return {
      resourceId: resource.id,
      resourceName: resource.name,
      resourceType: 'WorkspaceGroup',
      bytes: view.lastBytes ?? resource.settings.lastBytes ?? (row === undefined ? 0 : tree.used(row.root)),
      from: view.createdAt,
      to: view.endsAt,
    };
  });
}

/** What things would cost, without making them. The shape of the reply is ours: no public text shows the service's. */
function simulate(call: Call): object {
  const resources = call.body(USAGE_SIMULATE).resources.map((asked, at) => {
    const [from, to] = [parseTime(asked.from), parseTime(asked.to)];
    if (from === undefined || to === undefined || to < from)
      throw new Refusal(400, `resources.${at}: from and to are no period`);
    const hours = (to - from) / 3_600_000;
    return { ...asked, hours, amount: hours * creditsPerHour(asked.size, asked.scaleFactor) };
  });
  return {
    metric: 'ComputeCredit',
    resources,
    totalAmount: resources.reduce((sum, { amount }) => sum + amount, 0),
  };
}

function periodOf({ query }: Call): Interval {
  const at = (name: string): number => {
    const text = query.get(name);
    if (text === null) throw new Refusal(400, `${name}: is missing`);
    const ms = UTC_TIME.test(text) ? Date.parse(text) : Number.NaN;
    if (Number.isNaN(ms)) throw new Refusal(400, `${name}: is not a UTC time such as 2023-07-30T18:30:00Z`);
    return ms;
  };
  const period = { from: at('startTime'), to: at('endTime') };
  if (period.to < period.from) throw new Refusal(400, 'endTime: is before startTime');
  return period;
}

function metricsOf({ query, switches }: Call): readonly Bill['metric'][] {
  const asked = query.get('metric');
  if (asked === null || asked === '') return METRICS;
  const isAsked = (metric: string): boolean =>
    metric === asked ||
    (switches.billingMetric === 'any_case' && metric.toLowerCase() === asked.toLowerCase());
  const found = METRICS.filter(isAsked);
  if (found.length === 0) throw new Refusal(400, 'metric: must be ComputeCredit or StorageAvgByte');
  return found;
}

function aggregateOf({ query }: Call): Aggregate {
  const asked = query.get('aggregateBy') ?? 'hour';
  if (!AGGREGATES.includes(asked)) throw new Refusal(400, 'aggregateBy: must be hour, day or month');
  return asked as Aggregate;
}
