import { runPass } from '../../../sync/pass.ts';
import { WatchLoop } from '../../../sync/watch/watch-loop.ts';
import type { WatchEvent } from '../../../sync/watch/watch-events.ts';
import { parseSource, parseStageAddress } from '../../../jobs/addresses.ts';
import type { WatchFlags } from './command.ts';
import type { Context } from '../../context.ts';
import { EXIT, statusOfError, type ExitStatus } from '../../exit-status.ts';
import { checkFlags, openPair, type Pair } from '../../../jobs/open-job.ts';
import { openWatchLog } from '../../output/watch-log.ts';
import { tellServiceManager } from '../../../daemon/service-manager.ts';
import { rememberStatus } from '../../../daemon/remembered-status.ts';

/** `stagesync watch`. Resolves once stopped; rejects when it cannot begin. */
export async function runWatch(
  context: Context,
  sourceText: string,
  destText: string,
  flags: WatchFlags,
): Promise<ExitStatus> {
  const from = parseSource(sourceText, context.host.cwd);
  const to = parseStageAddress(destText, 'DEST');
  checkFlags(flags, from, to, context);
  await using opened = new AsyncDisposableStack();
  const pair = await openPair(opened, context, from, to, flags, {
    command: 'stagesync watch',
    dryRun: false,
  });
  const log = await openWatchLog(context.host.stderr, flags);
  opened.defer(() => log.close());
  // what is only for looking in from outside is loaded only then: it is a fifth of the memory
  const outside = flags.http === undefined ? undefined : await import('../../../daemon/observe.ts');
  const metrics = outside && new outside.WatchMetrics();
  const destination =
    metrics === undefined ? pair.destination : outside!.countRequests(pair.destination, metrics);
  const loop = createLoop({ ...pair, destination }, flags, (event) => {
    metrics?.onEvent(event);
    log.onEvent(event);
    if (event.type !== 'sync') rememberStatus(pair.ledger, loop.status);
    if (event.type === 'state') tellServiceManager(context.host.env, event);
  });
  opened.defer(() => rememberStatus(pair.ledger, undefined));
  if (flags.http !== undefined && metrics !== undefined) {
    const server = await outside!.serveStatus(
      flags.http,
      () => loop.status,
      metrics,
      pair,
      flags.allowedHost,
    );
    opened.defer(() => server.close());
    log.info(`serving status on ${server.url}`, { url: server.url });
  }
  log.info(`watching ${pair.source.label} for ${pair.destination.label}`, {
    source: pair.source.label,
    destination: pair.destination.label,
    settleMs: flags.settle,
    fullEveryMs: flags.fullEvery,
  });
  await loop.run();
  log.info('stopped', {});
  // being stopped is how a watch ends; only one that was not let finish is an interruption
  return context.stop.signal.aborted ? statusOfError('interrupted', context.stop.stoppedBy) : EXIT.clean;
}

function createLoop(pair: Pair, flags: WatchFlags, onEvent: (event: WatchEvent) => void): WatchLoop {
  const { source, ledger } = pair;
  return new WatchLoop({
    ...pair,
    pass: (request) => runPass({ ...pair, dryRun: false, trustLedger: false, ...request }),
    isRecorded: (entry) => ledger.get(entry.path)?.version === entry.version,
    // objects appear whole
    settleMs: source.traits.filesAppearWhole ? 0 : flags.settle,
    fullEveryMs: flags.fullEvery,
    pollMs: flags.poll,
    onEvent,
  });
}
