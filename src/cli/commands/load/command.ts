import type { Command } from 'commander';
import type { Action, CommandModule } from '../../context.ts';
import { declareSql } from './sql/declare-sql.ts';

export const load: CommandModule = {
  name: 'load',
  reports: false,
  declare(program: Command, action: Action): void {
    const command = program
      .command('load')
      .summary('from a Stage into tables: the statements, and what is loaded')
      .description('What a database loads from a Stage: the statements that make a table and its pipeline.');
    declareSql(command, action);
  },
};
