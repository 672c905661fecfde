import type { Command } from 'commander';
import { parsePlace, STAGE_FORMS } from '../../../jobs/addresses.ts';
import { usageError } from '../../../jobs/usage-errors.ts';
import { printable } from '../../../model/printable.ts';
import type { Action, CommandModule } from '../../context.ts';
import { addStageFlags } from '../../flags/authority-flags.ts';
import { addGuardFlags } from '../../flags/guard-flags.ts';
import { addJobFlags } from '../../flags/job-flags.ts';
import { addOutputFlags } from '../../flags/output-flags.ts';
import type { SyncFlags } from '../sync/run-sync.ts';

const EXAMPLES = `
Examples:
  stagesync pull stage:///exports exports                  what SELECT … INTO STAGE wrote, on this disk
  stagesync pull stage:///exports exports --delete -n      what would be done, also what would be removed
  stagesync pull stage:///exports exports --include '*.csv' --exclude '*'`;

/** What the flags of a sync mean where the files come to a directory. */
const HELPS = {
  '--delete': 'remove what an earlier run put there and the Stage folder no longer has',
  '--mirror': 'remove everything the Stage folder does not have, whoever put it there',
  '--delete-excluded': 'with --delete or --mirror: also remove in DIR what the filters exclude',
  '--no-overwrite': 'bring only files that DIR does not have; those that differ stay and are told',
  '--sweep-older-than':
    'remove downloads under hidden names in DIR that runs from elsewhere left and that are at least this old: 1d, 12h',
  '--no-moves': 'download renamed files anew instead of moving them in DIR',
  '--verify':
    'read back what was written and compare its bytes: all, or sample=N for so many files at random',
  '--theirs': 'take the file of the Stage also where the one in DIR was changed, or is not ours',
  '--exclude': 'files that take no part: neither downloaded nor touched in DIR; repeatable',
  '--max-file-size': 'leave out larger files of STAGE, in bytes: 500K, 10M, 1G; what DIR has of them stays',
  '--atomic': 'for --publish-set; a file of DIR gets its name once it is whole, with or without it',
  '--publish-set': 'with --atomic: publish, move and remove nothing before everything is downloaded',
  '--bwlimit': 'download no faster than this, in bytes a second: 500K, 10M, 10MB',
};

export const pull: CommandModule = {
  name: 'pull',
  reports: true,
  declare(program: Command, action: Action): void {
    const command = program
      .command('pull')
      .description(
        'Make the directory DIR equal to the Stage folder STAGE: the same as "stagesync sync STAGE DIR". Nothing in DIR is removed without --delete or --mirror, and what was changed there is kept.',
      )
      .argument('<stage>', STAGE_FORMS)
      .argument('<dir>', 'a directory; it is made where it is not there')
      .optionsGroup('What is done:')
      .option('-n, --dry-run', 'say what would be done and why; change nothing');
    // a Stage has no links, a directory is always listed and has no trash of ours, and no bucket is there
    const without = ['followSymlinks', 'trustLedger', 'keepRemoved', 'archived', 'pageSize'];
    const jobFlags = addJobFlags(command, { sections: ['what', 'pace'], without, helps: HELPS });
    addGuardFlags(command);
    addOutputFlags(addStageFlags(command))
      .addHelpText('after', EXAMPLES)
      .action(
        action(async (context, stage: string, dir: string, flags: SyncFlags) => {
          checkEnds({ stage, dir }, context.host.cwd);
          const { runSync } = await import('../sync/run-sync.ts');
          const ofJob = { ...flags, job: jobFlags(flags) };
          return runSync(context, { source: stage, dest: dir }, ofJob, { command: 'stagesync pull' });
        }),
      );
  },
};

function checkEnds({ stage, dir }: { readonly stage: string; readonly dir: string }, cwd: string): void {
  const [from, to] = [parsePlace(stage, 'STAGE', cwd), parsePlace(dir, 'DIR', cwd)];
  if (from.kind === 'stage' && to.kind === 'local') return;
  throw usageError(
    `pull brings a Stage folder to a directory, in this order: stagesync pull stage://DEPLOYMENT/PATH DIR; it has ${printable(stage)} and ${printable(dir)}`,
  );
}
