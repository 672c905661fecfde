/** RFC 3339 with any number of fraction digits: the service cuts trailing zeros. */
const TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,9})?(?:Z|[+-]\d\d:\d\d)$/;

/** Go's zero time stands for "none". */
const NONE = '0001-01-01T00:00:00';

/** Milliseconds since 1970 of a time as the API writes it; undefined for the time that means none, and for what is no time. */
export function parseApiTime(text: string): number | undefined {
  // Date.parse alone would make a date of almost any text.
  if (!TIME.test(text) || text.startsWith(NONE)) return undefined;
  const ms = Date.parse(text);
  return Number.isNaN(ms) ? undefined : ms;
}

/**
 * How long a Retry-After header asks to wait, in milliseconds: a number of seconds, or a date, which is measured
 * against the reply's own Date where it has one, so that a wrong clock here does not matter.
 */
export function parseRetryAfter(value: string, date: string | undefined, nowMs: number): number | undefined {
  const text = value.trim();
  if (/^\d+(?:\.\d+)?$/.test(text)) {
    const ms = Math.ceil(Number(text) * 1000);
    return Number.isSafeInteger(ms) ? ms : undefined;
  }
  // Date.parse alone would make a date of almost any text; an HTTP date begins with its weekday.
  const at = /^[A-Za-z]{3,9},? /.test(text) ? Date.parse(text) : Number.NaN;
  if (Number.isNaN(at)) return undefined;
  const from = date === undefined ? Number.NaN : Date.parse(date);
  return Math.max(0, at - (Number.isNaN(from) ? nowMs : from));
}
