import type { Command } from 'commander';
import type { Action, CommandModule } from '../../context.ts';

const EXAMPLES = `
Examples:
  stagesync demo                    in a new folder stagesync-demo, in some ten seconds
  stagesync demo /tmp/try           in another folder
  stagesync demo --quiet            without what the commands print`;

export const demo: CommandModule = {
  name: 'demo',
  reports: false,
  declare(program: Command, action: Action): void {
    program
      .command('demo')
      .description(
        'Make a folder of files and a jobs file, load them through the embedded Stage and a pipeline into a table of the embedded database, change a file, break one and mend it, and show the rows each time. All of it is on this machine and needs no account. Each step is a command that is shown and can be used again.',
      )
      .argument('[folder]', 'a new or empty folder for the files', 'stagesync-demo')
      .option('-q, --quiet', 'show the steps and the rows, not what the commands print')
      .addHelpText('after', EXAMPLES)
      .action(
        action(async (context, folder: string, flags: { readonly quiet?: true }) => {
          const { showTheWay } = await import('./show-the-way.ts');
          return showTheWay(context, folder, flags);
        }),
      );
  },
};
