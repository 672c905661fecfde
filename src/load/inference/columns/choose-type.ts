import { familyOf, NO_WORDS, YES_WORDS, type Family } from '../values/value-kinds.ts';
import type { ChoiceOptions, ColumnChoice, ConversionStep, Finding, TypeChoice } from './column-choice.ts';
import { charType, chooseNumber, longest, quoted } from './choose-number.ts';
import { chooseTime } from './choose-time.ts';
import { hasBothMeanings, type SeenColumn, type SeenKind } from './seen-column.ts';

/** Where at most one value in so many does not fit a type, the column was meant to have it. */
const ONE_IN = 10;

/**
 * The type that holds every value that was seen, and that an engineer would choose. What keeps a column from the type that nearly
 * all of its values have is told, with its place.
 */
export function chooseType(column: SeenColumn, options: ChoiceOptions): ColumnChoice {
  const chosen = typeOf(column, options);
  const words = [...column.nullWords.keys()];
  const isText = chosen.conversion === undefined && /^(?:VARCHAR|TEXT|LONGTEXT|CHAR)/.test(chosen.type);
  const isJson = chosen.type === 'JSON';
  const trim: ConversionStep[] = column.spaced > 0 && !isText && !isJson ? [{ step: 'trim' }] : [];
  const isNullable = !options.readAll || column.nulls > 0 || column.values === 0;
  const nulls = column.nulls === 0 || column.values === 0 ? '' : `; ${nullCount(column, words)}`;
  return {
    type: chosen.type,
    nullable: isNullable,
    reason: chosen.reason + nulls,
    conversion: [...trim, ...(chosen.conversion ?? [])],
    findings: (chosen.findings ?? []).map((finding) => ({ ...finding, column: options.name })),
  };
}

function nullCount({ nulls, values }: SeenColumn, words: readonly string[]): string {
  const said = words.filter((word) => word !== '').map(quoted);
  return `${nulls} of ${nulls + values} are NULL${said.length === 0 ? '' : ` (${said.join(', ')} included)`}`;
}

function typeOf(column: SeenColumn, options: ChoiceOptions): TypeChoice {
  if (column.values === 0) return { type: 'VARCHAR(255)', reason: 'no value was seen' };
  const families = new Set([...column.kinds.keys()].map(familyOf));
  const [only] = families;
  if (families.size === 1 && only !== undefined)
    return ofFamily(only, column, options) ?? asText(column, options);
  const flag = truthWithDigits(column, families, options);
  return flag ?? asText(column, options);
}

function ofFamily(family: Family, column: SeenColumn, options: ChoiceOptions): TypeChoice | undefined {
  switch (family) {
    case 'number':
      return chooseNumber(column, options);
    case 'boolean':
      return chooseTruth(column, options);
    case 'time':
      return chooseTime(column, options);
    case 'clock':
      return { type: 'TIME(6)', reason: 'times of day' };
    case 'uuid':
      return { type: 'CHAR(36)', reason: 'UUIDs' };
    case 'json':
      return { type: 'JSON', reason: 'objects or lists in JSON' };
    case 'text':
      return undefined;
    default:
      return family satisfies never;
  }
}

function chooseTruth({ words }: SeenColumn, { format }: ChoiceOptions): TypeChoice | undefined {
  if (format === 'json') return { type: 'BOOL', reason: 'true and false' };
  const isPlain = [...words].every((word) => word === 'true' || word === 'false');
  if (!isPlain && !hasBothMeanings(words)) return undefined;
  return truth(words);
}

function truth(words: ReadonlySet<string>): TypeChoice {
  const isPair = (yes: string, no: string): boolean => words.has(yes) || words.has(no);
  const pairs = [
    ['true', 'false'],
    ['yes', 'no'],
    ['t', 'f'],
    ['y', 'n'],
  ].filter(([yes = '', no = '']) => isPair(yes, no));
  const said = [...words].toSorted().join(', ');
  return {
    type: 'BOOL',
    reason: `words for true and false: ${said}`,
    conversion: [
      {
        step: 'truth',
        yes: pairs.map(([yes = '']) => yes).filter((word) => YES_WORDS.has(word)),
        no: pairs.map(([, no = '']) => no).filter((word) => NO_WORDS.has(word)),
      },
    ],
  };
}

/** 'true', 'false', 1 and 0 in one column. */
function truthWithDigits(
  column: SeenColumn,
  families: ReadonlySet<Family>,
  { format }: ChoiceOptions,
): TypeChoice | undefined {
  const isBoth = families.size === 2 && families.has('boolean') && families.has('number');
  const isDigits = column.kinds.get('integer')?.whole === 1 && column.least >= 0n && column.most <= 1n;
  if (!isBoth || !isDigits || column.kinds.size !== 2) return undefined;
  if (format === 'json') return { type: 'BOOL', reason: 'true, false, 1 and 0' };
  return hasBothMeanings(column.words) || column.words.has('true') || column.words.has('false')
    ? truth(column.words)
    : undefined;
}

function asText(column: SeenColumn, options: ChoiceOptions): TypeChoice {
  const type = charType(column);
  const zeros = column.kinds.get('zeros');
  const onlyDigits = [...column.kinds.keys()].every((kind) => kind === 'zeros' || kind === 'integer');
  if (zeros !== undefined && onlyDigits)
    return {
      type,
      reason: `digits that begin with 0, as ${quoted(zeros.first)}, which a number would lose; ${longest(column)}`,
    };
  if ([...column.kinds.keys()].every((kind) => kind === 'quoted_number' || kind === 'zeros'))
    return {
      type,
      reason: `numbers that the file has as texts, as ${quoted([...column.kinds.values()][0]!.first)}; ${longest(column)}`,
    };
  const misfit = almostTyped(column, options);
  if (misfit === undefined) return { type, reason: `text; ${longest(column)}` };
  return {
    type,
    reason: `text: ${misfit.message}; ${longest(column)}`,
    findings: [{ severity: 'problem', ...misfit }],
  };
}

/** What keeps the column from a type that nearly all of its values have. */
function almostTyped(
  column: SeenColumn,
  options: ChoiceOptions,
): Pick<Finding, 'message' | 'at'> | undefined {
  const byFamily = Map.groupBy(column.kinds.values(), ({ kind }) => familyOf(kind));
  const counted = [...byFamily].map(([family, kinds]) => ({
    family,
    kinds,
    count: kinds.reduce((sum, { count }) => sum + count, 0),
  }));
  const [main] = counted.toSorted((a, b) => b.count - a.count);
  if (main === undefined || main.family === 'text' || main.family === 'boolean') return undefined;
  const others = counted.filter(({ family }) => family !== main.family);
  const misfits = column.values - main.count;
  if (misfits === 0 || misfits * ONE_IN > column.values) return undefined;
  const type = typeWithout(column, main.kinds, main.family, options);
  if (type === undefined) return undefined;
  const first = others.flatMap(({ kinds }) => kinds)[0]!;
  const those =
    misfits === 1 ? `one value of ${column.values} is` : `${misfits} of ${column.values} values are`;
  return {
    message: `it would be ${type}, but ${those} not: ${quoted(first.first)}; mend the file, or say --null ${quoted(first.first)}`,
    at: first.at,
  };
}

function typeWithout(
  column: SeenColumn,
  kinds: readonly SeenKind[],
  family: Family,
  options: ChoiceOptions,
): string | undefined {
  const { least, most, compactDates, characters, bytes, words } = column;
  const rest = {
    least,
    most,
    compactDates,
    characters,
    bytes,
    words,
    kinds: new Map(kinds.map((each) => [each.kind, each])),
  };
  const chosen = ofFamily(family, rest as SeenColumn, options)?.type;
  return chosen === undefined || /^(?:VARCHAR|TEXT|LONGTEXT)/.test(chosen) ? undefined : chosen;
}
