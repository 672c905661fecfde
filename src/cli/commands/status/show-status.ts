import { recallStatus } from '../../../daemon/remembered-status.ts';
import { endedRuns } from '../../../daemon/history/open-history.ts';
import type { Holder } from '../../../sync/ledger/pair-lock.ts';
import { whoHolds } from '../../../sync/ledger/sqlite-lock.ts';
import { inspectLedger, type KnownPair } from '../../../sync/ledger/known-pairs.ts';
import type { RunSummary } from '../../../model/run.ts';
import type { JobView } from '../../../daemon/view/daemon-view.ts';
import { usageError } from '../../../jobs/usage-errors.ts';
import type { Context } from '../../context.ts';
import type { ExitStatus } from '../../exit-status.ts';
import { ofEachPair, type AlsoKnown } from '../../find-pairs.ts';
import { recordedRun } from '../../../daemon/history/recorded-run.ts';
import type { FileFlags } from '../../jobs-file.ts';
import { jobsOfNamedFile } from '../../open-jobs-file.ts';
import {
  jobsOfView,
  jobsWithoutPair,
  ofDaemon,
  runBeyondLedger,
  viewOfDaemon,
} from '../../jobs-of-daemon.ts';
import type { PairStatus } from './pair-status.ts';
import { asksServers, type ServerFlags } from './server-flags.ts';
import { machinesOf } from './machines-of-daemon.ts';
import { statusText } from './status-text.ts';

export interface StatusFlags extends FileFlags, ServerFlags {
  readonly json?: true;
}

const RUNS_SHOWN = 5;

/** Commands that say what they are doing, for as long as they run. */
const GOES_ON: ReadonlySet<string> = new Set(['stagesync watch', 'stagesync up']);

/** `stagesync status`. Exit status 3 when no pair fits, 2 when a ledger, or the named jobs file, cannot be read; the others are still shown. */
export async function showStatus(
  context: Context,
  source: string | undefined,
  dest: string | undefined,
  flags: StatusFlags,
): Promise<ExitStatus> {
  if (asksServers(flags)) return showOthers(context, { source, flags });
  const ofFile = jobsOfNamedFile(context, flags);
  const view = await viewOfDaemon(context, flags);
  const jobs = jobsOfView(view);
  const options = { nowMs: Date.now(), isTerminal: context.host.stdout.isTTY === true };
  const look = (pair: KnownPair): PairStatus => statusOf(pair, jobs);
  const also: AlsoKnown<PairStatus> = (pairs, isWanted) =>
    jobsWithoutPair(jobs, pairs)
      .filter((job) => isWanted({ ...job, job: job.name }))
      .map(statusWithoutPair);
  return ofEachPair(context, { source, dest, jobs: ofFile, also }, look, (statuses) => {
    for (const status of statuses.toSorted(byLastRun))
      if (flags.json) context.out.line(JSON.stringify(status));
      else for (const line of statusText(status, options)) context.out.line(line);
    // who asks for one pair asks for no more
    if (source !== undefined) return;
    for (const { object, text } of machinesOf(view, options))
      if (flags.json) context.out.line(JSON.stringify(object));
      else for (const line of text) context.out.line(line);
  });
}

/** What is about Redis is loaded where it is asked for. */
async function showOthers(
  context: Context,
  { source, flags }: { readonly source: string | undefined; readonly flags: StatusFlags },
): Promise<ExitStatus> {
  if (source !== undefined || flags.file !== undefined)
    throw usageError(
      '--queue, --budget and --machines show what a server has, not a pair: leave SOURCE and --file out',
    );
  const { showServers } = await import('./show-servers.ts');
  return showServers(context, flags);
}

/** The most recent first; the times are in ISO 8601. */
function byLastRun(a: PairStatus, b: PairStatus): number {
  const [one, other] = [a.runs[0]?.at ?? '', b.runs[0]?.at ?? ''];
  return one > other ? -1 : one < other ? 1 : 0;
}

function statusOf(pair: KnownPair, jobs: ReadonlyMap<string, JobView>): PairStatus {
  const heldBy = whoHolds(`${pair.file}.lock`);
  const ledger = inspectLedger(pair);
  try {
    const recalled = heldBy !== undefined && GOES_ON.has(heldBy.command) ? recallStatus(ledger) : undefined;
    const success = ledger.runs.lastSuccessMs();
    const running = runningOf(ledger.runs.page({ limit: 1 }), heldBy);
    const job = pair.job === undefined ? undefined : jobs.get(pair.job);
    const ended = endedRuns(ledger.runs, { limit: RUNS_SHOWN }, { held: heldBy !== undefined });
    return {
      job: pair.job,
      source: pair.source,
      destination: pair.destination,
      heldBy,
      watch: ofDaemon(job) ?? recalled,
      lastSuccess: success === undefined ? undefined : new Date(success).toISOString(),
      runs: [...running, ...runBeyondLedger(job, running[0] ?? ended[0]), ...ended]
        .slice(0, RUNS_SHOWN)
        .map(recordedRun),
    };
  } finally {
    ledger.close();
  }
}

const statusWithoutPair = (job: JobView & Pick<PairStatus, 'source' | 'destination'>): PairStatus => ({
  job: job.name,
  source: job.source,
  destination: job.destination,
  heldBy: undefined,
  watch: ofDaemon(job),
  lastSuccess: undefined,
  runs: runBeyondLedger(job, undefined).map(recordedRun),
});

/** The run that goes on: the newest, as long as somebody works on the pair. */
const runningOf = (newest: readonly RunSummary[], heldBy: Holder | undefined): readonly RunSummary[] =>
  heldBy === undefined ? [] : newest.filter((run) => run.didNotEnd === true);
