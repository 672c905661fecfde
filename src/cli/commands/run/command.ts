import type { Command } from 'commander';
import type { Action, CommandModule } from '../../context.ts';
import { addS3Flags, addStageFlags } from '../../flags/authority-flags.ts';
import { addFileFlag } from '../../flags/file-flag.ts';
import { addGuardFlags } from '../../flags/guard-flags.ts';
import { addJobFlags } from '../../flags/job-flags.ts';
import { addQueueFlag } from '../../flags/cluster/queue-flag.ts';
import { addLedgerCopyFlag } from '../../flags/ledger-copy-flag.ts';
import { addOutputFlags } from '../../flags/output-flags.ts';
import type { RunFlags } from './run-jobs.ts';

const EXAMPLES = `
Examples:
  stagesync run                         every job of stagesync.yaml, one after the other
  stagesync run orders events --dry-run what these two would do
  stagesync run --parallel --json       side by side; the last line is a summary for scripts
  stagesync run orders --explain-config where each of its settings comes from`;

export const run: CommandModule = {
  name: 'run',
  reports: false,
  declare(program: Command, action: Action): void {
    const command = program
      .command('run')
      .description(
        'Run jobs of the jobs file once, in the order of the file; without names, all of them. A job that fails does not keep the others from running, but with --fail-fast no other is begun. The exit status is the worst of all. Flags count before what the file says.',
      )
      .argument('[name...]', 'names of jobs');
    addFileFlag(command)
      .option('--parallel', 'run jobs side by side, at most 8; they share what the account allows')
      .option('--explain-config', 'say where each setting comes from, and run nothing')
      .optionsGroup('What is done:')
      .option('-n, --dry-run', 'say what would be done and why; send no changing request');
    const jobFlags = addJobFlags(command, { sections: ['what', 'pace'], defaults: false });
    addGuardFlags(command, { hasDefault: false });
    addLedgerCopyFlag(command);
    addQueueFlag(command);
    addOutputFlags(addStageFlags(addS3Flags(command)))
      .addHelpText('after', EXAMPLES)
      .action(
        action(async (context, names: readonly string[], flags: RunFlags) => {
          const { runJobs } = await import('./run-jobs.ts');
          return runJobs(context, names, { ...flags, job: jobFlags(flags) });
        }),
      );
  },
};
