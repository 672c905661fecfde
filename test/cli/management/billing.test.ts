import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startEmulator } from '../../../src/emulator/emulator.ts';
import type { BillingDialect } from '../../../src/emulator/control/management-behaviour.ts';
import type { Emulator } from '../../../src/emulator/options.ts';
import { linesTo } from '../../support/cli/management-line.ts';

let emulator: Emulator;
let folder: string;
beforeAll(async () => {
  emulator = await startEmulator();
  folder = await mkdtemp(join(tmpdir(), 'stagesync-billing-'));
});
afterAll(async () => {
  await emulator.close();
  await rm(folder, { recursive: true, force: true });
});

const usage = (flags: string, options = {}) =>
  linesTo(emulator)(`billing usage ${flags}`.trim(), { cwd: folder, ...options });
const day = (back: number): string => new Date(Date.now() - back * 86_400_000).toISOString().slice(0, 10);
const sum = (values: readonly unknown[]): number =>
  Number(values.reduce<number>((total, value) => total + Number(value), 0).toPrecision(9));

test('text, JSON lines and CSV have the same numbers, and totals that are their sums', async () => {
  const { rows } = await usage('--json');
  const used = rows.filter(({ row }) => row === 'usage');
  const totals = rows.filter(({ row }) => row === 'total');
  expect(new Set(used.map(({ startTime }) => String(startTime).slice(0, 10))).size).toBe(7);
  expect(used.every(({ unit, value }) => unit === 'credits' && typeof value === 'number')).toBe(true);
  expect(sum(used.map(({ value }) => value))).toBe(sum([totals.at(-1)?.['value']]));

  const csv = (await usage('--format csv')).stdout.trimEnd().split('\n');
  expect(csv[0]).toBe('startTime,endTime,metric,unit,key,name,value');
  expect(csv.slice(1).map((line) => Number(line.split(',').at(-1)))).toEqual(used.map(({ value }) => value));

  const text = (await usage('')).stdout;
  expect(text).toMatch(
    /^Compute credits, from \d{4}-\d\d-\d\d to \d{4}-\d\d-\d\d \(UTC\)\n\nDATE +WORKSPACE +CREDITS\n/,
  );
  expect(text).toContain(`to ${day(1)} (UTC)`);
  expect(text).toMatch(/\n\ntotal +local +[\d.]+\n/);
});

test('the last day that is named is part of the period', async () => {
  const { rows } = await usage(`--from ${day(2)} --to ${day(2)} --group-by none --json`);
  expect(rows.map(({ row, startTime, endTime }) => [row, startTime, endTime])).toEqual([
    ['usage', `${day(2)}T00:00:00Z`, `${day(1)}T00:00:00Z`],
    ['total', `${day(2)}T00:00:00Z`, `${day(1)}T00:00:00Z`],
    ['total', `${day(2)}T00:00:00Z`, `${day(1)}T00:00:00Z`],
  ]);
});

test('a day that is cut at other hours than the service’s is added up from hours', async () => {
  const whole = await usage(`--from ${day(3)} --to ${day(2)} --by hour --group-by none --json`);
  const cut = await usage(`--from ${day(3)}T06:00-02:00 --to ${day(2)}T20:00Z --group-by none --json`);
  const within = whole.rows.filter(
    ({ row, startTime }) =>
      row === 'usage' &&
      String(startTime) >= `${day(3)}T08:00:00Z` &&
      String(startTime) < `${day(2)}T20:00:00Z`,
  );
  // both are rounded
  expect(sum([cut.rows.at(-1)?.['value']])).toBeCloseTo(sum(within.map(({ value }) => value)), 6);
  expect(cut.stderr).toBe('');
});

test.each<BillingDialect>(['spec', 'blog', 'sdk', 'js'])(
  'the dialect %s is read, without a warning',
  async (dialect) => {
    const expected = (await usage(`--from ${day(4)} --to ${day(2)} --json`)).stdout;
    emulator.behaviour.set({ billingDialect: dialect });
    const read = await usage(`--from ${day(4)} --to ${day(2)} --json`);
    emulator.behaviour.reset();
    expect(read).toMatchObject({ status: 0, stderr: '' });
    const values = (text: string) => [...text.matchAll(/"value":([\d.]+)/g)].map(([, value]) => value);
    expect(values(read.stdout)).toEqual(values(expected));
  },
);

test('storage is shown apart from credits, in GB', async () => {
  const { stdout } = await usage('--metric all');
  const [credits, storage] = stdout.split('Average storage, ');
  expect(credits).toMatch(/CREDITS/);
  expect(credits).not.toMatch(/ GB\n/);
  if (storage !== undefined) expect(storage).toMatch(/DATE +WORKSPACE +GB\n/);
  const { rows } = await usage('--metric all --json');
  for (const { unit, metric } of rows)
    expect(String(metric)).toMatch(unit === 'bytes' ? /^Storage/ : /^Compute/);
});

test.each([
  ['group', /GROUP +CREDITS\n.* local /],
  ['owner', /OWNER +CREDITS\n/],
  ['type', /TYPE +CREDITS\n/],
  ['none', /DATE +CREDITS\n/],
])('--group-by %s', async (by, expected) => {
  const all = await usage('--json --group-by none');
  const grouped = await usage(`--json --group-by ${by}`);
  expect(sum([grouped.rows.at(-1)?.['value']])).toBe(sum([all.rows.at(-1)?.['value']]));
  expect((await usage(`--group-by ${by}`)).stdout).toMatch(expected);
});

test('a credit price adds an estimate, which is called one', async () => {
  const { stdout } = await usage('--credit-price 3.20 --group-by none');
  expect(stdout).toMatch(/DATE +CREDITS +ESTIMATE\n/);
  expect(stdout).toMatch(/Estimate: credits times 3\.2\. The API knows no prices; the invoice counts\.\n$/);
  const { rows } = await usage('--credit-price 3.20 --json');
  for (const { value, estimate } of rows) expect(estimate).toBeCloseTo(Number(value) * 3.2, 9);
});

test('--plot draws bars as wide as the terminal, and # where it shows no more', async () => {
  const wide = (await usage('--plot', { columns: 120 })).stdout.split('\n');
  const bars = wide.filter((line) => line.includes('█'));
  expect(wide[0]).toBe('Compute Credits Consumed Per Day for Each Workspace');
  expect(Math.max(...bars.map((line) => line.length))).toBeGreaterThan(110);
  for (const flags of [{ flag: '--plot --ascii' }, { flag: '--plot', env: { LANG: 'C' } }]) {
    const plain = await usage(flags.flag, { columns: 40, env: flags.env ?? {} });
    expect(plain.stdout).toMatch(/ #+ /);
    expect(plain.stdout).toMatch(/^[\x20-\x7e\n]*$/);
  }
});

test('colours are for a terminal that has some, and not where NO_COLOR asks for none', async () => {
  const colourful = { columns: 80, env: { TERM: 'xterm' } };
  const painted = await usage('--from 30d --plot', colourful);
  expect(painted.stdout).toContain('\u{1b}[');
  for (const options of [{ env: { TERM: 'xterm' } }, { ...colourful, env: { TERM: 'xterm', NO_COLOR: '1' } }])
    expect((await usage('--from 30d --plot', options)).stdout).not.toContain('\u{1b}');
});

test('more than 31 days are drawn by month, which is said; --by day draws each', async () => {
  const months = await usage(`--from ${day(40)} --to ${day(1)} --plot`);
  expect(months.stdout).toMatch(/^Compute Credits Consumed Per Month for Each Workspace\n/);
  expect(months.stdout).toContain('By month, for there are more than 31 days; --by day draws each.');
  const days = await usage(`--from ${day(40)} --to ${day(1)} --plot --by day`);
  expect(days.stdout).toMatch(/^Compute Credits Consumed Per Day for Each Workspace\n/);
});

test('--plot-file writes a picture or a page, and says so', async () => {
  const picture = await usage('--plot-file usage.svg');
  expect(picture).toMatchObject({ status: 0, stdout: '' });
  expect(picture.stderr).toBe(`stagesync: drawn into ${join(folder, 'usage.svg')}\n`);
  expect(await readFile(join(folder, 'usage.svg'), 'utf8')).toMatch(/^<svg [^]*Resource Name[^]*<\/svg>\n$/);
  await usage('--plot-file usage.html');
  expect(await readFile(join(folder, 'usage.html'), 'utf8')).toMatch(/^<!doctype html>[^]*<tfoot>/);
  expect(await usage('--plot-file missing/usage.svg')).toMatchObject({
    status: 2,
    stderr: expect.stringContaining('cannot write --plot-file'),
  });
});

test('no use is nothing on stdout, a word on stderr, and a picture of nothing', async () => {
  const none = await usage('--from 2020-01-01 --to 2020-01-03');
  expect(none).toMatchObject({
    status: 0,
    stdout: '',
    stderr: 'stagesync: nothing was used, from 2020-01-01 to 2020-01-03 (UTC)\n',
  });
  expect(await usage('--from 2020-01-01 --to 2020-01-03 --plot-file none.svg')).toMatchObject({ status: 0 });
  expect(await readFile(join(folder, 'none.svg'), 'utf8')).toContain('(no use)');
});

test('tables, and charts, of two metrics stand apart', async () => {
  const rows = [{ startTime: `${day(2)}T00:00:00Z`, resourceId: 'a', resourceName: 'a', value: '2' }];
  const bill = ['ComputeCredit', 'StorageAvgByte'].map((metric) => ({ metric, usage: rows }));
  const body = JSON.stringify({ billingUsage: bill });
  const both = await startEmulator({
    faults: { rules: [{ fault: 'replace_reply', kind: { area: 'billing', operation: 'usage' }, body }] },
  });
  try {
    const shown = (flags: string) => linesTo(both)(`billing usage --metric all ${flags}`.trim());
    expect((await shown('')).stdout).toMatch(/^total .*\n\nAverage storage, /m);
    expect((await shown('--plot')).stdout).toMatch(/\.\n\nAverage Storage Per Day/);
  } finally {
    await both.close();
  }
});
