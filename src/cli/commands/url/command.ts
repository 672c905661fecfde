import type { Command } from 'commander';
import type { Action, CommandModule } from '../../context.ts';
import { addStageFlags, type StageFlags } from '../../flags/authority-flags.ts';

const EXAMPLES = `
Examples:
  stagesync url stage://my-group/data/a.csv
  curl -o a.csv "$(stagesync url stage://my-group/data/a.csv)"
  stagesync url stage:///data/a.csv 2>/dev/null     the address alone`;

export const url: CommandModule = {
  name: 'url',
  reports: false,
  declare(program: Command, action: Action): void {
    const command = program
      .command('url')
      .description(
        'Write a signed address of one Stage file to stdout. It is a secret: whoever has it can read the file, without a token, until it expires.',
      )
      .argument('<address>', 'stage://DEPLOYMENT/PATH of a file');
    addStageFlags(command)
      .addHelpText('after', EXAMPLES)
      .action(
        action(async (context, address: string, flags: StageFlags) => {
          const { printSignedUrl } = await import('./print-signed-url.ts');
          return printSignedUrl(context, address, flags);
        }),
      );
  },
};
