import { describe, expect, test } from 'vitest';
import { computeRows, intervalsOf, storageRows } from '../../../../src/emulator/management/billing/ledger.ts';
import { creditsPerHour } from '../../../../src/emulator/management/billing/prices.ts';
import { useEmulators } from '../../../support/cli/emulators.ts';
import { ManagementHttp } from '../../../support/management/management-http.ts';
import type { Fields } from '../../../support/management/management-http.ts';
import { StageHttp } from '../../../support/stage/stage-http.ts';

const start = useEmulators();
const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const at = (iso: string): number => Date.parse(iso);
const iso = (ms: number): string => new Date(ms).toISOString();

describe('the ledger', () => {
  test('cuts a period at the hours, days and months of UTC, half-open', () => {
    const days = [...intervalsOf({ from: at('2026-02-27T22:00Z'), to: at('2026-03-01T01:00Z') }, 'day')];
    expect(days.map(({ from, to }) => [iso(from), iso(to)])).toEqual([
      ['2026-02-27T22:00:00.000Z', '2026-02-28T00:00:00.000Z'],
      ['2026-02-28T00:00:00.000Z', '2026-03-01T00:00:00.000Z'],
      ['2026-03-01T00:00:00.000Z', '2026-03-01T01:00:00.000Z'],
    ]);
    const months = [...intervalsOf({ from: at('2026-11-15'), to: at('2027-01-02') }, 'month')];
    expect(months.map(({ to }) => iso(to).slice(0, 10))).toEqual(['2026-12-01', '2027-01-01', '2027-01-02']);
    expect([...intervalsOf({ from: 5, to: 5 }, 'hour')]).toEqual([]);
  });

  test('bills what is active and while it changes, at the price of its size, and nothing else', () => {
    const use = {
      resourceId: 'w',
      resourceName: 'w',
      resourceType: 'Workspace',
      scaleFactor: 2,
      spans: [
        { from: 0, phase: 'creating', size: 'S-1' },
        { from: HOUR, phase: 'active', size: 'S-1' },
        { from: 2 * HOUR, phase: 'active', size: 'S-2' },
        { from: 2.5 * HOUR, phase: 'changing', size: 'S-2' },
        { from: 3 * HOUR, phase: 'suspended', size: 'S-2' },
        { from: 5 * HOUR, phase: 'resuming', size: 'S-2' },
        { from: 6 * HOUR, phase: 'active', size: 'S-2' },
      ],
    } as const;
    const rows = computeRows([use], { from: 0, to: DAY }, 'hour', 6.5 * HOUR);
    expect(rows.map(({ from, value }) => [from / HOUR, value])).toEqual([
      [1, 2],
      [2, 4],
      [6, 2],
    ]);
  });

  test('averages bytes over the interval, of the time that has passed', () => {
    const use = { resourceId: 'g', resourceName: 'g', resourceType: 'WorkspaceGroup', bytes: 100 };
    const uses = [{ ...use, from: 12 * HOUR, to: Infinity }];
    const rows = storageRows(uses, { from: 0, to: 2 * DAY }, 'day', 1.5 * DAY);
    expect(rows.map(({ value }) => value)).toEqual([50, 100]);
  });

  test.each([
    ['S-00', 0.25],
    ['S-0', 0.5],
    ['S-1', 1],
    ['S-8', 8],
  ])('an hour of %s costs %s', (size, credits) => {
    expect(creditsPerHour(size)).toBe(credits);
  });
});

interface Row {
  readonly startTime: string;
  readonly endTime: string;
  readonly resourceId: string;
  readonly resourceName: string;
  readonly value: string;
}

const usageUrl = (from: number, to: number, more = ''): string =>
  `/v1/billing/usage?startTime=${iso(from)}&endTime=${iso(to)}${more}`;

async function rowsOf(api: ManagementHttp, url: string): Promise<readonly Row[]> {
  const reply = (await api.ok('GET', url)) as unknown as { billingUsage: { usage: Row[] }[] };
  return reply.billingUsage.flatMap(({ usage }) => usage);
}

test('thirty days of use are there at the start, of a workspace that was given up as well', async () => {
  const api = new ManagementHttp(await start());
  const now = api.emulator.clock.now();
  const rows = await rowsOf(api, usageUrl(now - 30 * DAY, now, '&aggregateBy=day&metric=ComputeCredit'));
  const days = (name: string) =>
    new Set(rows.filter((row) => row.resourceName === name).map((row) => row.startTime));
  expect(days('local').size).toBeGreaterThanOrEqual(30);
  expect(days('local-nightly').size).toBeGreaterThanOrEqual(27);
  for (const { value } of rows) expect(Number(value)).toBeGreaterThan(0);
  const again = new ManagementHttp(await start());
  const total = (of: readonly Row[]) => of.reduce((sum, { value }) => sum + Number(value), 0);
  const period = usageUrl(now - 20 * DAY, now - DAY, '&aggregateBy=month&metric=ComputeCredit');
  expect(total(await rowsOf(api, period))).toBeCloseTo(total(await rowsOf(again, period)), -1);
});

test('suspending lowers tomorrow’s bar, and a terminated workspace stays in the bill', async () => {
  const api = new ManagementHttp(await start({ deployments: [], behaviour: { createMs: 0, suspendMs: 0 } }));
  const midnight = (Math.floor(api.emulator.clock.now() / DAY) + 1) * DAY;
  api.advance(midnight - api.emulator.clock.now() - 1000);
  const id = await api.makeWorkspace(await api.makeGroup(), { size: 'S-1' });
  const begun = api.emulator.clock.now() - 1000;
  api.advance(begun + 6 * HOUR - api.emulator.clock.now());
  await api.ok('POST', `/v1/workspaces/${id}/suspend`);
  api.advance(DAY);
  await api.ok('DELETE', `/v1/workspaces/${id}`);
  const rows = await rowsOf(api, usageUrl(begun, begun + 2 * DAY, '&aggregateBy=hour&metric=ComputeCredit'));
  expect(rows.every(({ resourceId }) => resourceId === id)).toBe(true);
  expect(rows.reduce((sum, { value }) => sum + Number(value), 0)).toBeCloseTo(6, 6);
});

test('storage is what the Stage holds, of a group that is gone too', async () => {
  const emulator = await start({ deployments: [] });
  const api = new ManagementHttp(emulator);
  const group = await api.makeGroup();
  await new StageHttp(emulator, `/v1/stage/${group}/fs/`).put('f', new Uint8Array(5000));
  api.advance(HOUR);
  const now = api.emulator.clock.now();
  const url = usageUrl(now - 1000, now, '&metric=StorageAvgByte');
  expect(await rowsOf(api, url)).toMatchObject([{ resourceId: group, value: '5000' }]);
  await api.ok('DELETE', `/v1/workspaceGroups/${group}`);
  expect(await rowsOf(api, url)).toMatchObject([{ resourceId: group, value: '5000' }]);
});

test('storage of a group that expired stays in the bill when its Stage is given back', async () => {
  const emulator = await start({ deployments: [] });
  const api = new ManagementHttp(emulator);
  const group = await api.makeGroup({ expiresAt: '1h' });
  await new StageHttp(emulator, `/v1/stage/${group}/fs/`).put('f', new Uint8Array(5000));
  const from = api.emulator.clock.now();
  api.advance(2 * HOUR);
  const url = usageUrl(from, from + 1000, '&metric=StorageAvgByte');
  expect(await rowsOf(api, url)).toMatchObject([{ resourceId: group, value: '5000' }]);
  await api.makeGroup();
  expect(await rowsOf(api, url)).toMatchObject([{ resourceId: group, value: '5000' }]);
});

test('a period of a century is answered in the hours in which something was there', async () => {
  const api = new ManagementHttp(await start({ deployments: [] }));
  await api.makeWorkspace(await api.makeGroup());
  api.advance(3 * HOUR);
  const century = usageUrl(0, at('2070-01-01'), '&metric=ComputeCredit');
  expect((await rowsOf(api, century)).length).toBeLessThanOrEqual(4);
});

test.each([
  ['spec', 'usage', ['resourceId', 'resourceType', 'ownerId'], /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{3})?Z$/],
  ['blog', 'Usage', ['resourceId', 'resourceType', 'ownerId'], /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d \+0000 UTC$/],
  ['sdk', 'Usage', ['resourceId', 'resource_type', 'ownerId'], /Z$/],
  ['js', 'Usage', ['resourceID', 'resourceType', 'ownerID'], /Z$/],
] as const)('the dialect %s', async (billingDialect, list, keys, time) => {
  const api = new ManagementHttp(await start({ behaviour: { billingDialect } }));
  const now = api.emulator.clock.now();
  const reply = (await api.ok('GET', usageUrl(now - DAY, now, '&metric=computeCredit'))) as {
    billingUsage: Record<string, Fields[]>[];
  };
  const [row] = reply.billingUsage[0]![list]!;
  for (const key of [...keys, 'value', 'resourceName']) expect(row![key]).toEqual(expect.any(String));
  expect(row!['startTime']).toMatch(time);
});

test.each([
  ['no start', '/v1/billing/usage?endTime=2026-01-01T00:00:00Z', /^400 startTime: is missing/],
  ['no end', '/v1/billing/usage?startTime=2026-01-01T00:00:00Z', /^400 endTime: is missing/],
  [
    'a date',
    '/v1/billing/usage?startTime=2026-01-01&endTime=2026-01-02T00:00:00Z',
    /^400 startTime: is not a UTC/,
  ],
  [
    'an offset',
    '/v1/billing/usage?startTime=2026-01-01T00:00:00%2B02:00&endTime=x',
    /^400 startTime: is not a UTC/,
  ],
  ['the wrong order', usageUrl(DAY, 0), /^400 endTime: is before/],
  ['a metric', usageUrl(0, DAY, '&metric=Credit'), /^400 metric: /],
  ['a week', usageUrl(0, DAY, '&aggregateBy=week'), /^400 aggregateBy: /],
])('a request with %s is refused', async (_what, url, words) => {
  expect(await new ManagementHttp(await start()).refusal('GET', url)).toMatch(words);
});

test('the case of a metric counts when a switch says so', async () => {
  const api = new ManagementHttp(await start({ behaviour: { billingMetric: 'exact' } }));
  expect(await api.refusal('GET', usageUrl(0, DAY, '&metric=computeCredit'))).toMatch(/^400 metric/);
});

test('what is planned can be priced before it is made', async () => {
  const api = new ManagementHttp(await start());
  const [from, to] = ['2026-05-01', '2026-05-02'];
  const resources = [
    { size: 'S-1', from, to },
    { size: 'S-00', scaleFactor: 2, edition: 'STANDARD', from, to },
  ];
  expect(await api.ok('POST', '/v1/billing/usage/simulate', { resources })).toMatchObject({
    resources: [
      { hours: 24, amount: 24 },
      { hours: 24, amount: 12 },
    ],
    totalAmount: 36,
  });
  expect(await api.refusal('POST', '/v1/billing/usage/simulate', { resources: [] })).toMatch(/^400 /);
});
