import { runMove } from '../../../jobs/files/move.ts';
import { usageError } from '../../../jobs/usage-errors.ts';
import type { ChangeFlags, ChangeFlagsRead } from '../../changes/change-flags.ts';
import { ChangeTracker, MOVING } from '../../changes/change-tracker.ts';
import { runChange } from '../../changes/run-change.ts';
import type { Context } from '../../context.ts';
import type { ExitStatus } from '../../exit-status.ts';
import { changingSurroundings } from '../../surroundings.ts';

/** The flags of `stagesync mv`. */
export interface MvFlags extends ChangeFlags {
  readonly overwrite?: true;
  readonly merge?: true;
  readonly hidden?: true;
  readonly progress: boolean;
}

/** `stagesync mv`. The last address is where the others go. */
export async function runMv(
  context: Context,
  addresses: readonly string[],
  flags: MvFlags & ChangeFlagsRead,
): Promise<ExitStatus> {
  const [to, from] = [addresses.at(-1)!, addresses.slice(0, -1)];
  if (from.length === 0)
    throw usageError('there is one address alone: name what moves, and then where it goes');
  const { overwrite, merge, hidden } = flags;
  const around = changingSurroundings(context, flags, 'mv');
  const tracker = new ChangeTracker(MOVING, context.stop.draining);
  return runChange(context, { ...flags, tracker }, (use) =>
    runMove({ ...use, from, to, overwrite, merge, hidden }, around),
  );
}
