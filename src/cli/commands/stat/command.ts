import type { Command } from 'commander';
import type { Action, CommandModule } from '../../context.ts';
import { addS3Flags, addStageFlags } from '../../flags/authority-flags.ts';
import type { StatFlags } from './show-stat.ts';

const EXAMPLES = `
Examples:
  stagesync stat stage://my-group/data/a.csv
  stagesync stat stage://my-group/data        a folder: what lies directly in it
  stagesync stat s3://bucket/data/a.csv --json`;

export const stat: CommandModule = {
  name: 'stat',
  reports: false,
  declare(program: Command, action: Action): void {
    const command = program
      .command('stat')
      .description(
        'Show what is at an address: a file with its size and time, or a folder with what lies directly in it.',
      )
      .argument('<address>', 'a directory or file, s3://BUCKET/KEY or stage://DEPLOYMENT/PATH')
      .option('--json', 'one object');
    addStageFlags(addS3Flags(command))
      .addHelpText('after', EXAMPLES)
      .action(
        action(async (context, address: string, flags: StatFlags) => {
          const { showStat } = await import('./show-stat.ts');
          return showStat(context, address, flags);
        }),
      );
  },
};
