import type { Command } from 'commander';
import type { Action, CommandModule } from '../../context.ts';
import { addS3Flags, addStageFlags } from '../../flags/authority-flags.ts';
import { addFileFlag } from '../../flags/file-flag.ts';
import { addGuardFlags } from '../../flags/guard-flags.ts';
import { addOutputFlags } from '../../flags/output-flags.ts';
import type { ApplyFlags } from './apply-plan.ts';

const EXAMPLES = `
Examples:
  stagesync apply plan.json                                   do it; what changed meanwhile is left out
  stagesync apply plan.json --max-delete 100                  not where more files would go
  stagesync apply orders.json --file pipes/stagesync.yaml     of a job of that file`;

export const apply: CommandModule = {
  name: 'apply',
  reports: true,
  declare(program: Command, action: Action): void {
    const command = program
      .command('apply')
      .description(
        'Do what "stagesync plan" wrote. Both ends are compared again first: an action whose file changed at either end since is refused, by name, and the rest is done. Where requests go, what authorises them and the guards are the flags and the environment of this command, and for the plan of a job those of the jobs file here; never the plan.',
      )
      .argument('<file>', 'a file written by "stagesync plan"');
    addFileFlag(addGuardFlags(command));
    addOutputFlags(addStageFlags(addS3Flags(command)))
      .addHelpText('after', EXAMPLES)
      .action(
        action(async (context, file: string, flags: Omit<ApplyFlags, 'isLimited'>) => {
          const { applyPlan } = await import('./apply-plan.ts');
          const isLimited = command.getOptionValueSource('maxDelete') === 'cli';
          return applyPlan(context, file, { ...flags, isLimited });
        }),
      );
  },
};
