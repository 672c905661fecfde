import { InvalidArgumentError, Option, type Command } from 'commander';
import { addFileFlag } from '../../flags/file-flag.ts';
import type { Action, CommandModule } from '../../context.ts';
import type { LogsFlags } from './show-logs.ts';

const EXAMPLES = `
Examples:
  stagesync logs data stage:///data         how the last 20 runs of this pair ended, and why
  stagesync logs orders -n 5                of the job "orders" of a jobs file
  stagesync logs --run 20261126T090712-3f9ab1
                                            one run: its counts, failures by cause, and actions`;

export const logs: CommandModule = {
  name: 'logs',
  reports: false,
  declare(program: Command, action: Action): void {
    const command = program
      .command('logs')
      .description(
        'Show the runs of a job or a pair that are remembered, the oldest first: when, why they began, how they ended, what failed and why. Reads the ledgers, and asks the daemon of the jobs file where one runs; with --file, of the jobs of that file only: no request is sent to a Stage, and it works while a run is under way.',
      )
      .argument('[source]', 'the name of a job, or only pairs with this source')
      .argument('[dest]', 'only pairs with this destination')
      .addOption(new Option('--run <id>', 'one run, with its actions; its ID is shown by status and logs'))
      .addOption(
        new Option('-n, --last <count>', 'so many runs, the newest (default: 20)').argParser(countOf),
      )
      .option('--json', 'one object a run; with --run one more for each action');
    addFileFlag(command)
      .addHelpText('after', EXAMPLES)
      .action(
        action(async (context, source: string | undefined, dest: string | undefined, flags: LogsFlags) => {
          const { showLogs } = await import('./show-logs.ts');
          return showLogs(context, { source, dest }, flags);
        }),
      );
  },
};

function countOf(text: string): number {
  const value = Number(text);
  if (/^\d+$/.test(text) && value >= 1 && value <= 10_000) return value;
  throw new InvalidArgumentError('a whole number from 1 to 10000.');
}
