import type { Command } from 'commander';
import { DESTINATION_FORMS, SOURCE_FORMS } from '../../../jobs/addresses.ts';
import type { Action, CommandModule } from '../../context.ts';
import { addS3Flags, addSqlFlags, addStageFlags } from '../../flags/authority-flags.ts';
import { addQueueFlag } from '../../flags/cluster/queue-flag.ts';
import { addGuardFlags } from '../../flags/guard-flags.ts';
import { addJobFlags } from '../../flags/job-flags.ts';
import { addLedgerCopyFlag } from '../../flags/ledger-copy-flag.ts';
import { addOutputFlags } from '../../flags/output-flags.ts';
import type { SyncFlags } from './run-sync.ts';

const EXAMPLES = `
Examples:
  stagesync sync data stage://local/data                      try it: a Stage on this machine, no account
  stagesync sync data stage://my-group/data --dry-run         what would happen, and why
  stagesync sync s3://bucket/in stage:///in --delete          also remove what is gone from the bucket
  stagesync sync data stage:///data --exclude '*.tmp' --atomic`;

export const sync: CommandModule = {
  name: 'sync',
  reports: true,
  declare(program: Command, action: Action): void {
    const command = program
      .command('sync')
      .description(
        'Make the Stage folder DEST equal to SOURCE: a directory (its contents, not the directory itself) or s3://BUCKET/PREFIX. Nothing on Stage is removed without --delete or --mirror.',
      )
      .argument('<source>', SOURCE_FORMS)
      .argument('<dest>', DESTINATION_FORMS)
      .optionsGroup('What is done:')
      .option('-n, --dry-run', 'say what would be done and why; send no changing request');
    const jobFlags = addJobFlags(command, { sections: ['what', 'pace', 'load'] });
    addGuardFlags(command);
    addLedgerCopyFlag(command);
    addQueueFlag(command);
    addOutputFlags(addSqlFlags(addStageFlags(addS3Flags(command))))
      .addHelpText('after', EXAMPLES)
      .action(
        action(async (context, source: string, dest: string, flags: SyncFlags) => {
          const { runSync } = await import('./run-sync.ts');
          return runSync(context, { source, dest }, { ...flags, job: jobFlags(flags) });
        }),
      );
  },
};
