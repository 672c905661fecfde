import type { Command } from 'commander';
import type { Action, CommandModule } from '../../context.ts';
import { addStageFlags, type StageFlags } from '../../flags/authority-flags.ts';

export const cat: CommandModule = {
  name: 'cat',
  reports: false,
  declare(program: Command, action: Action): void {
    const command = program
      .command('cat')
      .summary('write a Stage file to stdout')
      .description('Write the bytes of one Stage file to stdout.')
      .argument('<address>', 'stage://DEPLOYMENT/PATH of a file');
    addStageFlags(command).action(
      action(async (context, address: string, flags: StageFlags) => {
        const { printStageFile } = await import('./print-stage-file.ts');
        return printStageFile(context, address, flags);
      }),
    );
  },
};
