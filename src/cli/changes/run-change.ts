import type { FilesResult } from '../../files/file-changes.ts';
import type { FileEvent, FileEventListener } from '../../files/file-events.ts';
import type { ChangePace } from '../../jobs/files/change-stage.ts';
import type { Surroundings } from '../../jobs/surroundings.ts';
import { messageOf } from '../../model/errors.ts';
import { printable } from '../../model/printable.ts';
import { PASS_DEFAULTS } from '../../sync/pass-defaults.ts';
import type { Context } from '../context.ts';
import { statusOfError, statusOfOutcome, type ExitStatus } from '../exit-status.ts';
import { jobSurroundings } from '../surroundings.ts';
import type { ChangeFlags, ChangeFlagsRead } from './change-flags.ts';
import { changeText, reportText } from './change-text.ts';

/** What a change of files is run with. */
export interface ChangeUse extends ChangePace {
  readonly around: Surroundings;
  readonly onEvent: FileEventListener;
}

/** Runs a command that changes files of a Stage, and shows what it tells. */
export async function runChange(
  context: Context,
  command: string,
  flags: ChangeFlagsRead,
  work: (use: ChangeUse) => Promise<FilesResult>,
): Promise<ExitStatus> {
  const { err, stop } = context;
  const { maxDelete, force } = PASS_DEFAULTS;
  const around = jobSurroundings(context, flags, {
    command,
    guards: { maxDelete, force },
    dryRun: flags.dryRun === true,
  });
  const { concurrency, maxRequestsPerSecond, maxWait: maxWaitMs } = flags.job.pace;
  const onEvent = eventPrinter(context, flags);
  const { report, error } = await work({ around, onEvent, concurrency, maxRequestsPerSecond, maxWaitMs });
  if (error === undefined) return statusOfOutcome(report.outcome, stop.stoppedBy);
  err.line(`stagesync: ${printable(messageOf(error))}`);
  return statusOfError(error.code, stop.stoppedBy);
}

/** Writes each event: as JSON, or in words, of which a problem goes to stderr. */
function eventPrinter({ out, err }: Context, { json, quiet }: ChangeFlags): FileEventListener {
  return (event: FileEvent) => {
    if (json === true) return out.line(JSON.stringify(event));
    if (event.type === 'problem') {
      const place = event.path === '' ? '' : `${printable(event.path)}: `;
      return err.line(`stagesync: ${place}${printable(event.message)}`);
    }
    // what ended the work early is told by itself
    if (quiet === true || (event.type === 'report' && event.error !== undefined)) return;
    out.line(event.type === 'report' ? reportText(event) : changeText(event));
  };
}
