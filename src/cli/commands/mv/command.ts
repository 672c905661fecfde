import type { Command } from 'commander';
import type { Action, CommandModule } from '../../context.ts';
import { addChangeFlags } from '../../changes/change-flags.ts';
import type { MvFlags } from './run-mv.ts';

const EXAMPLES = `
Examples:
  stagesync mv stage://my-group/data/a.csv stage://my-group/data/b.csv
  stagesync mv stage://my-group/data/2023 stage://my-group/archive/     a folder into a folder
  stagesync mv 'stage://my-group/in/*.csv' stage://my-group/done/ --dry-run`;

export const mv: CommandModule = {
  name: 'mv',
  reports: false,
  declare(program: Command, action: Action): void {
    const command = program
      .command('mv')
      .usage('[options] <source...> <dest>')
      .description(
        'Move files and folders within a Stage. A DEST that ends in a slash, or is a folder, takes them under their own names, and is made where it is missing; any other is the new name. Nothing that is there is replaced without --overwrite.',
      )
      .argument(
        '<address...>',
        'stage://DEPLOYMENT/PATH of what moves, DEST last; * ? [a-z] {a,b} and ** stand for names: quote them',
      )
      .option('--overwrite', 'a file may take the place of another one')
      .option('--merge', 'what is in a folder joins the folder of its new name')
      .option('--hidden', 'take names that begin with .stagesync-, as a run that was cut off leaves them')
      .option('--no-progress', 'no live display, nor a line every 30 s in a log');
    const changeFlags = addChangeFlags(command);
    command.addHelpText('after', EXAMPLES).action(
      action(async (context, addresses: string[], flags: MvFlags) => {
        const { runMv } = await import('./run-mv.ts');
        return runMv(context, addresses, { ...flags, ...changeFlags(flags) });
      }),
    );
  },
};
