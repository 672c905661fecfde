import type { DatabaseSync } from 'node:sqlite';
import { parseDateWith } from './date-format.ts';

type Value = string | number | bigint | null | Uint8Array;

const text = (value: Value): string =>
  value instanceof Uint8Array ? Buffer.from(value).toString() : String(value);
const pad = (value: Value, length: Value, filler: Value): string =>
  text(filler)
    .repeat(Number(length))
    .slice(0, Math.max(0, Number(length) - text(value).length));

/** Functions of MySQL that SQLite does not have; null in, null out. */
const FUNCTIONS: Readonly<Record<string, (...values: Value[]) => Value>> = {
  str_to_date: (value, format) => parseDateWith(text(value), text(format)) ?? null,
  to_date: (value, format) => parseDateWith(text(value), text(format)) ?? null,
  char_length: (value) => Array.from(text(value)).length,
  left: (value, length) => text(value).slice(0, Number(length)),
  right: (value, length) => (Number(length) === 0 ? '' : text(value).slice(-Number(length))),
  lpad: (value, length, filler) => (pad(value, length, filler) + text(value)).slice(0, Number(length)),
  rpad: (value, length, filler) => (text(value) + pad(value, length, filler)).slice(0, Number(length)),
  regexp: (pattern, value) => (new RegExp(text(pattern), 'iu').test(text(value)) ? 1 : 0),
  substring_index: (value, delimiter, count) => {
    const parts = text(value).split(text(delimiter));
    const many = Number(count);
    return (many >= 0 ? parts.slice(0, many) : parts.slice(many)).join(text(delimiter));
  },
  convert_tz: (time, from, to) => {
    const [one, other] = [minutesOf(text(from)), minutesOf(text(to))];
    const [whole = '', fraction] = text(time).split('.');
    const at = Date.parse(`${whole.replace(' ', 'T')}Z`);
    if (one === undefined || other === undefined || Number.isNaN(at)) return null;
    const moved = new Date(at + (other - one) * 60_000).toISOString().slice(0, 19).replace('T', ' ');
    return fraction === undefined ? moved : `${moved}.${fraction}`;
  },
  from_unixtime: (seconds) => new Date(Number(seconds) * 1000).toISOString().slice(0, 19).replace('T', ' '),
  json_extract_string: (json, key) => {
    const value = (JSON.parse(text(json)) as Record<string, unknown> | null)?.[text(key)];
    return value === undefined || value === null
      ? null
      : typeof value === 'string'
        ? value
        : JSON.stringify(value);
  },
};

/** Minutes of an offset from UTC: '+02:00'. Zones by their names are not known here. */
function minutesOf(offset: string): number | undefined {
  const [whole, sign, hours, minutes] = /^([+-])(\d{1,2}):(\d{2})$/.exec(offset) ?? [];
  return whole === undefined ? undefined : (Number(hours) * 60 + Number(minutes)) * (sign === '-' ? -1 : 1);
}

/** Registers them; `now`: milliseconds since 1970. */
export function addFunctions(db: DatabaseSync, now: () => number): void {
  for (const [name, work] of Object.entries(FUNCTIONS))
    db.function(
      name,
      { deterministic: true, varargs: false, useBigIntArguments: true },
      withNulls(name, work),
    );
  const time = (): string => new Date(now()).toISOString().slice(0, 19).replace('T', ' ');
  for (const name of ['now', 'utc_timestamp']) db.function(name, time);
  db.function('curdate', () => time().slice(0, 10));
  db.function('unix_timestamp', () => Math.floor(now() / 1000));
}

/** SQLite takes the number of arguments from the length of the function. */
function withNulls(_name: string, work: (...values: Value[]) => Value): (...values: Value[]) => Value {
  const checked = (...values: Value[]): Value => (values.includes(null) ? null : work(...values));
  return Object.defineProperty(checked, 'length', { value: work.length });
}
