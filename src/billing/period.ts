import { DAY, startOf, startOfNext } from './calendar.ts';

/** A span of time in milliseconds since 1970; the end is the first moment after it. */
export interface Period {
  readonly fromMs: number;
  readonly toMs: number;
}

/** A text that is no time; the message says which forms there are. */
export class PeriodError extends Error {
  override readonly name = 'PeriodError';
}

const TIME_FORMS =
  'a date (2026-10-25), a time (2026-10-25T13:00Z, or with an offset), a month (2026-10), 7d, this-month or last-month';

/** Days that usage is shown for where no time is given. */
const DEFAULT_DAYS = 7;

/**
 * The span that two texts mean, in UTC. `from` counts from the beginning of what it names and `to` up to its end, so that
 * the last day is part of it. Without `to`, a month or a word names the whole of its span; a date or a time goes on until
 * now. Without both: the last 7 whole days. Throws a PeriodError.
 */
export function parsePeriod(from: string | undefined, to: string | undefined, nowMs: number): Period {
  const begin = spanOf(from ?? (to === undefined ? `${DEFAULT_DAYS}d` : ''), nowMs);
  if (from === undefined && to !== undefined)
    throw new PeriodError('--to needs --from: without a beginning there is no period');
  if (begin === undefined) throw unreadable('--from', from ?? '');
  if (to !== undefined && DAYS_BACK.test(to))
    throw new PeriodError(`--to ${to} is a number of days, which has no end of its own: give --from ${to}`);
  const end = to === undefined ? undefined : spanOf(to, nowMs);
  if (to !== undefined && end === undefined) throw unreadable('--to', to);
  const toMs = end?.toMs ?? (begin.isWhole ? begin.toMs : Math.max(nowMs, begin.fromMs));
  if (toMs <= begin.fromMs)
    throw new PeriodError(
      `the period ends (${iso(toMs)}) before it begins (${iso(begin.fromMs)})${begin.fromMs >= nowMs ? '; --from is in the future' : ''}`,
    );
  return { fromMs: begin.fromMs, toMs };
}

interface Span extends Period {
  /** Whether the text, alone, means the whole span. */
  readonly isWhole: boolean;
}

const DAYS_BACK = /^(\d{1,4})d$/;
const MONTH = /^(\d{4})-(\d{2})$/;
const DATE = /^\d{4}-\d{2}-\d{2}$/;
const TIME = /^(\d{4}-\d{2}-\d{2})[T ](\d{2}:\d{2}(?::\d{2}(?:\.\d{1,9})?)?)\s?(Z|[+-]\d{2}(?::?\d{2})?)?$/i;

function spanOf(text: string, nowMs: number): Span | undefined {
  const days = Number(DAYS_BACK.exec(text)?.[1]);
  if (days > 0) {
    const today = startOf(nowMs, 'day');
    return { fromMs: today - days * DAY, toMs: today, isWhole: true };
  }
  if (text === 'this-month') return monthOf(nowMs);
  if (text === 'last-month') return monthOf(startOf(nowMs, 'month') - 1);
  if (MONTH.test(text)) {
    const start = Date.parse(`${text}-01T00:00:00Z`);
    return Number.isNaN(start) ? undefined : monthOf(start);
  }
  if (DATE.test(text)) {
    const start = dayOf(text);
    return start === undefined ? undefined : { fromMs: start, toMs: start + DAY, isWhole: false };
  }
  return momentOf(text);
}

function momentOf(text: string): Span | undefined {
  const [, date, time, offset = 'Z'] = TIME.exec(text) ?? [];
  if (date === undefined || time === undefined || dayOf(date) === undefined) return undefined;
  const withColon = /^[+-]\d{2}$/.test(offset)
    ? `${offset}:00`
    : offset.replace(/^([+-]\d{2})(\d{2})$/, '$1:$2');
  const ms = Date.parse(`${date}T${time}${withColon.toUpperCase()}`);
  return Number.isNaN(ms) ? undefined : { fromMs: ms, toMs: ms, isWhole: false };
}

/** Undefined for a day that its month does not have: the parser would take it for one of the next month. */
function dayOf(date: string): number | undefined {
  const ms = Date.parse(`${date}T00:00:00Z`);
  return !Number.isNaN(ms) && iso(ms).startsWith(date) ? ms : undefined;
}

const monthOf = (ms: number): Span => ({
  fromMs: startOf(ms, 'month'),
  toMs: startOfNext(ms, 'month'),
  isWhole: true,
});

const iso = (ms: number): string => new Date(ms).toISOString().replace('.000', '');

const unreadable = (flag: string, text: string): PeriodError =>
  new PeriodError(`${flag} ${JSON.stringify(text)} is no time: give ${TIME_FORMS}`);
