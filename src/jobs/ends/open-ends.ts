import { mostLanesOf } from '../../remote/gate/lanes.ts';
import type { Gate } from '../../remote/gate/gate.ts';
import { fenced } from '../../remote/fenced-destination.ts';
import { NOTHING_FOLDED, type NameFolding } from '../../model/name-folding.ts';
import type { Destination, Source } from '../../model/ports.ts';
import { PASS_DEFAULTS } from '../../sync/pass-defaults.ts';
import { folderPath } from '../addresses.ts';
import type { Authority } from '../authority.ts';
import type { JobEnds } from '../check-job.ts';
import type { Job } from '../job.ts';
import type { Surroundings } from '../surroundings.ts';
import { openDirectory } from './open-directory.ts';
import { openSource } from './open-source.ts';
import { openStage } from './open-stage.ts';
import { openStageSource, type StageSource } from './open-stage-source.ts';

export interface OpenEndsOptions extends JobEnds {
  readonly job: Pick<Job, 'what' | 'pace'>;
  readonly authority: Authority;
  readonly around: Surroundings;
  /** Requests at the same time at most, where the job leaves it to us. */
  readonly mostLanes: number;
  /** Who writes to a directory; see LocalDestinationOptions. */
  readonly owner: () => string | undefined;
}

/** Both ends of a job, open. */
export interface OpenEnds {
  readonly source: Source;
  readonly destination: Destination;
  /** The gate that requests to the destination pass; a directory has none that it shares. */
  readonly gate: Gate | undefined;
  /** Begins a pass over a Stage as the source; absent for other sources. */
  readonly beginPass?: StageSource['beginPass'] | undefined;
}

/** Opens the ends of a job, the source first. `opened` closes them in reverse order. Rejects with the errors of the ends. */
export async function openEnds(opened: AsyncDisposableStack, options: OpenEndsOptions): Promise<OpenEnds> {
  const { to, around, job } = options;
  // asked when a listing of the source has to know it, and the destination is open by then
  const folding = async (): Promise<NameFolding> => (await destination.folding?.()) ?? NOTHING_FOLDED;
  const { source, beginPass } = await openFrom(options, folding);
  opened.defer(() => source.close());
  const { destination, gate } =
    to.kind === 'local'
      ? { destination: await openDirectory(to, options), gate: undefined }
      : await openStage(
          { ...around, authority: options.authority },
          {
            address: to,
            root: folderPath(to),
            concurrency: mostLanesOf(job.pace.concurrency, options.mostLanes),
            maxWaitMs: job.pace.maxWait,
          },
        );
  opened.defer(() => destination.close());
  const held = around.fence === undefined ? destination : fenced(destination, around.fence);
  return { source, destination: around.observed?.(held) ?? held, gate, beginPass };
}

async function openFrom(
  options: OpenEndsOptions,
  folding: () => Promise<NameFolding>,
): Promise<Pick<OpenEnds, 'source' | 'beginPass'>> {
  const { from, job, authority, around, mostLanes } = options;
  const { environment, folder, collectBuffers, draining, signal, dryRun } = around;
  if (from.kind === 'stage') {
    const pace = {
      concurrency: job.pace.concurrency,
      mostLanes,
      attempts: PASS_DEFAULTS.attempts,
      maxRequestsPerSecond: job.pace.maxRequestsPerSecond,
      maxWaitMs: job.pace.maxWait,
      draining,
      signal: dryRun ? draining : signal,
    };
    return openStageSource({ ...around, authority }, from, pace, folding);
  }
  const source = await openSource(from, {
    s3: authority.s3,
    environment,
    folder,
    followSymlinks: job.what.followSymlinks,
    archived: job.what.archived,
    pageSize: job.pace.pageSize,
    // as many connections as there may be requests at once
    concurrency: mostLanesOf(job.pace.concurrency, mostLanes),
    collectBuffers,
  });
  return { source };
}
