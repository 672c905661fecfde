import { dirname } from 'node:path';
import { controlHandler } from '../../../daemon/control/control-handler.ts';
import { serveControl } from '../../../daemon/control/control-server.ts';
import {
  daemonPlace,
  holdPlace,
  makePrivate,
  rememberPlace,
  type DaemonPlace,
} from '../../../daemon/control/daemon-place.ts';
import { lastRuns } from '../../../daemon/history/last-runs.ts';
import { openMachines, type Machines } from '../../../daemon/machines/open-machines.ts';
import type { Leadership } from '../../../daemon/leadership/leadership.ts';
import { RememberedJobsFile, type RememberedJobs } from '../../../daemon/schedule/remembered-jobs.ts';
import { NoticesOfJobs } from '../../../daemon/notify/notices-of-jobs.ts';
import { tellOfDaemon } from '../../../daemon/service-manager.ts';
import type { PageServer } from '../../../daemon/http/page-server.ts';
import { collectAtRest } from '../../../daemon/supervision/collect-at-rest.ts';
import { followFile } from '../../../daemon/supervision/follow-file.ts';
import { Supervisor } from '../../../daemon/supervision/supervisor.ts';
import type { JobsFile } from '../../../jobs-file/jobs-file.ts';
import { requireTrust, surroundingsOfJob } from '../../../jobs-file/surroundings-of-job.ts';
import { openTracing } from '../../../daemon/tracing/open-tracing.ts';
import { PROCESS_GATES, type Surroundings } from '../../../jobs/surroundings.ts';
import { usageError } from '../../../jobs/usage-errors.ts';
import { messageOf } from '../../../model/errors.ts';
import { systemClock } from '../../../sync/clock.ts';
import { PASS_DEFAULTS } from '../../../sync/pass-defaults.ts';
import { queueFrom, type QueueFlag } from '../../flags/cluster/queue-flag.ts';
import type { Context } from '../../context.ts';
import { EXIT, statusOfError, type ExitStatus } from '../../exit-status.ts';
import type { BudgetFlag } from '../../flags/budget-flag.ts';
import type { LeaseFlags } from '../../flags/lease-flags.ts';
import { ledgerCopyFrom, type LedgerCopyFlag } from '../../flags/ledger-copy-flag.ts';
import type { PageFlags } from '../../flags/page-flags.ts';
import { chooseJobsFile, readChosenFile, selectJobs, type FileFlags } from '../../jobs-file.ts';
import { openWatchLog, type LogFlags, type WatchLog } from '../../output/watch-log.ts';
import { jobSurroundings } from '../../surroundings.ts';
import type { PageOfJobs } from './serve-page.ts';
import { openLeadership } from './open-leadership.ts';
import { logJobs, statusLine } from './log-jobs.ts';
import { reloading } from './reload-file.ts';

/** The flags of `stagesync up`. */
export interface UpFlags
  extends QueueFlag, LogFlags, FileFlags, PageFlags, LedgerCopyFlag, LeaseFlags, BudgetFlag {
  readonly json?: true;
}

/** `stagesync up`. Resolves once stopped; rejects when it cannot begin. */
export async function runUp(context: Context, names: readonly string[], flags: UpFlags): Promise<ExitStatus> {
  const { host, environment, stop } = context;
  // before anything has made the heap grow: what V8 once took for short-lived objects it keeps for a long time
  host.keepHeapSmall();
  const chosen = chooseJobsFile(host, flags);
  const read = async (): Promise<JobsFile> => {
    const selected = selectJobs(await readChosenFile(host, chosen), names);
    requireTrust(selected, selected.jobs);
    return selected;
  };
  const file = await read();
  await using opened = new AsyncDisposableStack();
  const place = daemonPlace(environment.stateFolder, chosen.path);
  makePrivate(place);
  const lock = holdPlace(place, { file: chosen.shown, pid: host.pid, command: 'stagesync up' });
  opened.defer(() => lock.release());
  rememberPlace(place, chosen.path);
  const log = flags.json
    ? await openWatchLog(host.stdout, { ...flags, log: 'json' })
    : await openWatchLog(host.stderr, flags);
  opened.defer(() => log.close());
  const machines = await openMachines({
    queue: queueFrom(flags, environment),
    gates: PROCESS_GATES,
    folder: host.cwd,
    clock: systemClock,
    onChange: () => supervisor.changed(),
  });
  // a server, metrics and the page take memory, so they are loaded only with --http
  const page = flags.http && new (await import('./serve-page.ts')).PageOfJobs(() => machines.now);
  const traced = await openTracing();
  const notices = noticesOf(context, chosen.path, log);
  opened.defer(() => notices.close());
  const here = rememberedHere(place, log);
  const elected = await openLeadership(opened, context, {
    flags,
    file: chosen.path,
    here,
    log,
    onEvent: () => supervisor.changed(),
  });
  const remembered = elected?.records ?? here;
  const leadership = elected?.leadership;
  const supervisor = openSupervisor(context, {
    file,
    log,
    remembered,
    leadership,
    machines,
    page,
    notices,
    flags,
    traced,
  });
  const server = await page?.serve(supervisor, context, flags);
  opened.defer(() => server?.close());
  const reload = reloading(supervisor, read, log);
  const control = await serveControl(
    place.socket,
    controlHandler(supervisor, {
      reload,
      loginLink: () => server?.loginLink() ?? withoutPage(),
      stop: () => stop.drain('asked to stop'),
    }),
  );
  opened.defer(() => control.close());
  // what is wrong in the file is in the log already
  const reloadAside = (): void => void reload().catch(() => undefined);
  opened.defer(host.onSignal('SIGHUP', reloadAside));
  const until = stop.draining;
  void followFile({ path: chosen.path, clock: systemClock, until, onChange: reloadAside });
  supervisor.follow(file);
  const led = leadership?.run(supervisor, until);
  const looked = machines.run(until);
  void collectAtRest(supervisor, { clock: systemClock, until, collect: () => host.collectGarbage() });
  if (server !== undefined) tellOfPage(server, log);
  void tellState(context, supervisor, log);
  await drained(until);
  tellOfDaemon(host.env, { is: 'stopping', status: 'stopping' });
  await supervisor.stop();
  await Promise.all([led, looked]);
  await leadership?.resign();
  log.info('stopped', {});
  // a stop is the normal end of a daemon; only one that could not finish was interrupted
  return stop.signal.aborted ? statusOfError('interrupted', stop.stoppedBy) : EXIT.clean;
}

function tellOfPage(server: PageServer, log: WatchLog): void {
  const url = server.loginLink();
  log.info(`serving the page; this link signs in once, within an hour: ${url}`, { event: 'page', url });
}

function withoutPage(): never {
  throw usageError('the daemon serves no page: start it with "stagesync up --http ADDRESS"');
}

const rememberedHere = ({ remembered }: DaemonPlace, log: WatchLog): RememberedJobs =>
  new RememberedJobsFile(remembered, (error) =>
    log.warn(
      `what outlives the daemon (followed schedules, paused jobs) cannot be kept in ${remembered}: ${messageOf(error)}`,
      {},
    ),
  );

interface SupervisorParts {
  readonly file: JobsFile;
  readonly log: WatchLog;
  readonly remembered: RememberedJobs;
  readonly leadership: Leadership | undefined;
  readonly machines: Machines;
  readonly page: PageOfJobs | undefined;
  readonly notices: NoticesOfJobs;
  readonly flags: UpFlags;
  readonly traced: (around: Surroundings) => Surroundings;
}

const noticesOf = ({ host, environment }: Context, file: string, log: WatchLog): NoticesOfJobs =>
  new NoticesOfJobs({
    stateFolder: environment.stateFolder,
    clock: systemClock,
    proxy: environment.proxy,
    folder: dirname(file),
    env: host.env,
    onTrouble: (job, message) => log.warn(`${job}: ${message}`, { event: 'notify', job }),
  });

function openSupervisor(
  context: Context,
  { file, log, remembered, leadership, machines, page, notices, flags, traced }: SupervisorParts,
): Supervisor {
  const { maxDelete, force } = PASS_DEFAULTS;
  const { draining, signal } = context.stop;
  const around = {
    ...jobSurroundings(
      context,
      { budget: flags.budget, queue: flags.queue },
      {
        command: 'stagesync up',
        guards: { maxDelete, force },
        ledgerCopy: ledgerCopyFrom(flags, context.host),
      },
    ),
    // done once for the whole process
    keepHeapSmall: undefined,
  };
  const toLog = logJobs(log);
  return new Supervisor(file, {
    clock: systemClock,
    surroundings: {
      gates: PROCESS_GATES,
      draining,
      signal,
      of: (named, ofFile) =>
        traced({
          ...surroundingsOfJob(ofFile, named, around),
          historyMs: named.historyMs,
          fence: leadership?.fence,
          // what was begun while it led ends with that
          draining: leadership?.lost === undefined ? draining : AbortSignal.any([draining, leadership.lost]),
          observed: page && ((destination) => page.observed(named.name, destination)),
        }),
    },
    remembered,
    leadership,
    machines: () => machines.view,
    before: lastRuns(context.environment.stateFolder),
    onEvent: (named, event) => {
      toLog(named, event);
      page?.onEvent(named.name, event);
      notices.onEvent(named, event);
    },
  });
}

/** Says when all jobs have been opened or could not be, and from then on the service manager how they are. */
async function tellState({ host, stop }: Context, supervisor: Supervisor, log: WatchLog): Promise<void> {
  await supervisor.tried();
  if (stop.draining.aborted) return;
  let told = statusLine(supervisor.view());
  log.info(`ready: ${told}`, { event: 'ready' });
  tellOfDaemon(host.env, { is: 'ready', status: told });
  if (host.env['NOTIFY_SOCKET'] === undefined) return;
  supervisor.subscribe(() => {
    const now = statusLine(supervisor.view());
    if (now !== told && !stop.draining.aborted) tellOfDaemon(host.env, { status: now });
    told = now;
  });
}

const drained = (draining: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    if (draining.aborted) return resolve();
    draining.addEventListener('abort', () => resolve(), { once: true });
  });
