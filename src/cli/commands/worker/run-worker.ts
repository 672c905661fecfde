import { resolve } from 'node:path';
import type { BatchAnswer } from '../../../cluster/queue/wire/batch.ts';
import type { WorkerNow } from '../../../daemon/metrics/worker-metrics.ts';
import type { ListenAddress } from '../../../daemon/server.ts';
import { QUEUE_VARIABLE } from '../../../jobs/queue/queue-place.ts';
import { TransferWorker } from '../../../jobs/queue/serve-transfers.ts';
import { usageError } from '../../../jobs/usage-errors.ts';
import { printable } from '../../../model/printable.ts';
import type { Concurrency } from '../../../remote/gate/lanes.ts';
import type { Context } from '../../context.ts';
import { EXIT, statusOfError, type ExitStatus } from '../../exit-status.ts';
import type { S3Flags, StageFlags } from '../../flags/authority-flags.ts';
import { queueFrom, type QueueFlag } from '../../flags/cluster/queue-flag.ts';
import { lookingSurroundings } from '../../surroundings.ts';

/** The flags of `stagesync worker`. */
export interface WorkerFlags extends QueueFlag, StageFlags, S3Flags {
  readonly deployment?: readonly string[];
  readonly local?: readonly string[];
  readonly concurrency: Concurrency;
  readonly bwlimit?: number;
  readonly maxWait: number;
  readonly http?: ListenAddress;
  readonly allowedHost?: readonly string[];
  readonly json?: true;
}

/** `stagesync worker`. Resolves once stopped; rejects when it cannot begin, or the queue is away for long. */
export async function runWorker(context: Context, flags: WorkerFlags): Promise<ExitStatus> {
  const { host, environment, err, out, stop } = context;
  // it lasts for days
  host.keepHeapSmall();
  const place = queueFrom(flags, environment);
  if (place === undefined)
    throw usageError(`name the Redis of the syncs: --queue redis://HOST:6379/0, or set ${QUEUE_VARIABLE}`);
  // all workers of a queue share the pace of its requests
  const around = { ...lookingSurroundings(context, flags, 'stagesync worker'), queue: place };
  // metrics and server are loaded with --http alone
  const seen = flags.http === undefined ? undefined : await importServer();
  const metrics = seen && new seen.WorkerMetrics();
  const worker = new TransferWorker({
    place,
    around,
    authority: around.authority,
    deployments: flags.deployment ?? [],
    localRoots: (flags.local ?? []).map((folder) => resolve(host.cwd, folder)),
    concurrency: flags.concurrency,
    bytesPerSecond: flags.bwlimit,
    maxWaitMs: flags.maxWait,
    onReady: ({ name, queue }) => err.line(`worker ${name} takes batches from ${queue}`),
    onBatch: (answer, ms) => {
      const batch = batchObject(answer, ms);
      metrics?.carriedOut(batch);
      if (flags.json) out.line(JSON.stringify(batch));
    },
  });
  await using opened = new AsyncDisposableStack();
  if (flags.http !== undefined && seen !== undefined && metrics !== undefined) {
    const { name } = worker;
    const now = (): WorkerNow => ({ ...worker.state, budgets: around.gates.budgets });
    const server = await seen.serveWorker(flags.http, {
      name,
      now,
      metrics,
      allowedHosts: flags.allowedHost,
    });
    opened.defer(() => server.close());
    err.line(`serving status on ${server.url}`);
  }
  await worker.run();
  err.line(`worker ${printable(worker.name)} stopped`);
  return stop.signal.aborted ? statusOfError('interrupted', stop.stoppedBy) : EXIT.clean;
}

const importServer = async () => ({
  ...(await import('../../../daemon/worker-server.ts')),
  ...(await import('../../../daemon/metrics/worker-metrics.ts')),
});

/** A batch as --json shows it. */
function batchObject({ batch, redelivered, requests = 0, outcomes }: BatchAnswer, ms: number) {
  const failed = outcomes.filter((outcome) => 'error' in outcome).length;
  const sent = outcomes.length - failed;
  return { type: 'batch', batch, sent, failed, redelivered, requests, ms: Math.round(ms) };
}
