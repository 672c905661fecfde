import type { Command } from 'commander';
import type { Action, CommandModule } from '../../context.ts';
import type { FileFlags } from '../../jobs-file.ts';

const EXAMPLES = `
Examples:
  stagesync resume orders                     after "stagesync pause orders"
  stagesync resume orders customers           two jobs
  stagesync resume orders --file jobs.yaml    of the daemon of that file`;

export const resume: CommandModule = {
  name: 'resume',
  reports: false,
  declare(program: Command, action: Action): void {
    program
      .command('resume')
      .description(
        'Ask the daemon of a jobs file to let these paused jobs go on. A watch compares everything first.',
      )
      .argument('<name...>', 'jobs of the file')
      .option('--file <file>', 'the jobs file (default: stagesync.yaml here, or in the configuration folder)')
      .addHelpText('after', EXAMPLES)
      .action(
        action(async (context, names: string[], flags: FileFlags) => {
          const { resumeJobs } = await import('./resume-jobs.ts');
          return resumeJobs(context, names, flags);
        }),
      );
  },
};
