import type { Command } from 'commander';
import type { Action, CommandModule } from '../../context.ts';
import { addS3Flags, addStageFlags, type S3Flags, type StageFlags } from '../../flags/authority-flags.ts';

const EXAMPLES = `
Examples:
  stagesync cat stage://my-group/data/a.csv
  stagesync cat s3://bucket/day.json.gz | gunzip | jq .
  stagesync cat stage:///parts/1.csv stage:///parts/2.csv > all.csv`;

export const cat: CommandModule = {
  name: 'cat',
  reports: false,
  declare(program: Command, action: Action): void {
    const command = program
      .command('cat')
      .description('Write the bytes of files to stdout, one after the other.')
      .argument('<address...>', 'files, s3://BUCKET/KEY or stage://DEPLOYMENT/PATH; patterns in quotes');
    addStageFlags(addS3Flags(command))
      .addHelpText('after', EXAMPLES)
      .action(
        action(async (context, addresses: readonly string[], flags: StageFlags & S3Flags) => {
          const { writeFilesToStdout } = await import('./write-files.ts');
          return writeFilesToStdout(context, addresses, flags);
        }),
      );
  },
};
