import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { cpus, release, totalmem, type as systemType } from 'node:os';
import { join } from 'node:path';
import type { Check, Outcome } from './bench.ts';
import type { Peers } from './measure/peers.ts';
import type { Spread } from './measure/statistics.ts';

/** Where a result was measured. */
export interface Circumstances {
  readonly date: string;
  readonly machine: string;
  readonly versions: Readonly<Record<string, string>>;
  /** One-minute load average before the row ran: above the number of cores, others were at work too. */
  readonly load: number;
  /** How often each contestant ran. Results of earlier versions do not say. */
  readonly pairs?: number;
  /** Names the build that was measured: two builds of the same code have the same name. */
  readonly build?: string;
}

export interface Result extends Outcome, Circumstances {
  readonly row: number;
  readonly name: string;
}

export function machine(): string {
  const [first] = cpus();
  return `${cpus().length} x ${first?.model.trim() ?? 'unknown'}, ${Math.round(totalmem() / 2 ** 30)} GiB, ${systemType()} ${release()}`;
}

export function versionsOf(product: string, peers: Peers): Record<string, string> {
  const { curl, rclone, rsync, find, aws, python, radosgw } = peers;
  const versions: Record<string, string> = { stagesync: product, node: process.version };
  const found = {
    curl,
    rclone,
    rsync,
    find,
    aws,
    python: python?.version,
    radosgw: radosgw && 'given by its address',
  };
  for (const [name, version] of Object.entries(found)) if (version !== undefined) versions[name] = version;
  return versions;
}

/** Adds results to those in `folder`: a row that did not run now keeps what it had. */
export function writeResults(folder: string, results: readonly Result[], build: string): Result[] {
  const file = join(folder, 'results.json');
  const known = existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as Result[]) : [];
  const all = [...known.filter(({ row }) => !results.some((each) => each.row === row)), ...results];
  all.sort((a, b) => a.row - b.row);
  writeFileSync(file, `${JSON.stringify(all, undefined, 2)}\n`);
  writeFileSync(join(folder, 'results.md'), markdown(all, build));
  return all;
}

export function markdown(results: readonly Result[], build: string): string {
  const lines = [
    '# Results',
    '',
    'Written by `npm run bench`. Ours and its anchor run in turn; ratios are of neighbours, so that they hold on any machine. What each number means: docs/performance.md. A row marked as of an older build was not measured again since the code changed.',
    '',
    '| # | what | median | min to max | target | | measured |',
    '|---|---|---|---|---|---|---|',
  ];
  for (const result of results) {
    const { row, name, checks, leftOut } = result;
    const measured = measuredWhen(result, build);
    for (const check of checks) {
      const verdict = check.met === undefined ? '' : check.met ? 'met' : '**missed**';
      lines.push(
        `| ${row} | ${name}: ${check.what} | ${shown(check.value.median, check)} | ${number(check.value.min)} to ${number(check.value.max)} | ${check.target ?? ''} | ${verdict} | ${measured} |`,
      );
    }
    if (checks.length === 0)
      lines.push(`| ${row} | ${name} | | | | left out: ${leftOut.join(', ')} | ${measured} |`);
  }
  for (const result of results) lines.push('', ...section(result, build));
  return `${lines.join('\n')}\n`;
}

/** Date, pairs and load, and whether the code has changed since. */
function measuredWhen(result: Circumstances, build: string): string {
  const pairs =
    result.pairs === undefined
      ? 'pairs not told'
      : `${result.pairs} ${result.pairs === 1 ? 'pair' : 'pairs'}`;
  const age = result.build === build ? '' : ', **older build**';
  return `${result.date}, ${pairs}, load ${result.load.toFixed(1)}${age}`;
}

function section(result: Result, build: string): string[] {
  const lines = [`## ${result.row}. ${result.name}`, '', `${result.work}.`, ''];
  if (result.contestants.length > 0) {
    lines.push('| | median | min | max | | CPU µs/file | peak RSS MB |', '|---|---|---|---|---|---|---|');
    for (const { name, value, unit, cpuUsPerFile, rssMB } of result.contestants)
      lines.push(
        `| ${name} | ${number(value.median)} | ${number(value.min)} | ${number(value.max)} | ${unit} | ${optional(cpuUsPerFile)} | ${optional(rssMB)} |`,
      );
    lines.push('');
  }
  for (const note of result.notes) lines.push(`- ${note}`);
  if (result.leftOut.length > 0) lines.push(`- Left out on this machine: ${result.leftOut.join(', ')}.`);
  const versions = Object.entries(result.versions).map(([name, version]) => `${name} ${version}`);
  lines.push(`- ${measuredWhen(result, build)}; ${result.machine}; ${versions.join('; ')}.`);
  return lines;
}

const shown = (value: number, { unit = '' }: Check): string => `${number(value)}${unit}`;
const optional = (value: number | undefined): string => (value === undefined ? '' : number(value));

/** Three digits are what such numbers are good for. */
export function number(value: number): string {
  if (Number.isInteger(value) || Math.abs(value) >= 100) return Math.round(value).toLocaleString('en-US');
  return value.toPrecision(3);
}

export const spreadText = ({ median, min, max }: Spread): string =>
  `${number(median)} (${number(min)} to ${number(max)})`;
