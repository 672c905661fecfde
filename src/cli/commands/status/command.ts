import type { Command } from 'commander';
import type { Action, CommandModule } from '../../context.ts';
import type { StatusFlags } from './show-status.ts';

export const status: CommandModule = {
  name: 'status',
  reports: false,
  declare(program: Command, action: Action): void {
    program
      .command('status')
      .summary('say what is running, and how recent runs ended')
      .description(
        'Say for each pair whether a run or a watch works on it, what the watch is doing, and how recent runs ended. Reads the ledgers only: no request is sent.',
      )
      .argument('[source]', 'only pairs with this source')
      .argument('[dest]', 'only pairs with this destination')
      .option('--json', 'one object a pair')
      .action(
        action(async (context, source: string | undefined, dest: string | undefined, flags: StatusFlags) => {
          const { showStatus } = await import('./show-status.ts');
          return showStatus(context, source, dest, flags);
        }),
      );
  },
};
