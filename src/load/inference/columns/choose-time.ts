import { formatOf, formOfKey, type TimeForm } from '../values/time-forms.ts';
import type { ChoiceOptions, ConversionStep, TypeChoice } from './column-choice.ts';
import { charType, longest, quoted } from './choose-number.ts';
import type { SeenColumn, SeenKind } from './seen-column.ts';

interface SeenForm extends TimeForm {
  readonly seen: SeenKind;
}

const replace = (from: string, to: string): ConversionStep => ({ step: 'replace', from, to });
/** Of '2026-12-31 23:59:59.123456'. */
const LONGEST_TIME = 26;

/** The type for a column of dates, or of dates with times; text, with the reason, where they are written in several ways. */
export function chooseTime(column: SeenColumn, options: ChoiceOptions): TypeChoice {
  const forms = [...column.kinds.values()].map((seen) => ({ ...formOfKey(seen.kind), seen }));
  const isIso = ({ order, separator, unpadded }: SeenForm): boolean =>
    order === 'ymd' && separator === '-' && !unpadded;
  return forms.every(isIso) ? chooseIso(forms) : chooseOther(column, forms, options);
}

function chooseIso(forms: readonly SeenForm[]): TypeChoice {
  const some = (test: (form: SeenForm) => boolean): boolean => forms.some(test);
  if (!some(({ between }) => between !== '')) return { type: 'DATE', reason: 'dates, as 2026-12-31' };
  const first = forms.find(({ between }) => between !== '')!.seen.first;
  const said = `dates with times, as ${quoted(first)}`;
  const isNano = some(({ fraction }) => fraction === 9);
  const cut = isNano ? '; digits beyond a millionth of a second are cut' : '';
  const base: ConversionStep[] = some(({ between }) => between === 'T') ? [replace('T', ' ')] : [];
  const left: ConversionStep[] = isNano ? [{ step: 'left', characters: LONGEST_TIME }] : [];
  if (some(({ zone }) => zone === 'offset')) {
    const isMixed =
      some(({ zone, between }) => zone === '' && between !== '') || some(({ between }) => between === '');
    if (isMixed)
      return {
        type: 'VARCHAR(64)',
        reason: `dates with times, of which only some have a zone, as ${quoted(first)}`,
        findings: [
          {
            severity: 'note',
            message: 'only some of its times have a zone, so it stays text',
            at: forms[0]!.seen.at,
          },
        ],
      };
    const zulu = some(({ zone }) => zone === 'Z') ? [replace('Z', '+00:00')] : [];
    return {
      type: 'DATETIME(6)',
      reason: `${said}; loaded as UTC${cut}`,
      conversion: [...base, ...zulu, { step: 'to_utc' }],
    };
  }
  const zulu = some(({ zone }) => zone === 'Z') ? [replace('Z', '')] : [];
  const utc = zulu.length > 0 ? ', in UTC' : '';
  return { type: 'DATETIME(6)', reason: `${said}${utc}${cut}`, conversion: [...base, ...zulu, ...left] };
}

function chooseOther(
  column: SeenColumn,
  forms: readonly SeenForm[],
  { dateOrder }: ChoiceOptions,
): TypeChoice {
  const example = forms[0]!.seen;
  const asText = (why: string, wayOut = ''): TypeChoice => ({
    type: charType(column),
    reason: `${why}${wayOut}; ${longest(column)}`,
    findings: [{ severity: 'note', message: `${why}, so it stays text${wayOut}`, at: example.at }],
  });
  const shapes = new Set(forms.map(shapeOf));
  if (shapes.size > 1) return asText(`dates written in several ways, as ${quoted(example.first)}`);
  const orders = new Set(forms.map(({ order }) => order));
  const known = [...orders].filter((order) => order !== 'xy');
  if (known.length > 1) return asText('dates of which some have the day first and some the month');
  // a dot between the parts is written where the day comes first; values that can be read in one way alone decide for all
  const order = known[0] ?? (forms[0]!.separator === '.' ? 'dmy' : dateOrder);
  if (order === undefined)
    return asText(
      `dates whose day and month cannot be told apart, as ${quoted(example.first)}`,
      ': say --day-first or --month-first',
    );
  const format = formatOf(forms[0]!, order);
  const spoken = { dmy: 'day first', mdy: 'month first', ymd: 'year first', dby: 'day first' }[order];
  return {
    type: forms[0]!.between === '' ? 'DATE' : 'DATETIME(6)',
    reason: `dates, ${spoken}, as ${quoted(example.first)}`,
    conversion: [{ step: 'parse_time', format }],
  };
}

/** What STR_TO_DATE needs to be the same in all values; it takes one digit where two are usual. */
function shapeOf({ order, separator, between, seconds, fraction, twelveHours, zone }: SeenForm): string {
  const family = order === 'dby' || order === 'ymd' ? order : 'xy';
  return [family, separator, between, seconds, fraction, twelveHours, zone].join('|');
}
