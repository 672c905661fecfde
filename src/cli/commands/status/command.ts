import type { Command } from 'commander';
import { addFileFlag } from '../../flags/file-flag.ts';
import type { Action, CommandModule } from '../../context.ts';
import { addServerFlags } from './server-flags.ts';
import type { StatusFlags } from './show-status.ts';

const EXAMPLES = `
Examples:
  stagesync status                        every pair of this user on this machine
  stagesync status data stage:///data     one pair: whether it is in step, and why not
  stagesync status orders --json          the job "orders" of a jobs file, for a program
  stagesync status --file pipes.yaml      the jobs of that file, and what its daemon does
  stagesync status --queue redis://queue:6379/0     workers, batches and budgets, from any machine`;

export const status: CommandModule = {
  name: 'status',
  reports: false,
  declare(program: Command, action: Action): void {
    const command = program
      .command('status')
      .description(
        'Say for each pair whether a run or a watch works on it, what the watch is doing, how recent runs ended, why the last one failed and what comes next. Reads the ledgers, and asks the daemon of the jobs file where one runs; with --file, of the jobs of that file only: no request is sent to a Stage.',
      )
      .argument('[source]', 'the name of a job, or only pairs with this source')
      .argument('[dest]', 'only pairs with this destination')
      .option('--json', 'one object a pair');
    addServerFlags(addFileFlag(command))
      .addHelpText('after', EXAMPLES)
      .action(
        action(async (context, source: string | undefined, dest: string | undefined, flags: StatusFlags) => {
          const { showStatus } = await import('./show-status.ts');
          return showStatus(context, source, dest, flags);
        }),
      );
  },
};
