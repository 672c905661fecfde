import { Option, type Command } from 'commander';
import { guards, removalLimit } from './values.ts';
import type { Guards } from '../../jobs/surroundings.ts';
import { GUARDS, type GuardName, type RemovalLimit } from '../../sync/pass-options.ts';

/** How far a run may go. Always the word of who runs it: a plan file has no such settings. */
export type GuardFlags = Guards;

const HALF: RemovalLimit = { percent: 50 };

/** With `hasDefault` false, --max-delete says nothing where it is not given, because a file says it. */
export function addGuardFlags(command: Command, { hasDefault = true } = {}): Command {
  const maxDelete = new Option(
    '--max-delete <limit>',
    'refuse to remove more files than this: a count or a percentage',
  ).argParser(removalLimit);
  return command
    .optionsGroup('What is done:')
    .addOption(hasDefault ? maxDelete.default(HALF, '50%') : maxDelete)
    .addOption(
      new Option(
        '--force [guard]',
        `run although this guard refuses: ${GUARDS.join(', ')}; without a name, all guards; repeatable`,
      )
        .argParser(guards)
        .default(new Set<GuardName>(), 'none'),
    );
}
