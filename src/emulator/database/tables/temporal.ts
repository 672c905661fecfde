const DATE = /^\s*(\d{4})[-/](\d{1,2})[-/](\d{1,2})/;
const CLOCK = /^(\d{1,2}):(\d{2})(?::(\d{2})(?:\.(\d{1,9}))?)?\s*$/;
const TIME = /^\s*(-?)(\d{1,3}):(\d{2})(?::(\d{2})(?:\.(\d{1,9}))?)?\s*$/;

const DAYS = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

const isLeap = (year: number): boolean => (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0;

/** `YYYY-MM-DD` of a date, or of a date with a time; undefined for what is none, as the 30th of February. */
export function dateText(text: string): string | undefined {
  const parts = split(text);
  return parts?.date;
}

/**
 * `YYYY-MM-DD HH:MM:SS`, with six digits of a second when the type has them; what is beyond is cut off. A zone (`Z`, `+02:00`)
 * is no part of a value. Undefined for what is none, and for a TIMESTAMP outside of 1970 to 2038.
 */
export function dateTimeText(
  text: string,
  { family, digits }: { readonly family: 'datetime' | 'timestamp'; readonly digits: 0 | 6 },
): string | undefined {
  const parts = split(text);
  if (parts === undefined) return undefined;
  const whole = `${parts.date} ${parts.clock}`;
  if (family === 'timestamp' && (whole < '1970-01-01 00:00:01' || whole > '2038-01-19 03:14:07'))
    return undefined;
  return digits === 0 ? whole : `${whole}.${parts.fraction}`;
}

/** `HH:MM:SS`, up to 838 hours either way. */
export function timeText(text: string, digits: 0 | 6): string | undefined {
  const [matched, sign = '', hours = '', minutes = '', seconds = '0', fraction = ''] = TIME.exec(text) ?? [];
  if (matched === undefined || Number(hours) > 838 || Number(minutes) > 59 || Number(seconds) > 59)
    return undefined;
  const whole = `${sign}${two(hours)}:${two(minutes)}:${two(seconds)}`;
  return digits === 0 ? whole : `${whole}.${six(fraction)}`;
}

interface Parts {
  readonly date: string;
  readonly clock: string;
  readonly fraction: string;
}

function split(text: string): Parts | undefined {
  const [day, year = '', month = '', date = ''] = DATE.exec(text) ?? [];
  if (day === undefined || !isDate(Number(year), Number(month), Number(date))) return undefined;
  const rest = text.slice(day.length);
  const shown = `${year}-${two(month)}-${two(date)}`;
  if (rest.trim() === '') return { date: shown, clock: '00:00:00', fraction: '000000' };
  const [clock, hours = '', minutes = '', seconds = '0', fraction = ''] = /^[T ]/.test(rest)
    ? (CLOCK.exec(rest.slice(1).trimStart()) ?? [])
    : [];
  if (clock === undefined || Number(hours) > 23 || Number(minutes) > 59 || Number(seconds) > 59)
    return undefined;
  return { date: shown, clock: `${two(hours)}:${two(minutes)}:${two(seconds)}`, fraction: six(fraction) };
}

function isDate(year: number, month: number, date: number): boolean {
  const days = month === 2 && isLeap(year) ? 29 : DAYS[month - 1];
  return days !== undefined && date >= 1 && date <= days && year >= 1;
}

const two = (digits: string): string => digits.padStart(2, '0');
const six = (digits: string): string => digits.slice(0, 6).padEnd(6, '0');
