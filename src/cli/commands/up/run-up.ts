import { controlHandler } from '../../../daemon/control/control-handler.ts';
import { serveControl } from '../../../daemon/control/control-server.ts';
import {
  daemonPlace,
  holdPlace,
  makePrivate,
  type DaemonPlace,
} from '../../../daemon/control/daemon-place.ts';
import { RememberedJobsFile } from '../../../daemon/schedule/remembered-jobs.ts';
import { tellOfDaemon } from '../../../daemon/service-manager.ts';
import { followFile } from '../../../daemon/supervision/follow-file.ts';
import { Supervisor } from '../../../daemon/supervision/supervisor.ts';
import type { JobsFile } from '../../../jobs-file/jobs-file.ts';
import { requireTrust, surroundingsOfJob } from '../../../jobs-file/surroundings-of-job.ts';
import { PROCESS_GATES } from '../../../jobs/surroundings.ts';
import { messageOf } from '../../../model/errors.ts';
import { systemClock } from '../../../sync/clock.ts';
import { PASS_DEFAULTS } from '../../../sync/pass-defaults.ts';
import type { Context } from '../../context.ts';
import { EXIT, statusOfError, type ExitStatus } from '../../exit-status.ts';
import { chooseJobsFile, readChosenFile, selectJobs, type FileFlags } from '../../jobs-file.ts';
import { openWatchLog, type LogFlags, type WatchLog } from '../../output/watch-log.ts';
import { counted } from '../../output/quantities.ts';
import { jobSurroundings } from '../../surroundings.ts';
import { logJobs, statusLine } from './log-jobs.ts';

/** The flags of `stagesync up`. */
export interface UpFlags extends LogFlags, FileFlags {
  readonly json?: true;
}

/** `stagesync up`. Resolves once stopped; rejects when it cannot begin. */
export async function runUp(context: Context, names: readonly string[], flags: UpFlags): Promise<ExitStatus> {
  const { host, environment, stop } = context;
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
  const log = flags.json
    ? await openWatchLog(host.stdout, { ...flags, log: 'json' })
    : await openWatchLog(host.stderr, flags);
  opened.defer(() => log.close());
  const supervisor = openSupervisor(context, { file, log, place });
  const reload = reloading(supervisor, read, log);
  const control = await serveControl(
    place.socket,
    controlHandler(supervisor, { reload, stop: () => stop.drain('asked to stop') }),
  );
  opened.defer(() => control.close());
  // what is wrong in the file is in the log already
  const reloadAside = (): void => void reload().catch(() => undefined);
  opened.defer(host.onSignal('SIGHUP', reloadAside));
  const until = stop.draining;
  void followFile({ path: chosen.path, clock: systemClock, until, onChange: reloadAside });
  supervisor.follow(file);
  void tellState(context, supervisor, log);
  await drained(until);
  tellOfDaemon(host.env, { is: 'stopping', status: 'stopping' });
  await supervisor.stop();
  log.info('stopped', {});
  // a stop is the normal end of a daemon; only one that could not finish was interrupted
  return stop.signal.aborted ? statusOfError('interrupted', stop.stoppedBy) : EXIT.clean;
}

interface SupervisorParts {
  readonly file: JobsFile;
  readonly log: WatchLog;
  readonly place: DaemonPlace;
}

function openSupervisor(context: Context, { file, log, place }: SupervisorParts): Supervisor {
  const { maxDelete, force } = PASS_DEFAULTS;
  const { draining, signal } = context.stop;
  let isHeapSmall = false;
  const around = {
    ...jobSurroundings(context, {}, { command: 'stagesync up', guards: { maxDelete, force } }),
    // it holds for the process: once is enough for all jobs
    keepHeapSmall: () => {
      if (!isHeapSmall) context.host.keepHeapSmall();
      isHeapSmall = true;
    },
  };
  return new Supervisor(file, {
    clock: systemClock,
    surroundings: {
      gates: PROCESS_GATES,
      draining,
      signal,
      of: (named, ofFile) => ({
        ...surroundingsOfJob(ofFile, named, around),
        historyMs: named.historyMs,
      }),
    },
    remembered: new RememberedJobsFile(place.remembered, (error) =>
      log.warn(
        `what outlives the daemon (followed schedules, paused jobs) cannot be kept in ${place.remembered}: ${messageOf(error)}`,
        {},
      ),
    ),
    onEvent: logJobs(log),
  });
}

/** What reads the file anew. A file with a mistake is told, and changes nothing; the returned function then rejects. */
function reloading(
  supervisor: Supervisor,
  read: () => Promise<JobsFile>,
  log: WatchLog,
): () => Promise<void> {
  return async () => {
    try {
      const { kept, begun, ended } = supervisor.follow(await read());
      const counts = { kept: kept.length, begun: begun.length, ended: ended.length };
      log.info(
        `read the file anew: ${counted(counts.begun, 'job')} begin, ${counts.ended} end, ${counts.kept} go on`,
        { event: 'reload', ...counts },
      );
    } catch (error) {
      supervisor.fileProblem = messageOf(error);
      log.warn(`the file has an error, so what it said before goes on: ${messageOf(error)}`, {
        event: 'reload',
      });
      throw error;
    }
  };
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
