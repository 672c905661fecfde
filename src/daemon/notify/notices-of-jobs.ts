import type { NamedJob } from '../../jobs-file/jobs-file.ts';
import type { ProxySettings } from '../../http/proxy.ts';
import { errorData, isSyncError, messageOf } from '../../model/errors.ts';
import { emptyReport } from '../../model/events.ts';
import type { Clock } from '../../model/ports.ts';
import type { RunCause, RunSummary } from '../../model/run.ts';
import { newRunId } from '../../sync/ledger/runs/run-id.ts';
import { openJobsHistory } from '../history/jobs-history.ts';
import type { JobEvent } from '../supervision/job-events.ts';
import { jobNotices } from './job-notices.ts';
import { openNotifier, type Notifier } from './notifier.ts';
import type { Variables } from './run-command.ts';

export interface NoticesOptions {
  readonly stateFolder: string;
  readonly clock: Clock;
  readonly proxy: ProxySettings | undefined;
  /** The folder of the jobs file, in which commands run. */
  readonly folder: string;
  readonly env: Variables;
  /** Told what could not be delivered, or set up; without secrets. */
  readonly onTrouble: (job: string, message: string) => void;
}

/** How long what waits may keep a process that ends, in milliseconds. */
const CLOSED_WITHIN_MS = 5000;

/** Tells the targets of all jobs what becomes of them. Nothing waits for it but its own end, and it never throws. */
export class NoticesOfJobs {
  readonly #options: NoticesOptions;
  /** One for each job as the file has it: a job that was changed gets another one. */
  readonly #notifiers = new Map<NamedJob, Promise<Notifier | undefined>>();

  constructor(options: NoticesOptions) {
    this.#options = options;
  }

  /** Hears what a job of a daemon tells. */
  onEvent(named: NamedJob, event: JobEvent): void {
    const isWorthAsking = event.type === 'run' || event.type === 'state' || event.type === 'skipped';
    const run = event.type === 'run' ? event.run.id : undefined;
    if (isWorthAsking) this.#tell(named, run, (notifier) => jobNotices(notifier)(event));
  }

  runEnded(named: NamedJob, run: RunSummary): void {
    this.#tell(named, run.id, (notifier) => notifier.runEnded(run));
  }

  /** A run that could not begin. */
  runFailed(named: NamedJob, cause: RunCause, error: unknown): void {
    this.runEnded(named, failedRun(cause, error, this.#options.clock.now()));
  }

  /** Delivers what waits, for some seconds at most. */
  async close(): Promise<void> {
    await Promise.all(
      [...this.#notifiers.values()].map(async (notifier) => (await notifier)?.close(CLOSED_WITHIN_MS)),
    );
  }

  /** `run`: the ID of the run that is told of, which is remembered already. */
  #tell(named: NamedJob, run: string | undefined, tell: (notifier: Notifier) => void): void {
    if (named.notify.length === 0) return;
    let opening = this.#notifiers.get(named);
    if (opening === undefined) this.#notifiers.set(named, (opening = this.#open(named, run)));
    void opening.then((notifier) => notifier && tell(notifier));
  }

  async #open(named: NamedJob, run: string | undefined): Promise<Notifier | undefined> {
    const { stateFolder, onTrouble, ...rest } = this.#options;
    const { name, job, notify } = named;
    try {
      return await openNotifier({
        ...rest,
        targets: notify,
        of: { job: name, source: job.from, destination: job.to },
        lastRun: runBefore(run, { stateFolder, job: name }),
        onTrouble: (message) => onTrouble(name, message),
      });
    } catch (error) {
      onTrouble(name, `nobody is notified: ${messageOf(error)}`);
      // the next event tries it again: a file with a secret may be there by then
      this.#notifiers.delete(named);
      return undefined;
    }
  }
}

/** The last run of the job that is remembered and is not `run`. */
function runBefore(
  run: string | undefined,
  { stateFolder, job }: { readonly stateFolder: string; readonly job: string },
): RunSummary | undefined {
  try {
    const { runs } = openJobsHistory(stateFolder).runs(job, { before: undefined, limit: 2 });
    return runs.find(({ id }) => id !== run);
  } catch {
    // a ledger that cannot be read is told by the run
    return undefined;
  }
}

function failedRun(cause: RunCause, error: unknown, nowMs: number): RunSummary {
  const code = isSyncError(error) ? error.code : undefined;
  const outcome = code === 'interrupted' ? 'interrupted' : code === 'locked' ? 'refused' : 'failures';
  const report = emptyReport(outcome);
  const { code: said, message } = errorData(error);
  return {
    id: newRunId(nowMs),
    cause,
    startedMs: nowMs,
    endedMs: nowMs,
    outcome,
    report,
    error: { code: said, message },
    failures: [],
  };
}
