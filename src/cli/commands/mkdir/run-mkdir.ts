import { runMakeFolders } from '../../../jobs/files/make-folders.ts';
import type { ChangeFlags, ChangeFlagsRead } from '../../changes/change-flags.ts';
import { runChange } from '../../changes/run-change.ts';
import type { Context } from '../../context.ts';
import type { ExitStatus } from '../../exit-status.ts';
import { changingSurroundings } from '../../surroundings.ts';

/** The flags of `stagesync mkdir`. */
export interface MkdirFlags extends ChangeFlags {
  readonly parents?: true;
}

/** `stagesync mkdir`. */
export function runMkdir(
  context: Context,
  what: readonly string[],
  flags: MkdirFlags & ChangeFlagsRead,
): Promise<ExitStatus> {
  const around = changingSurroundings(context, flags, 'mkdir');
  const parents = flags.parents === true;
  return runChange(context, flags, (use) => runMakeFolders({ ...use, what, parents }, around));
}
