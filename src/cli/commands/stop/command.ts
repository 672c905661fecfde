import type { Command } from 'commander';
import type { Action, CommandModule } from '../../context.ts';
import type { FileFlags } from '../../jobs-file.ts';

const EXAMPLES = `
Examples:
  stagesync stop                     the daemon of ./stagesync.yaml
  stagesync stop orders              the run of one job that goes on; the daemon lives on
  stagesync stop --file jobs.yaml    the daemon of that file`;

export const stop: CommandModule = {
  name: 'stop',
  reports: false,
  declare(program: Command, action: Action): void {
    program
      .command('stop')
      .description(
        'Ask the daemon of a jobs file to stop, and wait: what is in flight is finished and recorded. With names, only the runs of these jobs that go on are ended; a schedule goes on with its next time, and a watch after a minute.',
      )
      .argument('[name...]', 'jobs whose runs are to end')
      .option('--file <file>', 'the jobs file (default: stagesync.yaml here, or in the configuration folder)')
      .addHelpText('after', EXAMPLES)
      .action(
        action(async (context, names: string[], flags: FileFlags) => {
          const { stopDaemon } = await import('./stop-daemon.ts');
          return stopDaemon(context, names, flags);
        }),
      );
  },
};
