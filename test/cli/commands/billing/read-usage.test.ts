import { expect, test } from 'vitest';
import { readUsage } from '../../../../src/cli/commands/billing/read-usage.ts';
import type { Run } from '../../../../src/cli/management/run.ts';

const NOW = '2026-11-26T07:00:00Z';

/** The query that is sent for a period. */
async function queryFor(from: string, to: string, granularity: 'hour' | 'day' | 'month') {
  const asked: unknown[] = [];
  const api = {
    clock: { now: () => Date.parse(NOW) },
    call: (_: unknown, { query }: { query: unknown }) => {
      asked.push(query);
      return Promise.resolve({ billingUsage: [] });
    },
  } as unknown as Run['api'];
  const err = { line: () => undefined, flush: () => Promise.resolve() };
  const period = { fromMs: Date.parse(from), toMs: Date.parse(to) };
  await readUsage({ api, err }, { period, granularity, metric: 'compute' });
  return asked[0];
}

test.each([
  ['2026-10-01T00:00:00Z', '2026-11-01T00:00:00Z', 'month', 'month'],
  ['2026-10-01T00:00:00Z', '2026-10-03T00:00:00Z', 'day', 'day'],
  // the service's own day, or month, would be another one
  ['2026-10-01T06:00:00Z', '2026-10-03T00:00:00Z', 'day', 'hour'],
  ['2026-10-01T00:00:00Z', '2026-10-03T00:00:00Z', 'month', 'day'],
  ['2026-10-01T00:30:00Z', '2026-10-03T00:00:00Z', 'month', 'hour'],
  // what is not over yet ends now
  ['2026-11-01T00:00:00Z', NOW, 'month', 'month'],
  ['2026-11-01T00:00:00Z', NOW, 'day', 'day'],
] as const)('from %s to %s by %s is asked for by %s', async (from, to, granularity, aggregateBy) => {
  expect(await queryFor(from, to, granularity)).toEqual({
    startTime: from,
    endTime: to,
    metric: 'ComputeCredit',
    aggregateBy,
  });
});
