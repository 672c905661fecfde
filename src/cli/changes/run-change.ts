import type { FilesResult } from '../../files/file-changes.ts';
import type { FileEvent, FileEventListener } from '../../files/file-events.ts';
import type { ChangePace } from '../../jobs/files/change-stage.ts';
import type { JobSections } from '../../jobs/job.ts';
import { messageOf } from '../../model/errors.ts';
import { printable } from '../../model/printable.ts';
import type { Context } from '../context.ts';
import { statusOfError, statusOfOutcome, type ExitStatus } from '../exit-status.ts';
import { changeText, problemText, reportText, throttleText } from './change-text.ts';

/** How a change of files is run. */
export interface ChangeUse extends ChangePace {
  readonly onEvent: FileEventListener;
}

/** The part of its flags that says how it is shown, and how fast it goes. */
export interface ShownChange {
  readonly json?: true;
  readonly quiet?: true;
  readonly job: Pick<JobSections, 'pace'>;
}

/** Runs a command that changes files of a Stage, and shows what it tells. */
export async function runChange(
  context: Context,
  flags: ShownChange,
  work: (use: ChangeUse) => Promise<FilesResult>,
): Promise<ExitStatus> {
  const { err, stop } = context;
  const { concurrency, maxRequestsPerSecond, maxWait: maxWaitMs } = flags.job.pace;
  const onEvent = eventPrinter(context, flags);
  const { report, error } = await work({ onEvent, concurrency, maxRequestsPerSecond, maxWaitMs });
  if (error === undefined) return statusOfOutcome(report.outcome, stop.stoppedBy);
  err.line(`stagesync: ${printable(messageOf(error))}`);
  return statusOfError(error.code, stop.stoppedBy);
}

/** Writes each event: as JSON, or in words, of which trouble goes to stderr. */
function eventPrinter({ out, err }: Context, { json, quiet }: ShownChange): FileEventListener {
  let toldOfThrottle = false;
  const say = (event: FileEvent): void => {
    switch (event.type) {
      case 'planned':
      case 'action':
        return quiet === true ? undefined : out.line(changeText(event));
      case 'problem':
        return err.line(`stagesync: ${problemText(event)}`);
      case 'throttled':
        if (quiet !== true && !toldOfThrottle) err.line(`stagesync: ${throttleText(event)}`);
        toldOfThrottle = true;
        return;
      case 'report':
        // what ended the work early is told by itself
        return quiet === true || event.error !== undefined ? undefined : out.line(reportText(event));
      case 'retry':
        return;
    }
  };
  return (event) => (json === true ? out.line(JSON.stringify(event)) : say(event));
}
