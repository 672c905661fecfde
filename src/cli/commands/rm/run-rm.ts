import type { Totals } from '../../../files/remove/removal-plan.ts';
import { runRemove } from '../../../jobs/files/remove.ts';
import type { ChangeFlags, ChangeFlagsRead } from '../../changes/change-flags.ts';
import { ChangeTracker, REMOVING } from '../../changes/change-tracker.ts';
import { removalText } from '../../changes/change-text.ts';
import { runChange } from '../../changes/run-change.ts';
import type { Context } from '../../context.ts';
import type { ExitStatus } from '../../exit-status.ts';
import { notConfirmed } from '../../management/changing/confirm.ts';
import { changingSurroundings } from '../../surroundings.ts';
import { askForLine, canAsk } from '../../management/changing/terminal-input.ts';

/** The flags of `stagesync rm`. */
export interface RmFlags extends ChangeFlags {
  readonly recursive?: true;
  readonly yes?: true;
  readonly ifExists?: true;
  readonly hidden?: true;
  readonly progress: boolean;
}

/** `stagesync rm`. */
export function runRm(
  context: Context,
  what: readonly string[],
  flags: RmFlags & ChangeFlagsRead,
): Promise<ExitStatus> {
  const { recursive, ifExists, hidden } = flags;
  const around = changingSurroundings(context, flags, 'rm');
  const settings = { what, recursive, ifExists, hidden };
  const tracker = new ChangeTracker(REMOVING, context.stop.draining);
  return runChange(context, { ...flags, tracker }, (use) =>
    runRemove(
      {
        ...use,
        ...settings,
        async confirm(totals) {
          await use.asking(() => confirm(context, totals, flags));
          use.onPlanned(totals);
        },
      },
      around,
    ),
  );
}

/** Files that go without a question. */
const HANDFUL = 20;

/** Rejects with `not_confirmed` where more than a handful would go and nobody says yes. */
async function confirm(
  { host, err, stop }: Context,
  { files, folders, bytes }: Totals,
  { yes }: RmFlags,
): Promise<void> {
  if (files <= HANDFUL || yes === true) return;
  const what = removalText(files, folders, bytes);
  if (!canAsk(host))
    throw notConfirmed(
      `${what} would be removed, more than ${HANDFUL} files, and there is no terminal to ask at: look with --dry-run, then give --yes. Nothing was changed`,
    );
  await err.flush();
  const asking = { host, draining: stop.draining };
  const answer = await askForLine(`Remove ${what}? Type yes to go on: `, { isSecret: false }, asking);
  if (answer.trim().toLowerCase() !== 'yes')
    throw notConfirmed('the answer was not yes; nothing was changed');
}
