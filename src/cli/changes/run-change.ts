import type { FilesResult } from '../../files/file-changes.ts';
import type { FileEvent, FileEventListener, FilesReport } from '../../files/file-events.ts';
import type { ChangePace } from '../../jobs/files/change-stage.ts';
import type { JobSections } from '../../jobs/job.ts';
import { messageOf } from '../../model/errors.ts';
import { budgetText } from '../../model/pace.ts';
import { printable } from '../../model/printable.ts';
import { beforeAnything } from '../before-anything.ts';
import type { Context } from '../context.ts';
import { statusOfError, statusOfOutcome, type ExitStatus } from '../exit-status.ts';
import type { ProgressState } from '../output/progress/progress-state.ts';
import { changeText, problemText, reportText, throttleText } from './change-text.ts';
import { counted } from '../output/quantities.ts';

/** How a change of files is run. */
export interface ChangeUse extends ChangePace {
  readonly onEvent: FileEventListener;
  readonly onSeen: (many: number) => void;
  /** Hears of what is to be done, before the first change. */
  readonly onPlanned: (totals: { readonly bytes: number }) => void;
  /** Asks something on the terminal, with the live display away. */
  readonly asking: <T>(work: () => Promise<T>) => Promise<T>;
}

/** What follows a change, for its display. */
export interface FollowedChange {
  seen(many: number): void;
  planned(totals: { readonly bytes: number }): void;
  onEvent(event: FileEvent): void;
  state(): ProgressState;
}

/** The part of its flags that says how it is shown, and how fast it goes. */
export interface ShownChange {
  readonly json?: true;
  readonly quiet?: true;
  /** A live display, where there is a terminal, and now and then a line in a log. Default: none. */
  readonly progress?: boolean;
  /** What the display shows. Default: nothing. */
  readonly tracker?: FollowedChange;
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
  const { progress = false, quiet, tracker } = flags;
  const release = stop.describe(() => tracker && leftText(tracker.state()));
  const display = tracker && (await context.openDisplay({ progress, quiet }, () => tracker.state()));
  const print = eventPrinter(context, flags);
  let result: FilesResult;
  try {
    result = await work({
      concurrency,
      maxRequestsPerSecond,
      maxWaitMs,
      onEvent(event) {
        tracker?.onEvent(event);
        if (event.type === 'report') display?.stop();
        print(event);
      },
      onSeen: (many) => tracker?.seen(many),
      onPlanned: (totals) => tracker?.planned(totals),
      asking: (ask) => display?.aside(ask) ?? ask(),
    });
  } catch (error) {
    // what is under way has a report: nothing was begun
    throw stop.signal.aborted ? error : beforeAnything(error);
  } finally {
    display?.stop();
    release();
  }
  const { report, error } = result;
  if (error === undefined) return statusOfOutcome(report.outcome, stop.stoppedBy);
  const isUndone = error.code === 'interrupted' && !report.dryRun && !hasChanged(report);
  const before = isUndone ? ' before anything was changed' : '';
  err.line(`stagesync: ${printable(messageOf(error))}${before}`);
  return statusOfError(error.code, stop.stoppedBy);
}

const hasChanged = ({ removed, foldersRemoved, moved, foldersCreated }: FilesReport): boolean =>
  removed + foldersRemoved + moved + foldersCreated > 0;

/** What a stop leaves undone; undefined before the first change. */
function leftText({ files, totalFiles, areTotalsKnown, words }: ProgressState): string | undefined {
  if (!areTotalsKnown) return undefined;
  return `what is in flight, ${counted(totalFiles - files, words.noun)} left`;
}

/** Writes each event: as JSON, or in words, of which trouble goes to stderr. */
function eventPrinter(
  { out, err }: Pick<Context, 'out' | 'err'>,
  { json, quiet }: ShownChange,
): FileEventListener {
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
      case 'budget':
        return err.line(`stagesync: ${printable(budgetText(event))}`);
      case 'report':
        // what ended the work early is told by itself, after what was done before
        return quiet === true || (event.error !== undefined && !hasChanged(event))
          ? undefined
          : out.line(reportText(event));
      case 'retry':
        return;
    }
  };
  return (event) => (json === true ? out.line(JSON.stringify(event)) : say(event));
}
