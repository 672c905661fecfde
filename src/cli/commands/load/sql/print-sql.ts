import { parseGlob } from '../../../../files/globs/glob.ts';
import { folderPath, parsePlace, parseStageAddress } from '../../../../jobs/addresses.ts';
import { checkBucketFlags } from '../../../../jobs/ends/open-place.ts';
import type { Surroundings } from '../../../../jobs/surroundings.ts';
import { usageError } from '../../../../jobs/usage-errors.ts';
import type { InferredTable } from '../../../../load/inference/inferred-table.ts';
import { tableNameOf } from '../../../../load/inference/names/safe-names.ts';
import { KeyProblem, tableKeys } from '../../../../load/inference/statements/table-keys.ts';
import { inferTable } from '../../../../load/samples/infer-table.ts';
import { nameOf, parentOf } from '../../../../model/path.ts';
import { printable } from '../../../../model/printable.ts';
import type { Context } from '../../../context.ts';
import { EXIT, type ExitStatus } from '../../../exit-status.ts';
import { lookingSurroundings } from '../../../surroundings.ts';
import { FilePattern } from './file-pattern.ts';
import type { LoadSqlFlags } from './load-sql-flags.ts';
import { sampleFiles, type FoundFile } from './sample-files.ts';
import { findingsOf, sqlScript, startSql, statementsFor, type SqlTarget } from './sql-script.ts';

/** `stagesync load sql`. */
export async function printSql(
  context: Context,
  addresses: readonly string[],
  flags: LoadSqlFlags,
): Promise<ExitStatus> {
  const around = lookingSurroundings(context, flags, 'load sql');
  checkAddresses(addresses, flags, around);
  const pattern = new FilePattern();
  const inferred = await infer(around, addresses, flags, pattern);
  const target = targetOf(inferred, addresses, flags, pattern);
  if (flags.json === true) context.out.line(JSON.stringify(asData(inferred, target, flags)));
  else context.out.line(sqlScript(inferred, target, { starts: flags.start === true }));
  if (flags.apply !== true) return EXIT.clean;
  const { applySql } = await import('./apply-sql.ts');
  await applySql(around, {
    address: parseStageAddress(flags.to ?? addresses[0] ?? '', 'ADDRESS'),
    target,
    statements: statementsFor(inferred, target, { comments: false }),
    start: flags.start === true,
    tell: (text) => context.err.line(`stagesync: ${text}`),
  });
  return EXIT.clean;
}

function checkAddresses(
  addresses: readonly string[],
  { to, apply, start }: LoadSqlFlags,
  around: Surroundings,
): void {
  if (start === true && apply !== true)
    throw usageError('--start starts the pipeline that --apply makes: give both');
  const places = addresses.map((text) => parsePlace(text, 'ADDRESS', around.folder));
  checkBucketFlags(places, around, 'ADDRESS is not');
  const onStage = places.filter(({ kind }) => kind === 'stage').length;
  if (to !== undefined) parseStageAddress(to, '--to');
  if (to !== undefined && onStage > 0)
    throw usageError(
      '--to says where files will be that are not on a Stage yet: leave it out for a stage:// address',
    );
  if (apply === true && to === undefined && onStage === 0)
    throw usageError(
      '--apply has to know in whose database: say where the files will be with --to stage://DEPLOYMENT/PATH',
    );
  if (onStage > 0 && onStage < places.length)
    throw usageError(
      'some of the files are on a Stage and some are not: one table is made of files of one place',
    );
}

async function infer(
  around: Surroundings,
  addresses: readonly string[],
  flags: LoadSqlFlags,
  pattern: FilePattern,
): Promise<InferredTable> {
  await using opened = new AsyncDisposableStack();
  async function* files(): AsyncGenerator<FoundFile, void> {
    for await (const file of sampleFiles(opened, around, addresses)) {
      pattern.add(file.path, file);
      yield file;
    }
  }
  const { sample, delimiter, header } = flags;
  const inferred = await inferTable(files(), {
    sample,
    delimiter,
    header,
    nullWords: flags.null ?? [],
    dateOrder: flags.dayFirst === true ? 'dmy' : flags.monthFirst === true ? 'mdy' : undefined,
  });
  if (inferred !== undefined) return inferred;
  throw usageError(
    `there are no files at ${addresses.map(printable).join(', ')}: empty ones and those whose names begin with "." or "_" do not count`,
  );
}

function targetOf(
  inferred: InferredTable,
  addresses: readonly string[],
  flags: LoadSqlFlags,
  pattern: FilePattern,
): SqlTarget {
  const table = flags.table ?? tableNameOf(subjectOf(addresses[0] ?? ''));
  try {
    return {
      database: flags.database,
      table,
      pipeline: flags.pipeline ?? table,
      files: filesOf(addresses, flags, pattern),
      keys: tableKeys(inferred.columns, flags.key ?? []),
      rowstore: flags.rowstore === true,
    };
  } catch (error) {
    if (error instanceof KeyProblem) throw usageError(`--key: ${printable(error.message)}`);
    throw error;
  }
}

/** What the table is named after: the file, or the folder that files are in; that of a file whose name is a date or a number. */
function subjectOf(address: string): string {
  const path = address.replace(/^[a-z0-9]+:\/\/[^/]*/, '').replace(/\/+$/, '');
  const glob = parseGlob(path);
  const subject = glob === undefined ? path : glob.base.slice(0, -1);
  const isNamed = /\p{L}/u.test(nameOf(subject).replace(/(?<=.)\.[^/]*$/, ''));
  return nameOf(isNamed ? subject : parentOf(subject).slice(0, -1)) || 'data';
}

function filesOf(
  addresses: readonly string[],
  { to }: LoadSqlFlags,
  pattern: FilePattern,
): string | undefined {
  const [first = ''] = addresses;
  if (first.startsWith('stage://')) {
    const { path } = parseStageAddress(first, 'ADDRESS');
    return addresses.length === 1 && parseGlob(path) !== undefined ? path : pattern.pattern('');
  }
  return to === undefined ? undefined : pattern.pattern(folderPath(parseStageAddress(to, '--to')));
}

/** For programs. */
function asData(inferred: InferredTable, target: SqlTarget, { start }: LoadSqlFlags): object {
  const { columns, format, compression, extent } = inferred;
  const { table, pipeline } = statementsFor(inferred, target, { comments: false });
  return {
    type: 'load_sql',
    ...target,
    format,
    compression,
    read: extent,
    columns: columns.map(({ findings: _findings, ...column }) => column),
    findings: findingsOf(inferred),
    statements:
      pipeline === undefined ? [table] : [table, pipeline, ...(start === true ? [startSql(target)] : [])],
  };
}
