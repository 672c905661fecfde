import { Option, type Command } from 'commander';
import type { Action, CommandModule } from '../../context.ts';
import {
  byteRate,
  duration,
  positiveInteger,
  positiveNumber,
  type FilterFlag,
} from '../../flags/flag-values.ts';
import { addGuardFlags, type GuardFlags } from '../../flags/guard-flags.ts';
import { addS3Flags, type SourceFlags } from '../../flags/source-flags.ts';
import { addStageFlags, type StageFlags } from '../../flags/stage-flags.ts';

/** Flags that decide what a pass does and how. */
export interface PassFlags extends StageFlags, SourceFlags, GuardFlags {
  readonly delete?: true;
  readonly mirror?: true;
  readonly deleteExcluded?: true;
  /** Milliseconds. */
  readonly sweepOlderThan?: number;
  readonly compare: 'size' | 'content';
  readonly moves: boolean;
  readonly filters: readonly FilterFlag[];
  readonly atomic?: true;
  readonly publishSet?: true;
  readonly marker?: string;
  readonly concurrency: number;
  readonly maxRequestsPerSecond?: number;
  readonly bwlimit?: number;
  /** Milliseconds. */
  readonly maxWait?: number;
}

/** The flags of `stagesync sync`, parsed and with their defaults. */
export interface SyncFlags extends PassFlags {
  readonly dryRun?: true;
  readonly trustLedger?: true;
  readonly json?: true;
  readonly quiet?: true;
  readonly verbose?: true;
  readonly progress: boolean;
}

export const sync: CommandModule = {
  name: 'sync',
  reports: true,
  declare(program: Command, action: Action): void {
    const command = program
      .command('sync')
      .summary('make a Stage folder equal to a directory or bucket')
      .description(
        'Make the Stage folder DEST equal to SOURCE: a directory (its contents, not the directory itself) or s3://BUCKET/PREFIX. Nothing on Stage is removed without --delete or --mirror.',
      )
      .argument('<source>', 'directory or s3://BUCKET/PREFIX')
      .argument('<dest>', 'stage://DEPLOYMENT/PATH, stage:///PATH or stage://local/PATH')
      .optionsGroup('What is done:')
      .option('-n, --dry-run', 'say what would be done and why; send no changing request');
    const filters = addSyncFlags(command);
    command.action(
      action(async (context, source: string, dest: string, flags: Omit<SyncFlags, 'filters'>) => {
        const { runSync } = await import('./run-sync.ts');
        return runSync(context, source, dest, { ...flags, filters });
      }),
    );
  },
};

/** The flags of a single run. Returns the filters, which fill in as the line is parsed. */
export function addSyncFlags(command: Command): readonly FilterFlag[] {
  command.option(
    '--trust-ledger',
    'list on Stage only what goes or moves; believe what earlier runs recorded of the rest',
  );
  const filters = addPassFlags(command);
  command
    .optionsGroup('Output:')
    .option('--json', 'one event a line on stdout, the report last; text goes to stderr')
    .addOption(new Option('-q, --quiet', 'say only what went wrong').conflicts('verbose'))
    .option('-v, --verbose', 'every action, attempt and problem')
    .option('--no-progress', 'no live display')
    .optionsGroup('Other:');
  return filters;
}

/** Everything that decides what a pass does and how. Returns the filters, which fill in as the line is parsed. */
export function addPassFlags(command: Command): readonly FilterFlag[] {
  const filters: FilterFlag[] = [];
  const filter =
    (kind: FilterFlag['kind']) =>
    (value: string): undefined =>
      void filters.push({ kind, value });
  addGuardFlags(
    command
      .option('--delete', 'remove what an earlier run put there and the source no longer has')
      .option('--mirror', 'remove everything the source does not have, whoever put it there')
      .option(
        '--delete-excluded',
        'with --delete or --mirror: also remove on Stage what the filters exclude',
      ),
  )
    .addOption(
      new Option(
        '--compare <how>',
        'what both ends have: by size and time, or by content, which reads both ends every time',
      )
        .choices(['size', 'content'])
        .default('size'),
    )
    .option(
      '--sweep-older-than <duration>',
      'remove uploads under hidden names on Stage that runs from elsewhere left and that are at least so old: 1d, 12h',
      duration,
    )
    .option('--no-moves', 'upload renamed files anew instead of moving them on Stage')
    .optionsGroup('Which files:')
    .addOption(
      new Option('--include <pattern>', 'take part, in .gitignore rules; repeatable').argParser(
        filter('include'),
      ),
    )
    .addOption(
      new Option(
        '--exclude <pattern>',
        'take no part: neither uploaded nor touched on Stage; repeatable',
      ).argParser(filter('exclude')),
    )
    .addOption(
      new Option('--filter-from <file>', 'rules from a file, as in .stagesyncignore; repeatable').argParser(
        filter('file'),
      ),
    )
    .option('--follow-symlinks', 'follow symbolic links instead of leaving them out')
    .optionsGroup('How it is published:')
    .option('--atomic', 'upload to a hidden folder at the top of the Stage, then move each file in')
    .option('--publish-set', 'with --atomic: publish, move and remove nothing before everything is uploaded')
    .option('--marker <name>', 'with --publish-set: write this empty file once all files have their names')
    .optionsGroup('How fast:')
    .addOption(
      new Option('--concurrency <n>', 'Stage requests at the same time')
        .argParser(positiveInteger)
        .default(16),
    )
    .option('--max-requests-per-second <n>', 'start no more Stage requests a second', positiveNumber)
    .option('--bwlimit <rate>', 'upload no faster, in bytes a second: 500K, 10M', byteRate)
    .addOption(
      new Option('--max-wait <duration>', 'give up when Stage asks to be left alone for longer in one go')
        .argParser(duration)
        .default(3_600_000, '1h'),
    );
  addStageFlags(addS3Flags(command));
  return filters;
}
