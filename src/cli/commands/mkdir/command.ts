import type { Command } from 'commander';
import type { Action, CommandModule } from '../../context.ts';
import { addChangeFlags } from '../../changes/change-flags.ts';
import type { MkdirFlags } from './run-mkdir.ts';

const EXAMPLES = `
Examples:
  stagesync mkdir stage://my-group/data
  stagesync mkdir -p stage://my-group/data/2025/11       with the folders on the way to it
  stagesync mkdir -p stage://my-group/in stage://my-group/done --json`;

export const mkdir: CommandModule = {
  name: 'mkdir',
  reports: false,
  declare(program: Command, action: Action): void {
    const command = program
      .command('mkdir')
      .description('Make folders of a Stage.')
      .argument('<address...>', 'stage://DEPLOYMENT/PATH')
      .option('-p, --parents', 'the folders on the way to it too; one that is there already is no failure');
    const changeFlags = addChangeFlags(command);
    command.addHelpText('after', EXAMPLES).action(
      action(async (context, addresses: string[], flags: MkdirFlags) => {
        const { runMkdir } = await import('./run-mkdir.ts');
        return runMkdir(context, addresses, { ...flags, ...changeFlags(flags) });
      }),
    );
  },
};
