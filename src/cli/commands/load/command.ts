import { Option, type Command } from 'commander';
import type { Action, CommandModule } from '../../context.ts';
import { addSqlFlags, addStageFlags } from '../../flags/authority-flags.ts';
import { addFileFlag } from '../../flags/file-flag.ts';
import { addJobFlags } from '../../flags/job-flags.ts';
import type { LoadStatusFlags } from './status/show-load-status.ts';

export const load: CommandModule = {
  name: 'load',
  reports: false,
  declare(program: Command, action: Action): void {
    const command = program
      .command('load')
      .summary('from a Stage into tables: the statements, and what is loaded')
      .description('What a database loads from a Stage.');
    declareStatus(command, action);
  },
};

const EXAMPLES = `
Examples:
  stagesync load status stage://my-group/orders             each file, and what its pipeline says of it
  stagesync load status orders --state skipped              what the job "orders" sent and its pipeline skipped, and why
  stagesync load status stage:///orders --json | jq 'select(.kind == "total")'`;

const SHOWN_STATES = ['loaded', 'unloaded', 'skipped', 'changed'] as const;

function declareStatus(loadCommand: Command, action: Action): void {
  const command = loadCommand
    .command('status')
    .summary('what pipelines have loaded of the files on a Stage')
    .description(
      'Say of each file on a Stage what the pipelines of a database say of it: loaded, not loaded yet, or skipped with the error and its line. Without an argument, of all jobs of the jobs file that have "load". Ends with 0 when everything is loaded, else with 9.',
    )
    .argument('[address]', 'stage://DEPLOYMENT/PATH, or the name of a job')
    .addOption(
      new Option('--state <state>', 'only files in this state; changed: since they were loaded').choices(
        SHOWN_STATES,
      ),
    )
    .option('--json', 'one object a line: a file each, and the total last');
  addFileFlag(command);
  const jobFlags = addJobFlags(command, {
    sections: ['load', 'pace'],
    without: [
      'reload',
      'wait',
      'afterLoad',
      'maxUnloaded',
      'maxRequestsPerSecond',
      'bytesPerSecond',
      'pageSize',
    ],
    defaults: false,
  });
  addSqlFlags(addStageFlags(command))
    .addHelpText('after', EXAMPLES)
    .action(
      action(async (context, address: string | undefined, flags: LoadStatusFlags) => {
        const { showLoadStatus } = await import('./status/show-load-status.ts');
        return showLoadStatus(context, address, { ...flags, job: jobFlags(flags) });
      }),
    );
}
