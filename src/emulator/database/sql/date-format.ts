/** Parts of a format of STR_TO_DATE, and what they match. */
const PARTS: Readonly<Record<string, readonly [name: string, pattern: string]>> = {
  Y: ['year', String.raw`\d{4}`],
  y: ['shortYear', String.raw`\d{2}`],
  m: ['month', String.raw`\d{1,2}`],
  c: ['month', String.raw`\d{1,2}`],
  d: ['day', String.raw`\d{1,2}`],
  e: ['day', String.raw`\d{1,2}`],
  H: ['hour', String.raw`\d{1,2}`],
  k: ['hour', String.raw`\d{1,2}`],
  h: ['hour', String.raw`\d{1,2}`],
  I: ['hour', String.raw`\d{1,2}`],
  i: ['minute', String.raw`\d{1,2}`],
  s: ['second', String.raw`\d{1,2}`],
  S: ['second', String.raw`\d{1,2}`],
  f: ['fraction', String.raw`\d{1,6}`],
  p: ['half', '[AaPp][Mm]'],
  b: ['monthName', '[A-Za-z]{3}'],
  M: ['monthName', '[A-Za-z]{3,9}'],
  a: ['ignored', '[A-Za-z]{3}'],
  W: ['ignored', '[A-Za-z]{6,9}'],
};
const SHORTHANDS: Readonly<Record<string, string>> = { T: '%H:%i:%s', r: '%h:%i:%s %p' };
const MONTHS = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'];

/**
 * A date, or a date with a time when the format has one, from the beginning of a text; undefined where it does not fit. The
 * format is that of STR_TO_DATE. What follows in the text is left out, as MySQL does with a warning.
 */
export function parseDateWith(text: string, format: string): string | undefined {
  const names: string[] = [];
  const expanded = format.replaceAll(/%([Tr])/g, (_, letter: string) => SHORTHANDS[letter] ?? '');
  const source = expanded.replaceAll(/%(.)|[^]/gu, (piece: string, letter: string | undefined) => {
    if (letter === undefined) return piece === ' ' ? String.raw`\s*` : escaped(piece);
    const part = PARTS[letter];
    if (part === undefined) return escaped(letter);
    names.push(part[0]);
    return `(${part[1]})`;
  });
  const found = new RegExp(`^\\s*${source}`, 'u').exec(text);
  if (found === null) return undefined;
  return dateOf(new Map(names.map((name, at) => [name, found[at + 1] ?? ''])));
}

const escaped = (text: string): string => text.replaceAll(/[.*+?^${}()|[\]\\/]/g, String.raw`\$&`);

function dateOf(parts: ReadonlyMap<string, string>): string | undefined {
  const short = Number(parts.get('shortYear') ?? 0);
  const year = parts.get('year') ?? String(short < 70 ? 2000 + short : 1900 + short);
  const monthName = parts.get('monthName')?.slice(0, 3).toLowerCase();
  const month = monthName === undefined ? Number(parts.get('month')) : MONTHS.indexOf(monthName) + 1;
  const day = Number(parts.get('day'));
  const time = new Date(Date.UTC(Number(year), month - 1, day));
  if (!(month >= 1 && month <= 12) || time.getUTCDate() !== day) return undefined;
  const date = `${year}-${two(month)}-${two(day)}`;
  if (!['hour', 'minute', 'second'].some((name) => parts.has(name))) return date;
  const hour = hourOf(Number(parts.get('hour') ?? 0), parts.get('half')?.toLowerCase());
  const minute = Number(parts.get('minute') ?? 0);
  const second = Number(parts.get('second') ?? 0);
  if (hour > 23 || minute > 59 || second > 59) return undefined;
  const fraction = parts.get('fraction');
  const clock = `${two(hour)}:${two(minute)}:${two(second)}`;
  return `${date} ${clock}${fraction === undefined ? '' : `.${fraction.padEnd(6, '0')}`}`;
}

const hourOf = (hour: number, half: string | undefined): number =>
  half === undefined ? hour : (hour % 12) + (half === 'pm' ? 12 : 0);

const two = (value: number): string => String(value).padStart(2, '0');
