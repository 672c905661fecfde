import type { Command } from 'commander';
import type { Action, CommandModule } from '../../context.ts';
import { addFileFlag } from '../../flags/file-flag.ts';
import type { FileFlags } from '../../jobs-file.ts';
import { positiveInteger } from '../../flags/values.ts';

const EXAMPLES = `
Examples:
  stagesync jobs validate            every mistake in stagesync.yaml, with its line
  stagesync jobs next -n 3           when the schedules come next, in their time zones
  stagesync jobs list --json         names, ends and schedules, for an orchestrator
  stagesync jobs show orders         all settings of one job, as it will run`;

export interface JobsFlags extends FileFlags {
  readonly json?: true;
  /** Of `next`. */
  readonly count?: number;
}

export const jobs: CommandModule = {
  name: 'jobs',
  reports: false,
  declare(program: Command, action: Action): void {
    const noun = program
      .command('jobs')
      .description('Say what the jobs file says. Reads the file; sends no request and runs nothing.')
      .addHelpText('after', EXAMPLES);
    const verb = (name: string, summary: string): Command =>
      addFileFlag(
        noun
          .command(name)
          .summary(summary)
          .description(`${summary.charAt(0).toUpperCase()}${summary.slice(1)}.`)
          .addHelpText('after', EXAMPLES),
      )
        .optionsGroup('Output:')
        .option('--json', 'one object a line');
    verb('list', 'list the jobs, and when they run')
      .argument('[name...]', 'only these jobs')
      .action(
        action(async (context, names: readonly string[], flags: JobsFlags) =>
          (await import('./show-jobs.ts')).listJobs(context, names, flags),
        ),
      );
    verb('show', 'show all settings of jobs, and where each comes from')
      .argument('<name...>', 'names of jobs')
      .action(
        action(async (context, names: readonly string[], flags: JobsFlags) =>
          (await import('./show-jobs.ts')).showJobs(context, names, flags),
        ),
      );
    verb('validate', 'check the file, and tell all mistakes at once').action(
      action(async (context, flags: JobsFlags) =>
        (await import('./show-jobs.ts')).validateFile(context, flags),
      ),
    );
    verb('next', 'tell when the schedules come next')
      .argument('[name...]', 'only these jobs')
      .option('-n, --count <n>', 'times a job (default: 1)', positiveInteger)
      .action(
        action(async (context, names: readonly string[], flags: JobsFlags) =>
          (await import('./next-runs.ts')).showNextRuns(context, names, flags),
        ),
      );
  },
};
