import type { Command } from 'commander';
import { DESTINATION_FORMS, SOURCE_FORMS } from '../../../jobs/addresses.ts';
import type { Action, CommandModule } from '../../context.ts';
import { addS3Flags, addStageFlags } from '../../flags/authority-flags.ts';
import { addFileFlag } from '../../flags/file-flag.ts';
import { addGuardFlags } from '../../flags/guard-flags.ts';
import { addJobFlags } from '../../flags/job-flags.ts';
import { addOutputFlags } from '../../flags/output-flags.ts';
import type { PlanFlags } from './make-plan.ts';

const EXAMPLES = `
Examples:
  stagesync plan data stage://my-group/data -o plan.json       what a sync would do
  stagesync plan data stage:///data --delete -o - | jq -c .
  stagesync plan orders -o orders.json                        of a job of stagesync.yaml`;

export const plan: CommandModule = {
  name: 'plan',
  reports: true,
  declare(program: Command, action: Action): void {
    const command = program
      .command('plan')
      .description(
        'Compare SOURCE and DEST as sync does, send no changing request, and write the plan to a file. "stagesync apply FILE" does it later, leaving out whatever changed meanwhile.',
      )
      .argument('<source>', `${SOURCE_FORMS}; alone, the name of a job of the jobs file`)
      .argument('[dest]', DESTINATION_FORMS)
      .requiredOption('-o, --output <file>', 'where the plan goes: JSON, one action a line; - for stdout');
    const jobFlags = addJobFlags(command, { sections: ['what', 'pace'] });
    addGuardFlags(command);
    addFileFlag(command);
    addOutputFlags(addStageFlags(addS3Flags(command)))
      .addHelpText('after', EXAMPLES)
      .action(
        action(async (context, source: string, dest: string | undefined, flags: PlanFlags) => {
          const { makePlan } = await import('./make-plan.ts');
          const isLimited = command.getOptionValueSource('maxDelete') === 'cli';
          return makePlan(context, { source, dest }, { ...flags, isLimited, job: jobFlags(flags) });
        }),
      );
  },
};
