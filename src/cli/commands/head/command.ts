import type { Command } from 'commander';
import type { Action, CommandModule } from '../../context.ts';
import { addS3Flags, addStageFlags } from '../../flags/authority-flags.ts';
import { positiveInteger } from '../../flags/values.ts';
import type { HeadFlags } from './print-head.ts';

const EXAMPLES = `
Examples:
  stagesync head stage://my-group/data/a.csv            the first 10 rows
  stagesync head s3://bucket/events.jsonl -n 3
  stagesync head stage:///data/a.bin --bytes 512 | xxd`;

export const head: CommandModule = {
  name: 'head',
  reports: false,
  declare(program: Command, action: Action): void {
    const command = program
      .command('head')
      .description(
        'Write the first rows of a file to stdout: lines, or for .csv and .tsv records, which may have line breaks between quotes. Of .parquet the schema, and the rows as JSON. The rest of a large file is not read.',
      )
      .argument('<address>', 'a file, s3://BUCKET/KEY or stage://DEPLOYMENT/PATH')
      .option('-n, --rows <n>', 'so many rows, a header included (default: 10)', positiveInteger)
      .option('--bytes <n>', 'so many bytes instead', positiveInteger);
    addStageFlags(addS3Flags(command))
      .addHelpText('after', EXAMPLES)
      .action(
        action(async (context, address: string, flags: HeadFlags) => {
          const { printHead } = await import('./print-head.ts');
          return printHead(context, address, flags);
        }),
      );
  },
};
