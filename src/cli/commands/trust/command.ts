import type { Command } from 'commander';
import type { Action, CommandModule } from '../../context.ts';
import type { TrustFlags } from './trust-file.ts';

const EXAMPLES = `
Examples:
  stagesync trust                     shows what stagesync.yaml would run, and asks
  stagesync trust pipes.yaml --yes    for a script
  stagesync trust --revoke            takes the approval back`;

export const trust: CommandModule = {
  name: 'trust',
  reports: false,
  declare(program: Command, action: Action): void {
    program
      .command('trust')
      .description(
        'Show what a jobs file would run (token_command, commands of notify), and where it would send the API token, signed requests and reports; and approve it. An approval holds for the file as it is: after a change it is asked for again. A file that is named with --file needs none.',
      )
      .argument(
        '[file]',
        "the jobs file (default: stagesync.yaml here, else in the user's configuration folder)",
      )
      .option('--yes', 'approve without asking')
      .option('--revoke', 'take the approval back')
      .option('--json', 'one object: what was approved')
      .addHelpText('after', EXAMPLES)
      .action(
        action(async (context, file: string | undefined, flags: TrustFlags) => {
          const { trustFile } = await import('./trust-file.ts');
          return trustFile(context, file, flags);
        }),
      );
  },
};
