import { askDaemon } from '../../../daemon/control/ask-daemon.ts';
import type { JobView } from '../../../daemon/view/daemon-view.ts';
import { isSyncError } from '../../../model/errors.ts';
import type { Context } from '../../context.ts';
import { chooseJobsFile } from '../../jobs-file.ts';

/** The jobs of the daemon of the jobs file that lies where such files lie, by their names; none where none runs. */
export async function jobsOfDaemon({
  host,
  environment,
  stop,
}: Pick<Context, 'host' | 'environment' | 'stop'>): Promise<ReadonlyMap<string, JobView>> {
  try {
    const { path: file } = chooseJobsFile(host, {});
    const { stateFolder } = environment;
    const view = await askDaemon({ stateFolder, file, signal: stop.draining }, { ask: 'view' });
    return new Map(view?.jobs.map((job) => [job.name, job]));
  } catch (error) {
    // no file, or a daemon that does not answer: the ledgers still say much
    if (isSyncError(error)) return new Map();
    throw error;
  }
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
  };
