import { startOfNext } from './calendar.ts';
import type { Granularity, UsageRow } from './usage.ts';

/** Usage as the API wrote it, read. */
export interface ReadUsage {
  readonly rows: readonly UsageRow[];
  /** What could not be read, a sentence each. Not escaped. */
  readonly problems: readonly string[];
}

type Loose = Readonly<Record<string, unknown>>;

/**
 * Reads the value of `billingUsage`, in each of the four dialects that clients have met: `usage` or `Usage`, `resourceId` or
 * `resourceID`, times in ISO 8601 or as Go prints them, values as numbers or their digits. A row that cannot be read is a
 * problem with its place, and the others count.
 */
export function readReply(billingUsage: unknown, granularity: Granularity): ReadUsage {
  const rows: UsageRow[] = [];
  const problems: string[] = [];
  for (const [at, metric] of listOf(billingUsage).entries()) {
    const name = textAt(metric, 'metric') ?? 'unknown';
    for (const [index, row] of listOf(valueAt(metric, 'usage')).entries()) {
      const read = rowOf(row, name, granularity);
      if (typeof read !== 'string') rows.push(read);
      else problems.push(`row ${index} of billingUsage.${at} (${name}) ${read}; it is left out`);
    }
  }
  return { rows, problems };
}

function rowOf(row: Loose, metric: string, granularity: Granularity): UsageRow | string {
  const rawValue = textAt(row, 'value');
  const value = rawValue !== undefined && DECIMAL.test(rawValue) ? Number(rawValue) : Number.NaN;
  if (!Number.isFinite(value)) return `has no number as its value (${rawValue ?? 'none'})`;
  const startText = textAt(row, 'startTime');
  const startMs = parseTime(startText);
  if (startMs === undefined) return `has no time as its start (${startText ?? 'none'})`;
  return {
    metric,
    startMs,
    endMs: parseTime(textAt(row, 'endTime')) ?? startOfNext(startMs, granularity),
    resourceID: textAt(row, 'resourceid'),
    resourceName: textAt(row, 'resourcename'),
    resourceType: textAt(row, 'resourcetype'),
    ownerID: textAt(row, 'ownerid'),
    value,
    rawValue: rawValue ?? '',
  };
}

const DECIMAL = /^\s*[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?\s*$/i;
const TIME =
  /^(\d{4}-\d{2}-\d{2})(?:[T ](\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?) ?(?:(Z)|([+-]\d{2}):?(\d{2}))?(?: [\w+-]+)?)?$/i;

/**
 * '2023-10-26T00:00:00Z', and '2023-10-26 00:00:00 +0000 UTC' as Go prints a time. One without an offset is in UTC, wherever
 * this machine is.
 */
function parseTime(text: string | undefined): number | undefined {
  const [, date, time = '00:00', , hours = '+00', minutes = '00'] = TIME.exec(text ?? '') ?? [];
  const ms = Date.parse(`${date}T${time}${hours}:${minutes}`);
  return Number.isNaN(ms) ? undefined : ms;
}

const listOf = (value: unknown): readonly Loose[] =>
  Array.isArray(value) ? value.map((each) => Object(each) as Loose) : [];

/** The value of a key, whose spelling in capitals and with underscores differs between dialects. */
function valueAt(row: Loose, key: string): unknown {
  const wanted = key.toLowerCase();
  const found = Object.keys(row).find((each) => each.replaceAll('_', '').toLowerCase() === wanted);
  return found === undefined ? undefined : row[found];
}

function textAt(row: Loose, key: string): string | undefined {
  const value = valueAt(row, key);
  if (typeof value === 'number') return String(value);
  return typeof value === 'string' && value !== '' ? value : undefined;
}
