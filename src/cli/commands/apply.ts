import type { Command } from 'commander';
import type { Action, CommandModule } from '../context.ts';

/** The flags of `stagesync apply`: how it is shown. What is done, and how, is in the plan. */
export interface ApplyFlags {
  readonly json?: true;
  readonly quiet?: true;
  readonly verbose?: true;
  readonly progress: boolean;
}

export const apply: CommandModule = {
  name: 'apply',
  reports: true,
  declare(program: Command, action: Action): void {
    program
      .command('apply')
      .summary('do what a plan file says')
      .description(
        'Do what "stagesync plan" wrote. Both ends are compared again first: an action whose file changed at either end since is refused, by name, and the rest is done.',
      )
      .argument('<file>', 'a file written by "stagesync plan"')
      .option('--json', 'one event a line on stdout, the report last; text goes to stderr')
      .option('-q, --quiet', 'say only what went wrong')
      .option('-v, --verbose', 'every action, attempt and problem')
      .option('--no-progress', 'no live display')
      .action(
        action(async (context, file: string, flags: ApplyFlags) => {
          const { applyPlan } = await import('../plan-and-apply.ts');
          return applyPlan(context, file, flags);
        }),
      );
  },
};
