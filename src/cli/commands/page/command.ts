import type { Command } from 'commander';
import type { Action, CommandModule } from '../../context.ts';
import type { FileFlags } from '../../jobs-file.ts';

const EXAMPLES = `
Examples:
  stagesync page                         the page of the daemon of ./stagesync.yaml
  stagesync page --file jobs.yaml        of the daemon of that file
  xdg-open "$(stagesync page)"           opens it in a browser`;

export const page: CommandModule = {
  name: 'page',
  reports: false,
  declare(program: Command, action: Action): void {
    program
      .command('page')
      .description(
        'Ask the daemon of a jobs file, which "stagesync up --http ADDRESS" started, for a link to its page. The link signs in whoever opens it first, within an hour.',
      )
      .option('--file <file>', 'the jobs file (default: stagesync.yaml here, or in the configuration folder)')
      .addHelpText('after', EXAMPLES)
      .action(
        action(async (context, flags: FileFlags) => {
          const { printLink } = await import('./print-link.ts');
          return printLink(context, flags);
        }),
      );
  },
};
