import { openFileLimit } from '../disk/open-files.ts';
import { mostLanesWithin, type Concurrency } from '../remote/gate/lanes.ts';
import { systemClock } from '../sync/clock.ts';
import type { PathFilter, Destination, Source } from '../model/ports.ts';
import type { RelPath } from '../model/path.ts';
import type { EventListener } from '../model/events.ts';
import type { RunCause } from '../model/run.ts';
import type { PlanLine } from '../model/plan.ts';
import type { Ledger } from '../sync/ledger/ledger.ts';
import type { LoadOptions } from '../sync/load/load-options.ts';
import type { ChangedFolders } from '../sync/overtaking/changed-folders.ts';
import { PASS_DEFAULTS } from '../sync/pass-defaults.ts';
import { recallPace } from '../sync/remembered-pace.ts';
import { runPass } from '../sync/pass.ts';
import type { PassOptions, PassResult } from '../sync/pass-options.ts';
import type { Authority } from './authority.ts';
import { checkJob, directoryOf, type JobEnds } from './check-job.ts';
import { ownerOf } from './ends/open-directory.ts';
import { openEnds } from './ends/open-ends.ts';
import { openFilter } from './filters/read-filters.ts';
import type { Job } from './job.ts';
import { openJobLedger } from './open-job-ledger.ts';
import type { TransfersOfJob } from './queue/open-transfers.ts';
import { authorityOf, type Surroundings } from './surroundings.ts';

/** A job with both ends open, and the ledger, which holds the pair against other runs. */
export interface OpenJob {
  readonly job: Job;
  readonly source: Source;
  readonly destination: Destination;
  readonly ledger: Ledger;
  readonly filter: PathFilter;
  /** One pass over the pair. Resolves with a report also when something ended it early. */
  run(use: JobPass): Promise<PassResult>;
}

/** What one pass of a job has of its own. */
export interface JobPass {
  readonly onEvent: EventListener;
  /** Does only these actions, where they still hold. */
  readonly approved?: Iterable<PlanLine> | undefined;
  /** Folders to look at; absent: everything. */
  readonly scope?: readonly RelPath[] | undefined;
  /** Folders that change while the pass works. */
  readonly changed?: ChangedFolders | undefined;
  /** In place of the source of the job, of which it shows a part. */
  readonly source?: Source | undefined;
  /** Aborted: this pass drains. In place of the signal of the surroundings, which it has to follow. */
  readonly draining?: AbortSignal | undefined;
  /** Only says what it would do, though the surroundings are not those of a dry run. */
  readonly dryRun?: boolean | undefined;
  /** By what the run is remembered; by default a new ID. */
  readonly runId?: string | undefined;
  /** Why it began; by default 'command'. */
  readonly cause?: RunCause | undefined;
}

/**
 * Puts a sync together: checks the job, opens both ends and the ledger. `opened` closes them in reverse order. Rejects with
 * `usage` or `config` when the job and its surroundings do not fit, with `locked` when another run holds the pair, and
 * with the errors of the ends.
 */
export async function openJob(
  opened: AsyncDisposableStack,
  job: Job,
  around: Surroundings,
): Promise<OpenJob> {
  const authority = authorityOf(job, around);
  const { environment } = around;
  const ends = checkJob(job, authority, environment);
  const mostLanes = mostLanesWithin(openFileLimit());
  let owner: string | undefined;
  const { source, destination, gate, beginPass } = await openEnds(opened, {
    ...ends,
    job,
    authority,
    around,
    mostLanes,
    owner: () => owner,
  });
  const filter = openFilter(job.what.filters, directoryOf(ends));
  const { ledger, during } = await openJobLedger(opened, {
    ends,
    labels: { source, destination },
    authority,
    around,
  });
  if (ends.to.kind === 'local' && !around.dryRun) owner = ownerOf(ledger);
  // a run without a name, as of "stagesync sync", does not take the name of a job away
  const isNamed = job.name !== undefined && ledger.recall('job') !== job.name;
  if (!around.dryRun && isNamed) ledger.remember('job', job.name);
  const transfers = await openQueue(opened, { around, ends, labels: { source, destination }, job });
  const load = job.load === undefined ? undefined : await openLoad(opened, { around, authority, ends, job });
  // a small heap costs time while modules are being loaded, so not earlier
  around.keepHeapSmall?.();
  const options = {
    ...passOptions(job, around),
    mostLanes,
    ...(ends.to.kind === 'local' && ofDirectory(job, mostLanes)),
  };
  return {
    job,
    source,
    destination,
    ledger,
    filter,
    async run({
      onEvent,
      approved,
      scope,
      changed,
      runId,
      cause,
      draining = options.draining,
      dryRun = options.dryRun,
      source: shown = source,
    }) {
      using pass = beginPass?.(recallPace(ledger, systemClock.now()), onEvent);
      let heard = onEvent;
      const work = (until: AbortSignal): Promise<PassResult> =>
        runPass({
          ...options,
          gate,
          sourceGate: pass?.use,
          load: load?.(cause),
          transfers,
          command: around.command,
          source: shown,
          destination,
          ledger,
          filter,
          onEvent: heard,
          approved,
          scope,
          changed,
          draining: until,
          dryRun,
          // there is nothing in flight to be finished
          signal: dryRun ? until : options.signal,
          runId,
          cause,
          historyMs: around.historyMs,
        });
      const make = (hears: EventListener): Promise<PassResult> => {
        heard = hears;
        return dryRun ? work(draining) : during({ cause, draining }, work);
      };
      if (around.aroundPass === undefined) return await make(onEvent);
      const about = {
        job: job.name,
        source: source.label,
        destination: destination.label,
        cause: cause ?? 'command',
        dryRun,
      };
      return await around.aroundPass(about, (also) => make(both(onEvent, also)));
    },
  };
}

/** Where files are sent by workers; undefined where this process sends them. */
async function openQueue(
  opened: AsyncDisposableStack,
  { around, ...of }: Omit<TransfersOfJob, 'place' | 'around'> & { readonly around: Surroundings },
): Promise<PassOptions['transfers']> {
  const place = around.queue;
  if (place === undefined || around.dryRun) return undefined;
  // what is about queues is loaded by jobs that ask for one alone
  const { isQueued, openTransfers } = await import('./queue/open-transfers.ts');
  if (!isQueued(of, place)) return undefined;
  return openTransfers(opened, { ...of, around, place });
}

/** The second hears also where the first throws. */
const both =
  (one: EventListener, other: EventListener): EventListener =>
  (event) => {
    try {
      one(event);
    } finally {
      other(event);
    }
  };

/** The way to the table, for each pass: a watch waits for no file, because the next change has to go on its way. */
async function openLoad(
  opened: AsyncDisposableStack,
  {
    around,
    authority,
    ends: { to },
    job: { load },
  }: {
    readonly around: Surroundings;
    readonly authority: Authority;
    readonly ends: JobEnds;
    readonly job: Job;
  },
): Promise<((cause: RunCause | undefined) => LoadOptions) | undefined> {
  if (load === undefined || to.kind !== 'stage') return undefined;
  // the client of the database is loaded by jobs that ask for it alone
  const { openPipelines } = await import('./load/open-pipelines.ts');
  const pipelines = openPipelines({ ...around, authority }, { address: to, load, tell: around.tell });
  opened.defer(() => pipelines.close());
  const { reload, afterLoad, maxUnloaded, wait } = load;
  return (cause) => {
    const watches = cause === 'watch' || cause === 'full';
    return {
      pipelines,
      reload,
      afterLoad,
      maxUnloaded,
      patienceMs: watches ? undefined : (wait ?? PATIENCE_MS),
      waitMs: watches ? undefined : wait,
    };
  };
}

/** How long sending pauses, at most, while nothing is loaded, where the job does not say how long a run may wait. */
const PATIENCE_MS = 3_600_000;

/** What every pass of a job has in common. */
function passOptions(
  { what, pace }: Job,
  { guards, dryRun, draining, signal }: Surroundings,
): Omit<PassOptions, 'source' | 'destination' | 'filter' | 'onEvent'> {
  return {
    removal: what.removal,
    deleteExcluded: what.deleteExcluded,
    sweepOlderThanMs: what.sweepOlderThan,
    compare: what.compare,
    overwrite: what.overwrite,
    // on a Stage what differs is replaced
    keepsOthers: false,
    maxFileSize: what.maxFileSize,
    failFast: what.failFast,
    verify: what.verify,
    keepRemovedMs: what.keepRemoved,
    moves: what.moves,
    trustLedger: what.trustLedger,
    atomic: what.atomic,
    publishSet: what.publishSet,
    marker: what.marker,
    maxDelete: guards.maxDelete,
    force: guards.force,
    concurrency: pace.concurrency,
    maxRequestsPerSecond: pace.maxRequestsPerSecond,
    maxBytesPerSecond: pace.bytesPerSecond,
    maxWaitMs: pace.maxWait,
    attempts: PASS_DEFAULTS.attempts,
    clock: systemClock,
    dryRun,
    draining,
    // there is nothing in flight to be finished: the first signal ends a dry run
    signal: dryRun ? draining : signal,
  };
}

/** Files at the same time in a directory: what waits for a look at the Stage keeps no request back. */
const FILES_AT_ONCE = 192;

const filesAtOnce = (requests: Concurrency, mostLanes: number): number =>
  requests === 'auto'
    ? Math.min(FILES_AT_ONCE, mostLanes)
    : Math.max(requests, Math.min(requests * 6, FILES_AT_ONCE, mostLanes));

/**
 * How a pass goes into a directory. Its gate finds nothing out there: how many requests a Stage takes is found by the gate of the
 * source, to which the job's limits apply.
 */
const ofDirectory = ({ what, pace }: Job, mostLanes: number) => ({
  keepsOthers: !what.theirs,
  // each file is written beside its name in any case
  atomic: what.publishSet,
  concurrency: filesAtOnce(pace.concurrency, mostLanes),
  maxRequestsPerSecond: undefined,
});
