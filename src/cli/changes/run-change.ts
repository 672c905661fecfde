import type { FilesResult } from '../../files/file-changes.ts';
import type { FileEvent, FileEventListener } from '../../files/file-events.ts';
import type { ChangePace } from '../../jobs/files/change-stage.ts';
import type { JobSections } from '../../jobs/job.ts';
import { messageOf } from '../../model/errors.ts';
import { budgetText } from '../../model/pace.ts';
import { printable } from '../../model/printable.ts';
import type { Context } from '../context.ts';
import { statusOfError, statusOfOutcome, type ExitStatus } from '../exit-status.ts';
import type { ChangeProgress } from './change-progress.ts';
import { canBeLive } from '../output/live/can-be-live.ts';
import { changeText, problemText, reportText, throttleText } from './change-text.ts';

/** How a change of files is run. */
export interface ChangeUse extends ChangePace {
  readonly onEvent: FileEventListener;
  readonly onSeen: (many: number) => void;
  /** Asks something on the terminal, with the live display away. */
  readonly asking: <T>(work: () => Promise<T>) => Promise<T>;
}

/** The part of its flags that says how it is shown, and how fast it goes. */
export interface ShownChange {
  readonly json?: true;
  readonly quiet?: true;
  /** A live display, where there is a terminal. Default: none. */
  readonly progress?: boolean;
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
  const live = await openProgress(context, flags);
  const restore = live && err.divert((line) => live.above(line));
  const print = eventPrinter(context, flags, live);
  const onEvent: FileEventListener = (event) => {
    live?.hear(event);
    if (event.type === 'report') close();
    print(event);
  };
  const close = (): void => {
    live?.stop();
    restore?.();
  };
  const onSeen = (many: number): void => live?.seen(many);
  const asking: ChangeUse['asking'] = (ask) => live?.aside(ask) ?? ask();
  const pace = { concurrency, maxRequestsPerSecond, maxWaitMs };
  let result: FilesResult;
  try {
    result = await work({ ...pace, onEvent, onSeen, asking });
  } finally {
    close();
  }
  const { report, error } = result;
  if (error === undefined) return statusOfOutcome(report.outcome, stop.stoppedBy);
  err.line(`stagesync: ${printable(messageOf(error))}`);
  return statusOfError(error.code, stop.stoppedBy);
}

async function openProgress(context: Context, flags: ShownChange): Promise<ChangeProgress | undefined> {
  const { progress = false, quiet, json } = flags;
  if (json === true || !canBeLive(context, { progress, quiet })) return undefined;
  const { ChangeProgress } = await import('./change-progress.ts');
  return new ChangeProgress(context.host.stderr);
}

/** Writes each event: as JSON, or in words, of which trouble goes to stderr. */
function eventPrinter(
  { host, out: stdout, err }: Context,
  { json, quiet }: ShownChange,
  live: ChangeProgress | undefined,
): FileEventListener {
  let toldOfThrottle = false;
  // lines for the same terminal go over the display
  const sharesTerminal = live !== undefined && host.stdout.isTTY === true;
  const out = sharesTerminal ? { line: (line: string) => live.above(line) } : stdout;
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
      case 'budget':
        return err.line(`stagesync: ${printable(budgetText(event))}`);
      case 'report':
        // what ended the work early is told by itself
        return quiet === true || event.error !== undefined ? undefined : out.line(reportText(event));
      case 'retry':
        return;
    }
  };
  return (event) => (json === true ? out.line(JSON.stringify(event)) : say(event));
}
