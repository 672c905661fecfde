import type { Command } from 'commander';
import type { Action, CommandModule } from '../../context.ts';
import type { FileFlags } from '../../jobs-file.ts';

const EXAMPLES = `
Examples:
  stagesync pause orders                     until "stagesync resume orders"
  stagesync pause orders customers           two jobs
  stagesync pause orders --file jobs.yaml    of the daemon of that file`;

export const pause: CommandModule = {
  name: 'pause',
  reports: false,
  declare(program: Command, action: Action): void {
    program
      .command('pause')
      .description(
        'Ask the daemon of a jobs file to leave these jobs alone: what is in flight is finished, nothing new begins, and what becomes due is skipped. A paused job holds nothing: other runs may work on its source and destination. It stays paused when the daemon starts again.',
      )
      .argument('<name...>', 'jobs of the file')
      .option('--file <file>', 'the jobs file (default: stagesync.yaml here, or in the configuration folder)')
      .addHelpText('after', EXAMPLES)
      .action(
        action(async (context, names: string[], flags: FileFlags) => {
          const { pauseJobs } = await import('./pause-jobs.ts');
          return pauseJobs(context, names, flags);
        }),
      );
  },
};
