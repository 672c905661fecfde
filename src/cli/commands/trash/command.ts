import type { Command } from 'commander';
import { addChangeFlags, addPaceFlags } from '../../changes/change-flags.ts';
import type { Action, CommandModule } from '../../context.ts';
import type { EmptyFlags, TrashFlags } from './run-trash.ts';

const EXAMPLES = `
Examples:
  stagesync sync data stage://my-group/data --delete --keep-removed 7d   what goes or is replaced is kept a week
  stagesync trash list stage://my-group/data                             what is kept of this folder
  stagesync trash restore stage://my-group/data/a.csv stage://my-group/data/2023
  stagesync trash empty stage://my-group --yes                           deletes it all for good`;

export const trash: CommandModule = {
  name: 'trash',
  reports: false,
  declare(program: Command, action: Action): void {
    const command = program
      .command('trash')
      .description(
        'A sync or watch with --keep-removed moves what it removes or replaces into a hidden folder of the Stage. It counts towards the quota of the Stage until it expires.',
      )
      .addHelpText('after', EXAMPLES);
    declareList(command, action);
    declareRestore(command, action);
    declareEmpty(command, action);
  },
};

function declareList(trashCommand: Command, action: Action): void {
  const command = trashCommand
    .command('list')
    .summary('show what is in the trash')
    .description(
      'Show what the trash of a Stage holds of what was at or below ADDRESS: when it was removed, up to when it is kept, its size and its path. The whole Stage: stage://DEPLOYMENT.',
    )
    .argument('<address>', 'stage://DEPLOYMENT/PATH')
    .option('--json', 'one object a line: an entry each, and the total last');
  const changeFlags = addPaceFlags(command);
  command.addHelpText('after', EXAMPLES).action(
    action(async (context, address: string, flags: TrashFlags) => {
      const { runTrashList } = await import('./run-trash.ts');
      return runTrashList(context, address, { ...flags, ...changeFlags(flags) });
    }),
  );
}

function declareRestore(trashCommand: Command, action: Action): void {
  const command = trashCommand
    .command('restore')
    .summary('move things from the trash back to where they were')
    .description(
      'Move files and folders back to where they were; of each path what was removed last. A folder stands for all that was at or below it. Nothing is overwritten: what has its name again stays in the trash.',
    )
    .argument('<address...>', 'where it was: stage://DEPLOYMENT/PATH');
  const changeFlags = addChangeFlags(command);
  command.addHelpText('after', EXAMPLES).action(
    action(async (context, addresses: string[], flags: TrashFlags) => {
      const { runTrashRestore } = await import('./run-trash.ts');
      return runTrashRestore(context, addresses, { ...flags, ...changeFlags(flags) });
    }),
  );
}

function declareEmpty(trashCommand: Command, action: Action): void {
  const command = trashCommand
    .command('empty')
    .summary('delete what is in the trash for good')
    .description(
      'Delete what is in the trash of a Stage for good, whichever sync put it there. It is asked about on a terminal; elsewhere it needs --yes.',
    )
    .argument('<address>', 'the Stage: stage://DEPLOYMENT')
    .option('--expired', 'only what no sync wants kept any longer; nobody is asked')
    .option('--yes', 'do not ask');
  const changeFlags = addChangeFlags(command);
  command.addHelpText('after', EXAMPLES).action(
    action(async (context, address: string, flags: EmptyFlags) => {
      const { runTrashEmpty } = await import('./run-trash.ts');
      return runTrashEmpty(context, address, { ...flags, ...changeFlags(flags) });
    }),
  );
}
