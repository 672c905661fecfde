import type { Command } from 'commander';
import type { Action, CommandModule } from '../../context.ts';
import type { FlushFlags } from './flush-jobs.ts';

const EXAMPLES = `
Examples:
  stagesync flush orders                        in step when this returns
  stagesync flush orders customers && deploy    only when both are
  stagesync flush orders --json                 the run that did it, for a program`;

export const flush: CommandModule = {
  name: 'flush',
  reports: false,
  declare(program: Command, action: Action): void {
    program
      .command('flush')
      .description(
        'Ask the daemon of a jobs file to compare everything of these jobs now, and wait until source and destination are equal, changes made just before included. The exit status is that of the run: 0 when they are equal.',
      )
      .argument('<name...>', 'jobs of the file')
      .option('--file <file>', 'the jobs file (default: stagesync.yaml here, or in the configuration folder)')
      .option('--json', 'one object a job')
      .addHelpText('after', EXAMPLES)
      .action(
        action(async (context, names: string[], flags: FlushFlags) => {
          const { flushJobs } = await import('./flush-jobs.ts');
          return flushJobs(context, names, flags);
        }),
      );
  },
};
