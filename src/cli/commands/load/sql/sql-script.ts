import { identifier } from '../../../../data-api/sql-text.ts';
import type { Finding } from '../../../../load/inference/columns/column-choice.ts';
import type { InferredTable } from '../../../../load/inference/inferred-table.ts';
import { createPipelineSql } from '../../../../load/inference/statements/create-pipeline.ts';
import { createTableSql } from '../../../../load/inference/statements/create-table.ts';
import type { TableKeys } from '../../../../load/inference/statements/table-keys.ts';
import { printable } from '../../../../model/printable.ts';
import { bytes, count, counted } from '../../../output/quantities.ts';

/** What the statements are made for. */
export interface SqlTarget {
  readonly database: string | undefined;
  readonly table: string;
  readonly pipeline: string;
  /** On the Stage; undefined: nobody said where the files will be. */
  readonly files: string | undefined;
  readonly keys: TableKeys;
  readonly rowstore: boolean;
}

export interface Statements {
  readonly table: string;
  readonly pipeline: string | undefined;
}

/** The statements, with or without the comments. */
export function statementsFor(
  inferred: InferredTable,
  target: SqlTarget,
  options: { readonly comments: boolean },
): Statements {
  const { files, keys } = target;
  const replaces = keys.unique !== undefined;
  return {
    table: createTableSql(inferred, target, options),
    pipeline: files === undefined ? undefined : createPipelineSql(inferred, { ...target, files, replaces }),
  };
}

/** All findings, what will not load first. */
export const findingsOf = ({ findings, columns }: InferredTable): readonly Finding[] =>
  [...findings, ...columns.flatMap((column) => column.findings)].toSorted(
    (a, b) => Number(b.severity === 'problem') - Number(a.severity === 'problem'),
  );

export const startSql = ({ pipeline }: SqlTarget): string => `START PIPELINE ${identifier(pipeline)}`;

/** The statements as a script for people: what was read, what was found, and why each line is as it is. */
export function sqlScript(
  inferred: InferredTable,
  target: SqlTarget,
  { starts = false }: { readonly starts?: boolean } = {},
): string {
  const { database, files } = target;
  const { table, pipeline } = statementsFor(inferred, target, { comments: true });
  const comments = [extentLine(inferred), ...formatLines(inferred), ...findingsOf(inferred).map(findingLine)];
  comments.push(
    target.keys.unique === undefined
      ? 'NOTE the table has no key: a file that is loaded again doubles its rows; --key COLUMN prevents that'
      : 'NOTE REPLACE: a row takes the place of the one with its key, so that a file can be read again; rows that it no longer has stay',
  );
  if (files === undefined)
    comments.push(
      'NOTE no pipeline, as nobody said where on a Stage the files will be: --to stage://DEPLOYMENT/PATH',
    );
  return [
    ...comments.map((text) => `-- ${printable(text)}`),
    ...(database === undefined ? [] : [`USE ${identifier(database)};`]),
    '',
    `${table};`,
    ...(pipeline === undefined ? [] : ['', `${pipeline};`, '', `${starts ? '' : '-- '}${startSql(target)};`]),
  ].join('\n');
}

function extentLine({ extent: { files, rows, bytes: size, readAll } }: InferredTable): string {
  const all = readAll
    ? 'that is all of them'
    : 'there are more, so that no column is NOT NULL; --sample all reads everything';
  return `read: ${counted(rows, 'row')} of ${counted(files, 'file')}, ${bytes(size)}: ${all}`;
}

function formatLines({ format, compression }: InferredTable): readonly string[] {
  const packed = compression === 'gz' ? ', packed by gzip, which a pipeline tells by the name .gz' : '';
  if (format.kind === 'parquet')
    return ['Parquet: types are those of the footers, widths of text those that were seen'];
  if (format.kind === 'json')
    return format.isArray
      ? [
          `JSON, one array, whose elements are the rows${packed}; the whole array is one value to the database, so for large files JSON lines are better`,
        ]
      : [`JSON, one value after the other${packed}`];
  const { dialect, lineEnd, hasHeader, headerReason } = format;
  const names = hasHeader ? 'with a row of names' : 'without a row of names';
  const between = dialect.delimiter === '\t' ? 'tabs' : `"${dialect.delimiter}"`;
  return [
    `CSV, ${between} between fields, lines end in ${lineEnd === '\n' ? 'LF' : 'CR LF'}${packed}; ${names}: ${headerReason}`,
  ];
}

function findingLine({ severity, column, message, at }: Finding): string {
  const where = at === undefined ? '' : `${at.file}, line ${count(at.line)}: `;
  const what = column === undefined || column === '' ? '' : `column ${column}: `;
  return `${severity === 'problem' ? 'PROBLEM' : 'NOTE'} ${where}${what}${message}`;
}
