import { Option, type Command } from 'commander';
import { settingsIn } from '../../../jobs/settings/settings.ts';
import { addS3Flags, addStageFlags, type S3Flags, type StageFlags } from '../../flags/authority-flags.ts';
import { addJobFlags, type JobFlags } from '../../flags/job-flags.ts';
import { bytes } from '../../flags/values.ts';

/** The flags of cp, put and get. */
export interface CopyFlags extends StageFlags, S3Flags {
  readonly recursive?: true;
  readonly overwrite?: true;
  readonly compare?: 'content' | 'size';
  readonly atomic?: true;
  readonly dryRun?: true;
  /** Bytes. */
  readonly spoolMax?: number;
  readonly json?: true;
  readonly quiet?: true;
  readonly verbose?: true;
  readonly progress: boolean;
  readonly job: JobFlags;
}

/** Settings of a job that a copy has too. */
const SHARED: readonly string[] = ['filters', 'followSymlinks', 'concurrency', 'maxWait'];
/** Those that are about a bucket. */
const OF_BUCKETS: readonly string[] = ['archived', 'pageSize'];
const SECTIONS = ['what', 'pace'] as const;

const othersThan = (names: readonly string[]): string[] =>
  SECTIONS.flatMap((section) => settingsIn(section).map(([name]) => name)).filter(
    (name) => !names.includes(name),
  );

export interface CopyFlagsOptions {
  /** Whether something can go to a Stage, so that there are flags for that. */
  readonly uploads: boolean;
  /** Whether something can come from a bucket. */
  readonly buckets: boolean;
}

/** Declares the flags. Returns what reads those that were parsed. */
export function addCopyFlags(
  command: Command,
  { uploads, buckets }: CopyFlagsOptions,
): (parsed: object) => CopyFlags {
  command
    .optionsGroup('What is done:')
    .option('-r, --recursive', 'folders with all that is in them')
    .option('--overwrite', 'replace files that differ; otherwise they stay, and the exit status is 3')
    .addOption(
      new Option(
        '--compare <how>',
        'which files of one size count as there already: content, those of the same bytes; size, also those that are not older',
      )
        .choices(['content', 'size'])
        .default('content'),
    )
    .option('-n, --dry-run', 'say what would be copied');
  if (uploads)
    command
      .option('--atomic', 'upload each file under a hidden name, and move it to its own once it is whole')
      .option(
        '--spool-max <bytes>',
        'the most that is taken from stdin, which waits in a temporary file: 500M, 5G (default: 1G)',
        bytes,
      );
  const shared = buckets ? [...SHARED, ...OF_BUCKETS] : SHARED;
  const jobFlags = addJobFlags(command, { sections: SECTIONS, without: othersThan(shared) });
  command
    .optionsGroup('Output:')
    .option('--json', 'one object a line for each file, the summary last')
    .option('-q, --quiet', 'say only what went wrong')
    .option('-v, --verbose', 'a line for each file')
    .option('--no-progress', 'no live display, nor a line every 30 s in a log');
  addStageFlags(buckets ? addS3Flags(command) : command);
  return (parsed) => ({ ...(parsed as Omit<CopyFlags, 'job'>), job: jobFlags(parsed) });
}
