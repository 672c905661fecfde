import type { Command } from 'commander';
import type { Action, CommandModule } from '../../context.ts';
import { addS3Flags, addStageFlags } from '../../flags/authority-flags.ts';
import { addFileFlag } from '../../flags/file-flag.ts';
import { addJobFlags } from '../../flags/job-flags.ts';
import { percentage, wholeNumber } from '../../flags/values.ts';
import type { CheckFlags } from './run-check.ts';

/** Settings of a job that say what is changed. */
const OF_CHANGES =
  'trustLedger removal deleteExcluded compare overwrite keepRemoved verify failFast sweepOlderThan moves atomic publishSet marker maxRequestsPerSecond bytesPerSecond pageSize archived maxFileSize'.split(
    ' ',
  );

const EXAMPLES = `
Examples:
  stagesync check data stage://my-group/data                names and sizes
  stagesync check data stage://my-group/data --content      reads every file at both ends
  stagesync check s3://bucket/data stage:///data --sample 1%`;

export const check: CommandModule = {
  name: 'check',
  reports: false,
  declare(program: Command, action: Action): void {
    const command = program
      .command('check')
      .description(
        'Compare the files of two places, by names and sizes: a directory, s3://BUCKET/PREFIX or stage://DEPLOYMENT/PATH each. Nothing is changed. The exit status is 8 when they differ.',
      )
      .argument('<a>', 'the first place; alone, the name of a job of the jobs file')
      .argument('[b]', 'the second place')
      .optionsGroup('How closely:')
      .option('--content', 'read every file at both ends and compare the bytes')
      .option('--sample <percent>', 'read a random sample of the files, like 1%', percentage)
      .option('--seed <n>', 'with --sample: draw the same files as the run that printed it', wholeNumber)
      .optionsGroup('What is listed:')
      .option('--missing', 'files that A has and B does not')
      .option('--extra', 'files that B has and A does not')
      .option('--differ', 'files that differ')
      .option('--json', 'one object a line, the summary last')
      .option('--no-progress', 'no live display, nor a line every 30 s in a log');
    const jobFlags = addJobFlags(command, { sections: ['what', 'pace'], without: OF_CHANGES });
    addStageFlags(addS3Flags(addFileFlag(command)))
      .addHelpText('after', EXAMPLES)
      .action(
        action(async (context, a: string, b: string | undefined, flags: CheckFlags) => {
          const { runCheckCommand } = await import('./run-check.ts');
          return runCheckCommand(context, { a, b }, { ...flags, job: jobFlags(flags) });
        }),
      );
  },
};
