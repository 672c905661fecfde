import { Option, type Command } from 'commander';
import type { Action, CommandModule } from '../../context.ts';
import { addS3Flags, addStageFlags } from '../../flags/authority-flags.ts';
import { addJobFlags } from '../../flags/job-flags.ts';
import type { LsFlags } from './ls-flags.ts';

const EXAMPLES = `
Examples:
  stagesync ls                                        what has a Stage
  stagesync ls stage://my-group/data --tree           a folder and everything below it
  stagesync ls s3://bucket/data -R --sort size        the largest objects first`;

export const ls: CommandModule = {
  name: 'ls',
  reports: false,
  declare(program: Command, action: Action): void {
    const command = program
      .command('ls')
      .description(
        'List a folder of a Stage, a directory or s3://BUCKET/PREFIX, or one file. Folders end in a slash. Without an address: the deployments that have a Stage.',
      )
      .argument('[address]', 'a directory or file, s3://BUCKET/PREFIX or stage://DEPLOYMENT/PATH')
      .option('-R, --recursive', 'everything below it too; on a Stage one request a folder')
      .option('--tree', 'the same, indented by depth')
      .addOption(
        new Option('--sort <by>', 'name, size (largest first) or time (newest first)').choices([
          'name',
          'size',
          'time',
        ]),
      )
      .option('--total', 'the number of files and their bytes at the end; on a terminal by itself')
      .option('--bytes', 'exact sizes also on a terminal')
      .option('--json', 'one object a line: kind, path, size, modified')
      .option('--local', 'without an address: those of the embedded plane on this machine');
    const jobFlags = addJobFlags(command, {
      sections: ['pace'],
      without: ['maxRequestsPerSecond', 'bytesPerSecond', 'pageSize'],
    });
    addStageFlags(addS3Flags(command))
      .addHelpText('after', EXAMPLES)
      .action(
        action(async (context, address: string | undefined, flags: LsFlags) => {
          if (address === undefined) {
            const { listAllDeployments } = await import('./list-deployments.ts');
            return listAllDeployments(context, flags);
          }
          const { listAddress } = await import('./list-address.ts');
          return listAddress(context, address, { ...flags, job: jobFlags(flags) });
        }),
      );
  },
};
