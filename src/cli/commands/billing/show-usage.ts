import { DAY, labelOf, startOf, startsWithin } from '../../../billing/calendar.ts';
import { chartOf } from '../../../billing/chart.ts';
import { parsePeriod, type Period, PeriodError } from '../../../billing/period.ts';
import { emptyTable, totalsOf, type UsageTable } from '../../../billing/totals.ts';
import type { Granularity } from '../../../billing/usage.ts';
import { usageError } from '../../../jobs/usage-errors.ts';
import { printable } from '../../../model/printable.ts';
import { EXIT, type ExitStatus } from '../../exit-status.ts';
import { alignedRows, formatOf, printRows } from '../../management/printing/print-rows.ts';
import type { Run } from '../../management/run.ts';
import { readGroups, readUsage } from './read-usage.ts';
import type { UsageFlags } from './usage-flags.ts';
import { totalRows, usageFields, usageRows } from './usage-rows.ts';

/** With more days than this, a picture shows months, unless --by says otherwise. */
const MOST_DAYS = 31;

/** `stagesync billing usage`. */
export async function showUsage(run: Run<UsageFlags>): Promise<ExitStatus> {
  const { flags, api } = run;
  const isDrawn = flags.plot === true || flags.plotFile !== undefined;
  const plot = isDrawn ? await import('./plot.ts') : undefined;
  const file = flags.plotFile === undefined ? undefined : plot?.plotFile(flags.plotFile, run.host);
  if (file !== undefined && flags.metric === 'all')
    throw usageError('--plot-file draws one metric: give --metric compute or --metric storage');
  const period = periodOf(flags, api.clock.now());
  const byMonth =
    isDrawn && flags.by === undefined && startsWithin(period.fromMs, period.toMs, 'day').length > MOST_DAYS;
  const granularity: Granularity = flags.by ?? (byMonth ? 'month' : 'day');
  const rows = await readUsage(run, { period, granularity, metric: flags.metric });
  const groupOf = flags.groupBy === 'group' ? await readGroups(run) : undefined;
  const tables = totalsOf(rows, { period, granularity, groupBy: flags.groupBy, groupOf });
  if (tables.length === 0) tables.push(emptyTable({ period, granularity, ...flags }));

  if (formatOf(flags) !== 'text') printData(run, tables);
  else if (!isDrawn)
    for (const [at, table] of tables.entries()) {
      if (at > 0) run.out.line('');
      printText(run, table);
    }
  for (const [at, table] of plot === undefined ? [] : tables.entries()) {
    const notes = byMonth
      ? [`By month, for there are more than ${MOST_DAYS} days; --by day draws each.`]
      : [];
    const chart = chartOf(table, { notes });
    if (flags.plot === true && formatOf(flags) === 'text') {
      if (at > 0) run.out.line('');
      for (const line of plot?.terminalPlot(chart, run.host, { ascii: flags.ascii === true }) ?? [])
        run.out.line(line);
    }
    if (file === undefined) continue;
    await plot?.writePlot(file, chart);
    run.err.line(`stagesync: drawn into ${printable(file)}`);
  }
  return EXIT.clean;
}

function periodOf({ from, to }: UsageFlags, nowMs: number): Period {
  try {
    return parsePeriod(from, to, nowMs);
  } catch (error) {
    if (error instanceof PeriodError) throw usageError(`${error.message}.`, error);
    throw error;
  }
}

function printData(run: Run<UsageFlags>, tables: readonly UsageTable[]): void {
  const isJson = formatOf(run.flags) === 'json';
  const rows = tables.flatMap((table) => [
    ...usageRows(table, run.flags),
    // a sum below a column would be added up with it by whoever reads the file
    ...(isJson && table.lines.length > 0 ? totalRows(table, run.flags) : []),
  ]);
  const keys = ['startTime', 'endTime', 'metric', 'unit', 'key', 'name', 'value'];
  if (run.flags.creditPrice !== undefined) keys.push('estimate');
  const [table] = tables;
  const none = table === undefined ? 'no usage' : noUsage(table);
  printRows(run, { rows, fields: keys.map((key) => ({ key, isListed: true })), none }, run.flags);
}

function printText(run: Run<UsageFlags>, table: UsageTable): void {
  if (table.lines.length === 0) return run.err.line(`stagesync: ${noUsage(table)}`);
  const { creditPrice } = run.flags;
  run.out.line(
    `${table.unit === 'credits' ? 'Compute credits' : table.unit === 'bytes' ? 'Average storage' : printable(table.metric)}, ${spanText(table)}`,
  );
  run.out.line('');
  const rows = usageRows(table, run.flags);
  const totals = totalRows(table, run.flags);
  const shown = [...rows, ...(table.series.length === 1 ? totals.slice(0, 1) : totals)];
  const lines = alignedRows(shown, usageFields(table, shown, run.flags));
  // one table, so that the columns stand below each other
  lines.splice(rows.length + 1, 0, '');
  for (const line of lines) run.out.line(line);
  if (creditPrice !== undefined && table.unit === 'credits')
    run.out.line(`\nEstimate: credits times ${creditPrice}. The API knows no prices; the invoice counts.`);
}

const noUsage = (table: UsageTable): string => `nothing was used, ${spanText(table)}`;

/** 'from 2026-10-25 to 2026-10-28 (UTC)': the last day, where the period has whole days. */
function spanText({ period: { fromMs, toMs } }: UsageTable): string {
  const isWhole = startOf(fromMs, 'day') === fromMs && startOf(toMs, 'day') === toMs;
  if (!isWhole) return `from ${labelOf(fromMs, 'hour')} to ${labelOf(toMs, 'hour')} (UTC)`;
  const [first, last] = [labelOf(fromMs, 'day'), labelOf(toMs - DAY, 'day')];
  return first === last ? `on ${first} (UTC)` : `from ${first} to ${last} (UTC)`;
}
