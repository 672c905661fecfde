import type { Command } from 'commander';
import type { Action, CommandModule } from '../../context.ts';
import { addStageFlags } from '../../flags/authority-flags.ts';
import type { LsFlags } from './ls-flags.ts';

export const ls: CommandModule = {
  name: 'ls',
  reports: false,
  declare(program: Command, action: Action): void {
    const command = program
      .command('ls')
      .summary('list a Stage folder, or what has a Stage')
      .description(
        'List a Stage folder, or one file. Folders end in a slash. Without an address: the deployments that have a Stage.',
      )
      .argument('[address]', 'stage://DEPLOYMENT/PATH, stage:///PATH or stage://local/PATH')
      .option('-R, --recursive', 'everything below it too; one request a folder')
      .option('--json', 'one object a line: kind, path, size, modified')
      .option('--local', 'without an address: those of the embedded plane on this machine');
    addStageFlags(command).action(
      action(async (context, address: string | undefined, flags: LsFlags) => {
        if (address === undefined) {
          const { listAllDeployments } = await import('./list-deployments.ts');
          return listAllDeployments(context, flags);
        }
        const { listStage } = await import('./list-stage.ts');
        return listStage(context, address, flags);
      }),
    );
  },
};
