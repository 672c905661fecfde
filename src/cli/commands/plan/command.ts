import type { Command } from 'commander';
import type { Action, CommandModule } from '../../context.ts';
import { addSyncFlags, type SyncFlags } from '../sync/command.ts';

export const plan: CommandModule = {
  name: 'plan',
  reports: true,
  declare(program: Command, action: Action): void {
    const command = program
      .command('plan')
      .summary('write what a sync would do into a file, to be reviewed and applied')
      .description(
        'Compare SOURCE and DEST as sync does, send no changing request, and write the plan to a file. "stagesync apply FILE" does it later, leaving out whatever changed meanwhile.',
      )
      .argument('<source>', 'directory or s3://BUCKET/PREFIX')
      .argument('<dest>', 'stage://DEPLOYMENT/PATH, stage:///PATH or stage://local/PATH')
      .requiredOption('-o, --output <file>', 'where the plan goes: JSON, one action a line; - for stdout');
    const filters = addSyncFlags(command);
    command.action(
      action(
        async (
          context,
          source: string,
          dest: string,
          all: Omit<SyncFlags, 'filters'> & { output: string },
        ) => {
          const { makePlan } = await import('./plan-and-apply.ts');
          const { output, ...flags } = all;
          return makePlan(context, source, dest, { ...flags, filters }, output);
        },
      ),
    );
  },
};
