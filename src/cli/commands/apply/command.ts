import { Option, type Command } from 'commander';
import type { Action, CommandModule } from '../../context.ts';
import { addGuardFlags, type GuardFlags } from '../../flags/guard-flags.ts';
import { addS3Flags, type SourceFlags } from '../../flags/source-flags.ts';
import { addStageFlags, type StageFlags } from '../../flags/stage-flags.ts';

/**
 * The flags of `stagesync apply`: where requests go and as whom, how far it may go, and how it is shown. What is done,
 * and how, is in the plan.
 */
export interface ApplyFlags extends StageFlags, Omit<SourceFlags, 'followSymlinks' | 'sqsQueue'>, GuardFlags {
  readonly json?: true;
  readonly quiet?: true;
  readonly verbose?: true;
  readonly progress: boolean;
}

export const apply: CommandModule = {
  name: 'apply',
  reports: true,
  declare(program: Command, action: Action): void {
    const command = program
      .command('apply')
      .summary('do what a plan file says')
      .description(
        'Do what "stagesync plan" wrote. Both ends are compared again first: an action whose file changed at either end since is refused, by name, and the rest is done. Where requests go, what authorises them and the guards are the flags and the environment of this command, never the plan.',
      )
      .argument('<file>', 'a file written by "stagesync plan"')
      .optionsGroup('What is done:');
    addStageFlags(addS3Flags(addGuardFlags(command)))
      .optionsGroup('Output:')
      .option('--json', 'one event a line on stdout, the report last; text goes to stderr')
      .addOption(new Option('-q, --quiet', 'say only what went wrong').conflicts('verbose'))
      .option('-v, --verbose', 'every action, attempt and problem')
      .option('--no-progress', 'no live display')
      .optionsGroup('Other:')
      .action(
        action(async (context, file: string, flags: ApplyFlags) => {
          const { applyPlan } = await import('../plan/plan-and-apply.ts');
          return applyPlan(context, file, flags);
        }),
      );
  },
};
