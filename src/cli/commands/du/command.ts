import type { Command } from 'commander';
import type { Action, CommandModule } from '../../context.ts';
import { addS3Flags, addStageFlags } from '../../flags/authority-flags.ts';
import { addJobFlags } from '../../flags/job-flags.ts';
import { bytes, wholeNumber } from '../../flags/values.ts';
import type { DuFlags } from './show-usage.ts';

const EXAMPLES = `
Examples:
  stagesync du stage://my-group/                 the folders at the top, and the whole Stage
  stagesync du stage://my-group/data -d 3        three folders deep
  stagesync du stage://my-group/ -d 0 --quota 10G   the total alone, as a share of 10 GiB
  stagesync du s3://bucket/data -d 0 --json      the total alone`;

/** '10G' and '10GB' say the same. */
const quota = (text: string): number => bytes(text.replace(/b$/i, ''));

export const du: CommandModule = {
  name: 'du',
  reports: false,
  declare(program: Command, action: Action): void {
    const command = program
      .command('du')
      .description(
        'Add up the files below an address, by folder: bytes, files, name. A folder counts with all that is below it.',
      )
      .argument('<address>', 'a directory, s3://BUCKET/PREFIX or stage://DEPLOYMENT/PATH')
      .option('-d, --depth <n>', 'folders so deep are shown; 0: the total alone', wholeNumber, 1)
      .option(
        '--quota <size>',
        'show the share of this too, as 10G; the API does not tell that of a Stage',
        quota,
      )
      .option('--bytes', 'exact sizes also on a terminal')
      .option('--json', 'one object a line: kind, path, files, size; the total last');
    const jobFlags = addJobFlags(command, {
      sections: ['pace'],
      without: ['maxRequestsPerSecond', 'bytesPerSecond', 'pageSize'],
    });
    addStageFlags(addS3Flags(command))
      .addHelpText('after', EXAMPLES)
      .action(
        action(async (context, address: string, flags: DuFlags) => {
          const { showUsage } = await import('./show-usage.ts');
          return showUsage(context, address, { ...flags, job: jobFlags(flags) });
        }),
      );
  },
};
