/** How dates, or dates with times, of a column are written. */
export interface TimeForm {
  /** Year first; day first; month first; either of the two; day, name of the month, year. */
  readonly order: 'ymd' | 'dmy' | 'mdy' | 'xy' | 'dby';
  /** Between the parts of the date. */
  readonly separator: string;
  /** Between date and time: 'T' or a space; '' where there is no time. */
  readonly between: string;
  readonly seconds: boolean;
  /** 0, 6: up to six digits of a second; 9: more than that. */
  readonly fraction: 0 | 6 | 9;
  /** 'Z', 'offset' such as +02:00, or '' where there is none. */
  readonly zone: '' | 'Z' | 'offset';
  /** AM or PM follows. */
  readonly twelveHours: boolean;
  /** Some part has one digit where two are usual: 1/2/2026. */
  readonly unpadded: boolean;
}

const YEAR_FIRST =
  /^(\d{4})([-/.])(\d{1,2})\2(\d{1,2})(?:([T ])(\d{1,2}):(\d{2})(?::(\d{2})(?:\.(\d{1,9}))?)?(Z|[+-]\d{2}:\d{2})?)?$/;
const YEAR_LAST =
  /^(\d{1,2})([-/.])(\d{1,2})\2(\d{4})(?:([T ])(\d{1,2}):(\d{2})(?::(\d{2})(?:\.(\d{1,6}))?)?(?: ?([AP]M))?)?$/i;
const NAMED_MONTH =
  /^(\d{1,2})([- ])(Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)\2(\d{4})(?:( )(\d{1,2}):(\d{2})(?::(\d{2}))?)?$/i;
const MONTHS = 'jan feb mar apr may jun jul aug sep oct nov dec'.split(' ');

/** The key of a form, to count by. */
export const keyOfForm = (form: TimeForm): string =>
  [
    'time',
    form.order,
    form.separator,
    form.between,
    form.seconds ? 's' : '',
    form.fraction,
    form.zone,
    form.twelveHours ? '12' : '',
    form.unpadded ? 'u' : '',
  ].join('|');

export function formOfKey(key: string): TimeForm {
  const [, order, separator, between, seconds, fraction, zone, twelve, unpadded] = key.split('|');
  return {
    order: order as TimeForm['order'],
    separator: separator ?? '',
    between: between ?? '',
    seconds: seconds === 's',
    fraction: Number(fraction) as TimeForm['fraction'],
    zone: zone as TimeForm['zone'],
    twelveHours: twelve === '12',
    unpadded: unpadded === 'u',
  };
}

/** The key of the form in which a text is a date, with or without a time; undefined where it is none that exists. */
export function timeKindOf(text: string): string | undefined {
  const form = yearFirst(text) ?? yearLast(text) ?? namedMonth(text);
  return form === undefined ? undefined : keyOfForm(form);
}

function yearFirst(text: string): TimeForm | undefined {
  const match = YEAR_FIRST.exec(text);
  if (match === null) return undefined;
  const [
    ,
    year = '',
    separator = '',
    month = '',
    day = '',
    between = '',
    hour,
    minute,
    second,
    digits,
    zone,
  ] = match;
  if (!isDate(Number(year), Number(month), Number(day)) || !isTime(hour, minute, second)) return undefined;
  return {
    order: 'ymd',
    separator,
    between,
    seconds: second !== undefined,
    fraction: digits === undefined ? 0 : digits.length > 6 ? 9 : 6,
    zone: zone === undefined ? '' : zone === 'Z' ? 'Z' : 'offset',
    twelveHours: false,
    unpadded: month.length < 2 || day.length < 2 || hour?.length === 1,
  };
}

function yearLast(text: string): TimeForm | undefined {
  const match = YEAR_LAST.exec(text);
  if (match === null) return undefined;
  const [
    ,
    first = '',
    separator = '',
    second = '',
    year = '',
    between = '',
    hour,
    minute,
    seconds,
    digits,
    half,
  ] = match;
  const dayFirst = isDate(Number(year), Number(second), Number(first));
  const monthFirst = isDate(Number(year), Number(first), Number(second));
  if ((!dayFirst && !monthFirst) || !isTime(hour, minute, seconds)) return undefined;
  if (half !== undefined && (Number(hour) < 1 || Number(hour) > 12)) return undefined;
  return {
    order: dayFirst && monthFirst ? 'xy' : dayFirst ? 'dmy' : 'mdy',
    separator,
    between,
    seconds: seconds !== undefined,
    fraction: digits === undefined ? 0 : 6,
    zone: '',
    twelveHours: half !== undefined,
    unpadded: first.length < 2 || second.length < 2,
  };
}

function namedMonth(text: string): TimeForm | undefined {
  const match = NAMED_MONTH.exec(text);
  if (match === null) return undefined;
  const [, day = '', separator = '', name = '', year = '', between = '', hour, minute, second] = match;
  const month = MONTHS.indexOf(name.toLowerCase()) + 1;
  if (!isDate(Number(year), month, Number(day)) || !isTime(hour, minute, second)) return undefined;
  return {
    order: 'dby',
    separator,
    between,
    seconds: second !== undefined,
    fraction: 0,
    zone: '',
    twelveHours: false,
    unpadded: day.length < 2,
  };
}

/** Years before 1000 are outside of what DATE holds. */
export function isDate(year: number, month: number, day: number): boolean {
  if (year < 1000 || month < 1 || month > 12 || day < 1) return false;
  return day <= new Date(Date.UTC(year, month, 0)).getUTCDate();
}

function isTime(hour: string | undefined, minute: string | undefined, second: string | undefined): boolean {
  return Number(hour ?? 0) < 24 && Number(minute ?? 0) < 60 && Number(second ?? 0) < 60;
}

/** The format that STR_TO_DATE takes for a form whose order is known. */
export function formatOf(form: TimeForm, order: Exclude<TimeForm['order'], 'xy'>): string {
  const parts = { ymd: '%Y-%m-%d', dmy: '%d-%m-%Y', mdy: '%m-%d-%Y', dby: '%d-%b-%Y' }[order];
  const date = parts.replaceAll('-', form.separator);
  if (form.between === '') return date;
  const hours = form.twelveHours ? '%h:%i' : '%H:%i';
  const seconds = `${form.seconds ? ':%s' : ''}${form.fraction > 0 ? '.%f' : ''}`;
  return `${date}${form.between}${hours}${seconds}${form.twelveHours ? ' %p' : ''}`;
}
