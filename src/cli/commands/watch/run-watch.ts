import type { ListenAddress } from '../../../daemon/server.ts';
import { rememberStatus } from '../../../daemon/remembered-status.ts';
import { tellServiceManager } from '../../../daemon/service-manager.ts';
import { openTracing } from '../../../daemon/tracing/open-tracing.ts';
import { watchJob } from '../../../daemon/watch-job.ts';
import { openJob } from '../../../jobs/open-job.ts';
import { PROCESS_GATES } from '../../../jobs/surroundings.ts';
import { systemClock } from '../../../sync/clock.ts';
import { defaultsOf } from '../../../jobs/settings/settings.ts';
import type { Context } from '../../context.ts';
import { EXIT, statusOfError, type ExitStatus } from '../../exit-status.ts';
import type { S3Flags, SqlFlags, StageFlags } from '../../flags/authority-flags.ts';
import type { GuardFlags } from '../../flags/guard-flags.ts';
import { ledgerCopyFrom, type LedgerCopyFlag } from '../../flags/ledger-copy-flag.ts';
import { queueFrom, type QueueFlag } from '../../flags/cluster/queue-flag.ts';
import type { JobFlags } from '../../flags/job-flags.ts';
import { jobFromFlags, type Ends } from '../../job-from-flags.ts';
import { openWatchLog, type LogFlags } from '../../output/watch-log.ts';
import { jobSurroundings } from '../../surroundings.ts';

/** The flags of `stagesync watch` besides those of the job. */
export interface WatchFlags
  extends LogFlags, GuardFlags, LedgerCopyFlag, QueueFlag, StageFlags, S3Flags, SqlFlags {
  readonly json?: true;
  readonly http?: ListenAddress;
  readonly allowedHost?: readonly string[];
}

/** `stagesync watch`. Resolves once stopped; rejects when it cannot begin. */
export async function runWatch(
  context: Context,
  ends: Ends,
  flags: WatchFlags & { readonly job: JobFlags },
): Promise<ExitStatus> {
  const job = jobFromFlags(context, ends, flags.job);
  // metrics and server take a fifth of the memory, so they are loaded only with --http
  const seen = flags.http === undefined ? undefined : await import('../../../daemon/observe.ts');
  const machines =
    seen &&
    (await seen.openMachines({
      queue: queueFrom(flags, context.environment),
      gates: PROCESS_GATES,
      folder: context.host.cwd,
      clock: systemClock,
    }));
  const metrics = seen && new seen.WatchMetrics(() => machines!.now);
  const { maxDelete, force } = flags;
  const around = jobSurroundings(context, flags, {
    command: 'stagesync watch',
    guards: { maxDelete, force },
    ledgerCopy: ledgerCopyFrom(flags, context.host),
    observed:
      metrics === undefined
        ? undefined
        : (destination) => seen!.countRequests(destination, (verb, status) => metrics.request(verb, status)),
  });
  await using opened = new AsyncDisposableStack();
  const traced = await openTracing();
  const pair = await openJob(opened, job, traced(around));
  const { source, destination, ledger } = pair;
  metrics?.remember(ledger.runs.lastSuccessMs());
  const log = await openWatchLog(context.host.stderr, flags);
  opened.defer(() => log.close());
  const loop = watchJob(pair, around, (event) => {
    metrics?.onEvent(event);
    log.onEvent(event);
    if (flags.json === true) context.out.line(JSON.stringify(event.type === 'sync' ? event.event : event));
    if (event.type !== 'sync') rememberStatus(ledger, loop.status);
    if (event.type === 'state') tellServiceManager(context.host.env, event);
  });
  opened.defer(() => rememberStatus(ledger, undefined));
  if (flags.http !== undefined && metrics !== undefined) {
    const server = await seen!.serveStatus(flags.http, {
      status: () => loop.status,
      metrics,
      source: source.label,
      destination: destination.label,
      allowedHosts: flags.allowedHost,
    });
    opened.defer(() => server.close());
    log.info(`serving status on ${server.url}`, { url: server.url });
  }
  const { settle, fullEvery } = job.when ?? defaultsOf('when');
  log.info(`watching ${source.label} for ${destination.label}`, {
    source: source.label,
    destination: destination.label,
    settleMs: settle,
    fullEveryMs: fullEvery,
  });
  const looked = machines?.run(context.stop.draining);
  await loop.run();
  await looked;
  log.info('stopped', {});
  // a stop is the normal end of a watch; only a watch that could not finish was interrupted
  return context.stop.signal.aborted ? statusOfError('interrupted', context.stop.stoppedBy) : EXIT.clean;
}
