import { SqlError } from '../sql-error.ts';
import type { CsvFormat, Expression, FileFormat, LoadClause, PipelineOptions, Target } from './statements.ts';
import type { TokenReader } from './token-reader.ts';
import type { Token } from './tokens.ts';

interface LoadAndOptions {
  readonly load: LoadClause;
  readonly options: PipelineOptions;
}

const CSV: CsvFormat = {
  format: 'csv',
  fieldsTerminatedBy: '\t',
  enclosedBy: '',
  escapedBy: '\\',
  linesTerminatedBy: '\n',
  linesStartingBy: '',
  ignoreLines: 0,
  nullDefinedBy: undefined,
  nullMayBeEnclosed: false,
  trailingNulls: false,
};

/** `LOAD DATA STAGE 'path' …`, from STAGE on; between the path and INTO TABLE a pipeline has options of its own. */
export function parseLoad(reader: TokenReader): LoadAndOptions {
  if (!reader.take('STAGE'))
    throw new SqlError(1235, 'the embedded database loads from its Stage alone: LOAD DATA STAGE ‘path’ …');
  const files = reader.expectString().replace(/^\/+/, '');
  const before = readBeforeTable(reader);
  reader.expect('INTO');
  if (reader.sees('PROCEDURE'))
    throw new SqlError(1235, 'the embedded database has no procedures: INTO TABLE');
  reader.expect('TABLE');
  const table = reader.expectQualifiedName();
  const after = readAfterTable(reader);
  return { load: { files, table, ...before.policy, ...after }, options: before.options };
}

function readBeforeTable(reader: TokenReader) {
  let options: PipelineOptions = {
    batchInterval: undefined,
    maxPartitionsPerBatch: undefined,
    maxRetries: undefined,
    stopOnError: undefined,
  };
  let policy: Pick<LoadClause, 'duplicates' | 'skipsParserErrors' | 'skipsConstraintErrors'> = {
    duplicates: 'error',
    skipsParserErrors: false,
    skipsConstraintErrors: false,
  };
  while (!reader.sees('INTO')) {
    const option = readPipelineOption(reader);
    if (option !== undefined) options = { ...options, ...option };
    else if (reader.take('REPLACE')) policy = { ...policy, duplicates: 'replace' };
    else if (reader.take('IGNORE')) policy = { ...policy, duplicates: 'ignore', skipsParserErrors: true };
    else if (reader.take('SKIP')) policy = { ...policy, ...readSkipped(reader) };
    else if (reader.take('RESOURCE', 'POOL')) reader.expectName();
    else if (reader.take('ENABLE') || reader.take('DISABLE')) reader.expect('OUT_OF_ORDER', 'OPTIMIZATION');
    else if (reader.sees('WITH')) throw new SqlError(1235, 'the embedded database has no transforms');
    else throw reader.error('INTO TABLE');
  }
  return { options, policy };
}

/** An option that ALTER PIPELINE … SET takes as well; undefined when none comes next. */
export function readPipelineOption(reader: TokenReader): Partial<PipelineOptions> | undefined {
  if (reader.take('BATCH_INTERVAL')) return { batchInterval: reader.expectNumber() };
  if (reader.take('MAX_PARTITIONS_PER_BATCH')) return { maxPartitionsPerBatch: reader.expectNumber() };
  if (reader.take('MAX_RETRIES_PER_BATCH_PARTITION')) return { maxRetries: reader.expectNumber() };
  if (reader.take('STOP_ON_ERROR')) return { stopOnError: reader.expectOneOf('ON', 'OFF') === 'ON' };
  return undefined;
}

function readSkipped(reader: TokenReader) {
  const what = reader.expectOneOf('ALL', 'CONSTRAINT', 'DUPLICATE', 'PARSER');
  if (what === 'DUPLICATE') reader.expect('KEY');
  reader.expect('ERRORS');
  return {
    ...((what === 'ALL' || what === 'CONSTRAINT' || what === 'DUPLICATE') && { duplicates: 'skip' as const }),
    ...((what === 'ALL' || what === 'CONSTRAINT') && { skipsConstraintErrors: true }),
    ...((what === 'ALL' || what === 'PARSER') && { skipsParserErrors: true }),
  };
}

type AfterTable = Pick<LoadClause, 'file' | 'targets' | 'set' | 'where'>;

function readAfterTable(reader: TokenReader): AfterTable {
  let csv = CSV;
  let format: FileFormat['format'] = 'csv';
  let targets: readonly Target[] | undefined;
  let set: LoadClause['set'] = [];
  let where: Expression | undefined;
  while (!reader.isAtEnd) {
    const ofCsv = readCsvOption(reader);
    if (ofCsv !== undefined) csv = { ...csv, ...ofCsv };
    else if (reader.take('FORMAT')) format = readFormat(reader);
    else if (reader.take('CHARACTER', 'SET')) readCharacterSet(reader);
    else if (reader.sees('(')) targets = readTargets(reader);
    else if (reader.take('SET')) set = readSet(reader);
    else if (reader.take('WHERE')) where = reader.takeUntil(() => false);
    else throw reader.error('FIELDS, LINES, FORMAT, a list of columns, SET or WHERE');
  }
  const file: FileFormat = format === 'csv' ? csv : { format };
  for (const { path, name } of targets ?? [])
    if ((path === undefined) !== (format === 'csv'))
      throw new SqlError(1064, `'${name}': a path (<-) goes with JSON and Parquet, and is needed there`);
  return { file, targets, set, where };
}

function readFormat(reader: TokenReader): FileFormat['format'] {
  const word = reader.expectName().toUpperCase();
  if (word === 'CSV' || word === 'JSON' || word === 'PARQUET')
    return word.toLowerCase() as FileFormat['format'];
  throw new SqlError(1235, `the embedded database reads CSV, JSON and Parquet, not ${word}`);
}

function readCharacterSet(reader: TokenReader): void {
  const token = reader.next();
  if (!/^utf8(?:mb4)?$/i.test(token.text))
    throw new SqlError(1235, `the embedded database reads UTF-8, not ${token.text}`);
}

function readCsvOption(reader: TokenReader): Partial<CsvFormat> | undefined {
  if (reader.take('FIELDS') || reader.take('COLUMNS')) return readAll(reader, readFieldOption);
  if (reader.take('LINES')) return readAll(reader, readLineOption);
  if (reader.take('IGNORE')) {
    const ignoreLines = reader.expectNumber();
    reader.expectOneOf('LINES', 'ROWS');
    return { ignoreLines };
  }
  if (reader.take('TRAILING', 'NULLCOLS')) return { trailingNulls: true };
  if (!reader.take('NULL', 'DEFINED', 'BY')) return undefined;
  const nullDefinedBy = reader.expectString();
  return { nullDefinedBy, nullMayBeEnclosed: reader.take('OPTIONALLY', 'ENCLOSED') };
}

type OptionReader = (reader: TokenReader) => Partial<CsvFormat> | undefined;

function readAll(reader: TokenReader, read: OptionReader): Partial<CsvFormat> {
  let all = read(reader);
  if (all === undefined) throw reader.error('TERMINATED BY, ENCLOSED BY, ESCAPED BY or STARTING BY');
  for (let more = read(reader); more !== undefined; more = read(reader)) all = { ...all, ...more };
  return all;
}

function readFieldOption(reader: TokenReader): Partial<CsvFormat> | undefined {
  if (reader.take('TERMINATED', 'BY')) return { fieldsTerminatedBy: notEmpty(reader) };
  if (reader.take('ESCAPED', 'BY')) return { escapedBy: atMostOne(reader) };
  if (reader.take('OPTIONALLY', 'ENCLOSED', 'BY') || reader.take('ENCLOSED', 'BY'))
    return { enclosedBy: atMostOne(reader) };
  return undefined;
}

function readLineOption(reader: TokenReader): Partial<CsvFormat> | undefined {
  if (reader.take('TERMINATED', 'BY')) return { linesTerminatedBy: notEmpty(reader) };
  if (reader.take('STARTING', 'BY')) return { linesStartingBy: reader.expectString() };
  return undefined;
}

function notEmpty(reader: TokenReader): string {
  const text = reader.expectString();
  if (text === '')
    throw new SqlError(1235, 'the embedded database has no fields of fixed width: TERMINATED BY is empty');
  return text;
}

function atMostOne(reader: TokenReader): string {
  const text = reader.expectString();
  if (Array.from(text).length > 1)
    throw new SqlError(1083, 'Field separator argument is not what is expected; check the manual');
  return text;
}

/** `(a, @b)`, or `(a <- x::y, @b <- z DEFAULT 1)`. */
function readTargets(reader: TokenReader): readonly Target[] {
  const targets: Target[] = [];
  reader.expect('(');
  while (!reader.take(')')) {
    const token = reader.peek();
    const kind = token?.kind === 'variable' ? 'variable' : 'column';
    const name = kind === 'variable' ? reader.next().text : reader.expectName();
    const path = reader.take('<', '-') ? readPath(reader) : undefined;
    targets.push({ kind, name, path, default: reader.take('DEFAULT') ? readLiteral(reader) : null });
    if (!reader.sees(')')) reader.expect(',');
  }
  return targets;
}

/** `%` is the whole record. */
function readPath(reader: TokenReader): readonly string[] {
  if (reader.take('%')) {
    if (!reader.take('::')) return [];
  }
  const path: string[] = [];
  do {
    const token = reader.peek();
    path.push(
      token?.kind === 'string' || token?.kind === 'number' ? reader.next().text : reader.expectName(),
    );
  } while (reader.take('::'));
  return path;
}

function readLiteral(reader: TokenReader): string | null {
  if (reader.take('NULL')) return null;
  const sign = reader.take('-') ? '-' : '';
  return sign + reader.next().text;
}

function readSet(reader: TokenReader): LoadClause['set'] {
  const set: { column: string; expression: Expression }[] = [];
  do {
    const column = reader.expectName();
    reader.expect('=');
    const expression = reader.takeUntil((token) => endsSet(token));
    if (expression.length === 0) throw reader.error('an expression');
    set.push({ column, expression });
  } while (reader.take(','));
  return set;
}

const endsSet = ({ kind, text }: Token): boolean =>
  (kind === 'symbol' && text === ',') || (kind === 'word' && text.toUpperCase() === 'WHERE');
