import { emptyTrashOf, listTrash, restoreFromTrash, type ShownEntry } from '../../../jobs/files/trash.ts';
import { usageError } from '../../../jobs/usage-errors.ts';
import { printable } from '../../../model/printable.ts';
import type { ChangeFlags, ChangeFlagsRead } from '../../changes/change-flags.ts';
import { runChange } from '../../changes/run-change.ts';
import type { Context } from '../../context.ts';
import { EXIT, type ExitStatus } from '../../exit-status.ts';
import { notConfirmed } from '../../management/changing/confirm.ts';
import { askForLine, canAsk } from '../../management/changing/terminal-input.ts';
import { bytes, counted } from '../../output/quantities.ts';
import { shownTime } from '../../output/times.ts';
import { changingSurroundings } from '../../surroundings.ts';

export type TrashFlags = ChangeFlags;

export interface EmptyFlags extends TrashFlags {
  readonly expired?: true;
  readonly yes?: true;
}

/** `stagesync trash list`. */
export async function runTrashList(
  context: Context,
  address: string,
  flags: TrashFlags & ChangeFlagsRead,
): Promise<ExitStatus> {
  const around = changingSurroundings(context, flags, 'trash');
  const { out } = context;
  const isJson = flags.json === true;
  const total = { files: 0, bytes: 0 };
  let isEmpty = true;
  const isTerminal = context.host.stdout.isTTY === true;
  const time = (ms: number): string => shownTime(ms, { isTerminal });
  const show = (entry: ShownEntry): void => {
    isEmpty = false;
    total.files += entry.files;
    total.bytes += entry.bytes;
    out.line(isJson ? JSON.stringify(jsonOf(entry)) : textOf(entry, time));
  };
  // what is shown are the entries, and a summary in place of the report of a change
  const status = await runChange(context, { job: flags.job, quiet: true }, (use) =>
    listTrash({ ...use, address, show }, around),
  );
  if (isJson) out.line(JSON.stringify({ type: 'total', ...total }));
  else if (isEmpty) {
    // what could not be listed may hold something
    if (status === EXIT.clean) out.line('the trash holds nothing of it');
  } else
    out.line(
      `${counted(total.files, 'file')} (${bytes(total.bytes)}) in the trash, which count towards the quota of the Stage`,
    );
  return status;
}

const textOf = (
  { path, removedMs, untilMs, files, bytes: size }: ShownEntry,
  time: (ms: number) => string,
): string =>
  `removed ${time(removedMs)}  kept until ${time(untilMs)}  ${bytes(size).padStart(9)}  ${printable(path)}${path.endsWith('/') ? `  (${counted(files, 'file')})` : ''}`;

const jsonOf = ({ path, place, removedMs, untilMs, files, bytes: size }: ShownEntry): object => ({
  type: 'entry',
  path,
  removed: new Date(removedMs).toISOString(),
  keptUntil: new Date(untilMs).toISOString(),
  files,
  bytes: size,
  place,
});

/** `stagesync trash restore`. */
export function runTrashRestore(
  context: Context,
  addresses: readonly string[],
  flags: TrashFlags & ChangeFlagsRead,
): Promise<ExitStatus> {
  const around = changingSurroundings(context, flags, 'trash');
  return runChange(context, flags, (use) => restoreFromTrash({ ...use, addresses }, around));
}

/** `stagesync trash empty`. */
export function runTrashEmpty(
  context: Context,
  address: string,
  flags: EmptyFlags & ChangeFlagsRead,
): Promise<ExitStatus> {
  if (!/^stage:\/\/[^/]*\/?$/.test(address))
    throw usageError(
      'trash empty deletes all of the trash of a Stage: name the Stage alone, stage://DEPLOYMENT',
    );
  const around = changingSurroundings(context, flags, 'trash');
  const { expired = false, yes = false } = flags;
  const confirm = async (periods: readonly { readonly untilMs: number }[]): Promise<void> => {
    if (expired || yes) return;
    const last = Math.max(...periods.map(({ untilMs }) => untilMs));
    await askToEmpty(
      context,
      `All that is in the trash, kept up to ${shownTime(last, { isTerminal: context.host.stdout.isTTY === true })}, would be deleted for good`,
    );
  };
  return runChange(context, flags, (use) => emptyTrashOf({ ...use, address, expired, confirm }, around));
}

/** Rejects with `not_confirmed` where nobody says yes. */
async function askToEmpty({ host, err, stop }: Context, what: string): Promise<void> {
  if (!canAsk(host))
    throw notConfirmed(
      `${what}, and there is no terminal to ask at: look with "stagesync trash list", then give --yes. Nothing was changed`,
    );
  await err.flush();
  const answer = await askForLine(
    `${what}. Type yes to go on: `,
    { isSecret: false },
    { host, draining: stop.draining },
  );
  if (answer.trim().toLowerCase() !== 'yes')
    throw notConfirmed('the answer was not yes; nothing was changed');
}
