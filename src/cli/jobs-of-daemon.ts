import { askDaemon } from '../daemon/control/ask-daemon.ts';
import type { DaemonView, JobView } from '../daemon/view/daemon-view.ts';
import { isSyncError } from '../model/errors.ts';
import type { RunSummary } from '../model/run.ts';
import type { KnownPair } from '../sync/ledger/known-pairs.ts';
import type { Context } from './context.ts';
import { chooseJobsFile, type FileFlags } from './jobs-file.ts';

/** What the daemon of the chosen jobs file shows; undefined where none runs. */
export async function viewOfDaemon(
  { host, environment, stop }: Pick<Context, 'host' | 'environment' | 'stop'>,
  flags: FileFlags,
): Promise<DaemonView | undefined> {
  try {
    const { path: file } = chooseJobsFile(host, flags);
    const { stateFolder } = environment;
    return await askDaemon({ stateFolder, file, signal: stop.draining }, { ask: 'view' });
  } catch (error) {
    // no file, or a daemon that does not answer: the ledgers still say much
    if (isSyncError(error)) return undefined;
    throw error;
  }
}

/** Its jobs by their names; none where no daemon runs. */
export const jobsOfView = (view: DaemonView | undefined): ReadonlyMap<string, JobView> =>
  new Map(view?.jobs.map((job) => [job.name, job]));

export const jobsOfDaemon = async (
  context: Pick<Context, 'host' | 'environment' | 'stop'>,
  flags: FileFlags,
): Promise<ReadonlyMap<string, JobView>> => jobsOfView(await viewOfDaemon(context, flags));

/**
 * The jobs of a daemon that have no pair yet: they could not be opened, as where the source is not there. What the daemon knows of
 * their last run is all that there is.
 */
export const jobsWithoutPair = (
  jobs: ReadonlyMap<string, JobView>,
  pairs: readonly KnownPair[],
): readonly (JobView & { readonly source: string; readonly destination: string })[] => {
  const known = new Set(pairs.map(({ job }) => job));
  return [...jobs.values()]
    .filter(({ name }) => !known.has(name))
    .map((job) => ({ ...job, source: job.from, destination: job.to }));
};

/** The last run of a job where its daemon knows a later one than its ledger: it came to its end before the ledger was opened. */
export function runBeyondLedger(
  job: JobView | undefined,
  newest: RunSummary | undefined,
): readonly RunSummary[] {
  const run = job?.lastRun;
  return run !== undefined && (newest === undefined || newest.startedMs < run.startedMs) ? [run] : [];
}

const iso = (ms: number | undefined): string | undefined =>
  ms === undefined ? undefined : new Date(ms).toISOString();

/** What a daemon is doing with a job; times in ISO 8601, as a watch writes them. */
export const ofDaemon = (job: JobView | undefined): Readonly<Record<string, unknown>> | undefined =>
  job && {
    state: job.state,
    reason: job.reason,
    since: iso(job.stateSinceMs),
    waiting: job.waiting,
    oldestChange: iso(job.oldestChangeMs),
    nextRun: iso(job.nextRunMs),
    workers: job.current?.workers,
  };
