import { askDaemon } from '../daemon/control/ask-daemon.ts';
import type { Answer, ControlRequest } from '../daemon/control/control-messages.ts';
import type { RunSummary } from '../daemon/view/daemon-view.ts';
import { configError } from '../jobs/usage-errors.ts';
import type { ErrorCode } from '../model/errors.ts';
import { printable } from '../model/printable.ts';
import type { Context } from './context.ts';
import { statusOfError, statusOfOutcome, type ExitStatus } from './exit-status.ts';
import { chooseJobsFile, type FileFlags } from './jobs-file.ts';

/** Asks the daemon of the chosen jobs file. Rejects with `config` where none runs, and with what the daemon answers. */
export async function askRunningDaemon<Request extends ControlRequest>(
  context: Context,
  flags: FileFlags,
  request: Request,
): Promise<Answer<Request>> {
  const { shown, path } = chooseJobsFile(context.host, flags);
  const { environment, stop } = context;
  const answer = await askDaemon(
    { stateFolder: environment.stateFolder, file: path, signal: stop.draining },
    request,
  );
  if (answer !== undefined) return answer;
  throw configError(
    `no daemon runs the jobs of ${shown}: "stagesync up" starts one${flags.file === undefined ? '; --file names another file' : ''}`,
  );
}

/** The exit status of a run that a daemon made; says what ended it early. */
export function statusOfRun({ err, stop }: Context, { outcome, error }: RunSummary): ExitStatus {
  if (error === undefined) return statusOfOutcome(outcome, stop.stoppedBy);
  err.line(`stagesync: ${printable(error.message)}`);
  return statusOfError(error.code as ErrorCode, stop.stoppedBy) ?? statusOfOutcome(outcome, stop.stoppedBy);
}
