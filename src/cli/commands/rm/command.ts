import type { Command } from 'commander';
import type { Action, CommandModule } from '../../context.ts';
import { addChangeFlags } from '../../changes/change-flags.ts';
import type { RmFlags } from './run-rm.ts';

const EXAMPLES = `
Examples:
  stagesync rm stage://my-group/data/a.csv
  stagesync rm -r stage://my-group/data/2023 --dry-run     what would go with a folder
  stagesync rm 'stage://my-group/data/*.tmp' --yes         a pattern, without a question`;

export const rm: CommandModule = {
  name: 'rm',
  reports: false,
  declare(program: Command, action: Action): void {
    const command = program
      .command('rm')
      .description(
        'Remove files of a Stage, and with -r folders with all that is in them. What others put there or changed since it was looked at stays. More than 20 files are asked about on a terminal; elsewhere they need --yes.',
      )
      .argument('<address...>', 'stage://DEPLOYMENT/PATH; * ? [a-z] {a,b} and ** stand for names: quote them')
      .option('-r, --recursive', 'folders too, with all that is in them')
      .option('--yes', 'do not ask')
      .option('--if-exists', 'what is not there is no failure')
      .option('--hidden', 'take names that begin with .stagesync-, as a run that was cut off leaves them')
      .option('--no-progress', 'no live display, nor a line every 30 s in a log');
    const changeFlags = addChangeFlags(command);
    command.addHelpText('after', EXAMPLES).action(
      action(async (context, addresses: string[], flags: RmFlags) => {
        const { runRm } = await import('./run-rm.ts');
        return runRm(context, addresses, { ...flags, ...changeFlags(flags) });
      }),
    );
  },
};
