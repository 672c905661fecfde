import type { Command } from 'commander';
import type { Action, CommandModule } from '../../context.ts';
import { declareStatus } from './status/declare-status.ts';

export const load: CommandModule = {
  name: 'load',
  reports: false,
  declare(program: Command, action: Action): void {
    const command = program
      .command('load')
      .summary('from a Stage into tables: the statements, and what is loaded')
      .description('What a database loads from a Stage.');
    declareStatus(command, action);
  },
};
