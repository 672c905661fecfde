import { randomBytes } from 'node:crypto';
import { hostname } from 'node:os';
import { openBatchQueue } from '../../cluster/queue/bull/open-queue.ts';
import { QueuedTransfers } from '../../cluster/queue/coordinator/queued-transfers.ts';
import type { BatchEnds } from '../../cluster/queue/wire/batch.ts';
import type { PassTransfers, TransferPass } from '../../model/cluster/transfer-executor.ts';
import type { Destination, Source } from '../../model/ports.ts';
import { systemClock } from '../../sync/clock.ts';
import { pairName } from '../../sync/ledger/pair-name.ts';
import { addressText, EMBEDDED } from '../addresses.ts';
import type { JobEnds } from '../check-job.ts';
import { apiOrigin } from '../ends/stage-settings.ts';
import type { Job } from '../job.ts';
import type { Surroundings } from '../surroundings.ts';
import { usageError } from '../usage-errors.ts';
import { openServer } from './open-server.ts';
import { QUEUE_VARIABLE, type QueuePlace } from './queue-place.ts';

export interface TransfersOfJob {
  readonly place: QueuePlace;
  readonly ends: JobEnds;
  readonly labels: { readonly source: Source; readonly destination: Destination };
  readonly job: Job;
  readonly around: Pick<Surroundings, 'authority' | 'environment' | 'folder' | 'pid' | 'tell'>;
}

/** Whether the files of a job go by way of the queue. Throws `usage` where a flag asks for that, and they cannot. */
export function isQueued({ ends, job }: Pick<TransfersOfJob, 'ends' | 'job'>, { from }: QueuePlace): boolean {
  const why = whyNotQueued(ends, job);
  // a variable holds for all that runs here, and concerns what it can
  if (why !== undefined && from !== QUEUE_VARIABLE) throw usageError(`${from}: ${why}`);
  return why === undefined;
}

/** Why they cannot; undefined: they can. */
function whyNotQueued({ from, to }: JobEnds, job: Job): string | undefined {
  if (to.kind !== 'stage') return 'workers send to a Stage, and DEST is a directory';
  if (from.kind === 'stage') return 'workers read directories and buckets, and SOURCE is a Stage';
  if (to.deployment === EMBEDDED)
    return `workers cannot reach the Stage that this process has to itself (stage://${EMBEDDED}): run "stagesync emulator", and name its deployment`;
  if (job.load?.reload === 'new-name')
    return 'workers do not know the new names of files, and the job has reload: new-name; use drop-file, or send without workers';
  return undefined;
}

/**
 * Opens the queue of a job. Returns what makes the transfers of each pass; `opened` closes the queue. Rejects as openQueueServer
 * does.
 */
export async function openTransfers(
  opened: AsyncDisposableStack,
  { place, ends, labels, job, around }: TransfersOfJob,
): Promise<(pass: TransferPass) => PassTransfers> {
  const server = await openServer(place, {
    folder: around.folder,
    clientName: `stagesync-coordinator-${hostname()}-${around.pid}`,
  });
  if (server.warning !== undefined) around.tell?.(server.warning);
  const { source, destination } = labels;
  const pair = pairName(source.label, destination.label);
  const queue = openBatchQueue(server, {
    deployment: deploymentOf(destination),
    pair,
    root: destination.root,
    told: {
      source: source.label,
      destination: destination.label,
      host: hostname(),
      pid: around.pid,
      sinceMs: systemClock.now(),
    },
  });
  opened.defer(() => queue.close());
  const batchEnds: BatchEnds = {
    from: addressText(ends.from),
    to: destination.label,
    service: apiOrigin(around),
    followSymlinks: job.what.followSymlinks,
    archived: job.what.archived,
  };
  return (pass) =>
    new QueuedTransfers({
      ...pass,
      queue,
      ends: batchEnds,
      pair,
      run: randomBytes(8).toString('hex'),
      maxWaitMs: job.pace.maxWait,
      clock: systemClock,
      source,
    });
}

/** As the destination itself was opened: a name was resolved to an ID. */
const deploymentOf = ({ label }: Destination): string => label.replace(/^stage:\/\/([^/]*).*$/s, '$1');
