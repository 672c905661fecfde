import { InvalidArgumentError, Option, type Command } from 'commander';
import type { Action, CommandModule } from '../../context.ts';
import { addS3Flags, addSqlFlags, addStageFlags } from '../../flags/authority-flags.ts';
import { addFileFlag } from '../../flags/file-flag.ts';
import { addJobFlags } from '../../flags/job-flags.ts';
import { positiveInteger } from '../../flags/values.ts';
import type { FileState } from '../../../load/loaded-files.ts';
import type { LoadSqlFlags } from './sql/load-sql-flags.ts';
import type { LoadStatusFlags } from './status/show-load-status.ts';

const SQL_EXAMPLES = `
Examples:
  stagesync load sql stage://my-group/orders                     the statements for what lies there
  stagesync load sql data/orders --to stage:///orders > orders.sql
  stagesync load sql 's3://bucket/events/*.jsonl' --to stage:///events --sample 100000 --json
  stagesync load sql data/kunden.csv --to stage:///kunden --day-first --null n/a --key kunden_nr
  stagesync load sql stage://local/orders --apply --start        make them in the embedded database`;

export const load: CommandModule = {
  name: 'load',
  reports: false,
  declare(program: Command, action: Action): void {
    const command = program
      .command('load')
      .description(
        'What a database loads from a Stage: the statements that make a table and its pipeline, and what became of each file.',
      )
      .addHelpText('after', `${SQL_EXAMPLES}${STATUS_EXAMPLES.replace('\nExamples:', '')}`);
    declareSql(command, action);
    declareStatus(command, action);
  },
};

function declareSql(noun: Command, action: Action): void {
  const command = noun
    .command('sql')
    .summary('print CREATE TABLE and CREATE PIPELINE for files')
    .description(
      'Read files of one kind (CSV, JSON or Parquet, packed as .gz or not) and print the statements that make a table for their rows, and a pipeline that loads them from a Stage. Each line says why it is so, and what will not load is told with its line. Nothing is changed without --apply.',
    )
    .argument(
      '<address...>',
      'files, folders, s3://BUCKET/KEY or stage://DEPLOYMENT/PATH; patterns in quotes. All of them make one table',
    );
  addStatementFlags(command);
  addReadingFlags(command);
  addSqlFlags(addStageFlags(addS3Flags(command)))
    .addHelpText('after', SQL_EXAMPLES)
    .action(
      action(async (context, addresses: readonly string[], flags: LoadSqlFlags) => {
        const { printSql } = await import('./sql/print-sql.ts');
        return printSql(context, addresses, flags);
      }),
    );
}

function addStatementFlags(command: Command): void {
  command
    .optionsGroup('Statements:')
    .option(
      '--to <stage>',
      'where on a Stage the files will be, for files that are elsewhere: stage://DEPLOYMENT/PATH',
    )
    .option('--table <name>', 'default: made of the name of the file or folder')
    .option('--pipeline <name>', 'default: the name of the table')
    .option('--database <name>', 'where the table is made')
    .option(
      '--key <columns>',
      'a,b: what makes a row unique, so that a file that is loaded again doubles nothing',
      columnList,
    )
    .option('--rowstore', 'keep the table in memory by rows; the default is a columnstore')
    .option('--json', 'the types, the reasons and the statements as one JSON object')
    .option('--apply', 'also carry the statements out: make the table and the pipeline')
    .option('--start', 'with --apply: start the pipeline');
}

function addReadingFlags(command: Command): void {
  command
    .optionsGroup('Reading:')
    .option(
      '--sample <n>',
      "so many rows of all files together, or 'all'; default: all rows within 256 MB",
      sampleRows,
    )
    .option('--delimiter <character>', "between the fields of CSV, or 'tab'; default: it is found", delimiter)
    .option('--header', 'the first row of CSV has names; default: it is found')
    .option('--no-header', 'the first row of CSV has values')
    .option('--null <word>', 'a word that is NULL, besides NULL, \\N and nothing; may be repeated', nullWord)
    .addOption(
      new Option(
        '--day-first',
        '03/04/2026 is the third of April; default: asked for where it matters',
      ).conflicts('monthFirst'),
    )
    .option('--month-first', '03/04/2026 is the fourth of March');
}

function columnList(text: string): readonly string[] {
  const names = text.split(',').map((name) => name.trim());
  if (names.includes('')) throw new InvalidArgumentError('Give names of columns with commas between them.');
  return names;
}

function sampleRows(text: string): number | 'all' {
  return text === 'all' ? text : positiveInteger(text);
}

function delimiter(text: string): string {
  const character = text === 'tab' || text === String.raw`\t` ? '\t' : text;
  if (character.length !== 1 || /["'\\\r\n\p{L}\p{N}]/u.test(character))
    throw new InvalidArgumentError("Give one character that is no letter, digit or quote, or 'tab'.");
  return character;
}

const nullWord = (word: string, before: readonly string[] = []): readonly string[] => [...before, word];

const STATUS_EXAMPLES = `
Examples:
  stagesync load status stage://my-group/orders             each file, and what its pipeline says of it
  stagesync load status orders --state skipped              what the job "orders" sent and its pipeline skipped, and why
  stagesync load status stage:///orders --json | jq 'select(.kind == "total")'`;

const SHOWN_STATES: readonly FileState[] = ['loaded', 'unloaded', 'skipped', 'changed', 'ignored'];

function declareStatus(loadCommand: Command, action: Action): void {
  const command = loadCommand
    .command('status')
    .summary('what pipelines have loaded of the files on a Stage')
    .description(
      'Say of each file on a Stage what the pipelines of a database say of it: loaded, not loaded yet, or skipped with the error and its line. Without an argument, of all jobs of the jobs file that have "load". Ends with 0 when everything that a pipeline reads is loaded, else with 9.',
    )
    .argument('[address]', 'stage://DEPLOYMENT/PATH, or the name of a job')
    .addOption(
      new Option(
        '--state <state>',
        'only files in this state; changed: since they were loaded; ignored: no pipeline reads them',
      ).choices(SHOWN_STATES),
    )
    .option('--json', 'one object a line: a file each, and the total last');
  addFileFlag(command);
  const jobFlags = addJobFlags(command, {
    sections: ['load', 'pace'],
    without: [
      'reload',
      'wait',
      'afterLoad',
      'maxUnloaded',
      'maxRequestsPerSecond',
      'bytesPerSecond',
      'pageSize',
    ],
    defaults: false,
  });
  addSqlFlags(addStageFlags(command))
    .addHelpText('after', STATUS_EXAMPLES)
    .action(
      action(async (context, address: string | undefined, flags: LoadStatusFlags) => {
        const { showLoadStatus } = await import('./status/show-load-status.ts');
        return showLoadStatus(context, address, { ...flags, job: jobFlags(flags) });
      }),
    );
}
