import { identifier, textLiteral } from '../../../data-api/sql-text.ts';
import type { FileFormat, InferredColumn, InferredTable } from '../inferred-table.ts';
import { conversionSql } from './conversions.ts';

export interface CreatePipelineOptions {
  readonly pipeline: string;
  readonly table: string;
  /** The files on the Stage: 'orders/*.csv', from its root. */
  readonly files: string;
  /** A row takes the place of the one with its key: for a table that has a key, of files that are read again. */
  readonly replaces?: boolean | undefined;
}

/** The statement that makes the pipeline. */
export function createPipelineSql(
  { format, columns }: Pick<InferredTable, 'format' | 'columns'>,
  { pipeline, table, files, replaces = false }: CreatePipelineOptions,
): string {
  const lines = [
    `CREATE PIPELINE ${identifier(pipeline)} AS`,
    `LOAD DATA STAGE ${textLiteral(files)}`,
    ...(replaces ? ['REPLACE'] : []),
    `INTO TABLE ${identifier(table)}`,
    ...formatLines(format),
    targetList(format, columns),
    ...setLines(columns),
  ];
  return lines.join('\n');
}

function formatLines(format: FileFormat): readonly string[] {
  if (format.kind !== 'csv') return [`FORMAT ${format.kind.toUpperCase()}`];
  const { dialect, lineEnd, hasHeader, isRagged, nullWord, nullInQuotes } = format;
  const { delimiter, quote, escape } = dialect;
  return [
    `FIELDS TERMINATED BY ${textLiteral(delimiter)} OPTIONALLY ENCLOSED BY ${textLiteral(quote)} ESCAPED BY ${textLiteral(escape)}`,
    `LINES TERMINATED BY ${textLiteral(lineEnd)}`,
    ...(isRagged ? ['TRAILING NULLCOLS'] : []),
    `NULL DEFINED BY ${textLiteral(nullWord)}${nullInQuotes ? ' OPTIONALLY ENCLOSED' : ''}`,
    ...(hasHeader ? ['IGNORE 1 LINES'] : []),
  ];
}

/** A column whose text is converted goes through a variable of its name. */
function targetList({ kind }: FileFormat, columns: readonly InferredColumn[]): string {
  const targets = columns.map(({ name, path, conversion }) => {
    const target = conversion.length > 0 ? `@${name}` : identifier(name);
    if (kind === 'csv') return target;
    const way = path.map(identifier).join('::');
    return `${target} <- ${way}${kind === 'json' ? ' DEFAULT NULL' : ''}`;
  });
  return kind === 'csv' ? `(${targets.join(', ')})` : `(\n  ${targets.join(',\n  ')}\n)`;
}

function setLines(columns: readonly InferredColumn[]): readonly string[] {
  const converted = columns.filter(({ conversion }) => conversion.length > 0);
  return converted.map(({ name, conversion }, at) => {
    const comma = at === converted.length - 1 ? '' : ',';
    return `${at === 0 ? 'SET' : '   '} ${identifier(name)} = ${conversionSql(`@${name}`, conversion)}${comma}`;
  });
}
