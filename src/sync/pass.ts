import type { DestinationWords } from '../model/destination-words.ts';
import type { Problem } from '../model/entry.ts';
import { isSyncError, SyncError, messageOf } from '../model/errors.ts';
import type { Outcome, SyncEvent } from '../model/events.ts';
import type { RunSummary } from '../model/run.ts';
import type { PassTransfers } from '../model/cluster/transfer-executor.ts';
import type { MeasuredPace } from '../model/pace.ts';
import type { RelPath } from '../model/path.ts';
import { Gate } from '../remote/gate/gate.ts';
import type { GateUse } from '../remote/gate/gate-use.ts';
import { recoverIntents } from './execute/recovery/recover.ts';
import { takeOverTransfers } from './execute/recovery/take-over-transfers.ts';
import { ORIGIN_UNKNOWN } from './ledger/database/schema.ts';
import type { Ledger } from './ledger/ledger.ts';
import { newRunId } from './ledger/runs/run-id.ts';
import type { Loads } from './load/loads.ts';
import { HISTORY_MS, type BegunRun } from './ledger/runs/run-log.ts';
import { RunRecorder } from './ledger/runs/run-recorder.ts';
import type { PassOptions, PassResult } from './pass-options.ts';
import { mayBeNamed, openPassParts } from './pass-parts.ts';
import type { PassParts, PassWithLedger } from './pass-parts.ts';
import { joinPaces, recallPace, rememberPace } from './remembered-pace.ts';
import { Round } from './round.ts';
import type { TrashSizes } from './execute/trash/trash-sizes.ts';
import { sweepTrash } from './execute/trash/sweep-trash.ts';
import { Tally } from './tally.ts';

/**
 * The most rounds of one pass. Where something was not as planned (a folder that cannot be moved, a name that others
 * took), the next round looks at both ends again and plans the rest with what was learnt.
 */
const MOST_ROUNDS = 4;

/** What the rounds found. */
interface Standing {
  /** Files that needed nothing. */
  unchanged: number;
  /** Files that needed only a row in the ledger. */
  adopted: number;
  /** Files of the source that can be synced, as the last round saw them. */
  inSource: number;
}

/**
 * One pass: recover, list, merge, plan, guard, execute, confirm, report.
 *
 * Always resolves with a report; what ended the run early is beside it. Rejects only on a mistake in the program.
 */
export async function runPass(asked: PassWithLedger): Promise<PassResult> {
  const failing = new AbortController();
  const pass = asked.failFast
    ? { ...asked, draining: AbortSignal.any([asked.draining, failing.signal]) }
    : asked;
  const { clock, ledger, source, destination, signal, draining, dryRun } = pass;
  const started = clock.now();
  const recorder = new RunRecorder((actions) => {
    if (!dryRun) ledger.addActions(actions);
  });
  const tally = new Tally((event) => {
    try {
      pass.onEvent(event);
    } finally {
      recorder.hear(event);
    }
  });
  if (asked.failFast) tally.onFailure = () => failing.abort(FIRST_FAILURE);
  const measured = recallPace(ledger, started);
  using gate = useGate(pass, tally, measured);
  const told = pass.sourceGate ?? gate;
  tally.emit({ type: 'pass:started', source: source.label, destination: destination.label, dryRun });
  const standing: Standing = { unchanged: 0, adopted: 0, inSource: 0 };
  const begun = begunRun(pass, started);
  let error: SyncError | undefined;
  let trash: TrashSizes | undefined;
  let loads: Loads | undefined;
  let transfers: PassTransfers | undefined;
  try {
    if (!dryRun) ledger.startRun(begun);
    const parts = openPassParts(pass, tally, gate, measured);
    trash = parts.trashSizes;
    loads = await openLoads(pass, parts);
    transfers = openTransfers(pass, tally);
    try {
      if (transfers !== undefined) await takeOverTransfers(transfers, ledger);
      // others know no names but paths
      const sendsHere = mayBeNamed(pass);
      await runRounds(pass, { ...parts, loads, transfers: sendsHere ? undefined : transfers }, standing);
    } finally {
      await parts.overtaking?.close();
      await transfers?.close();
    }
  } catch (thrown) {
    if (!signal.aborted && !draining.aborted && !isSyncError(thrown)) throw thrown;
    error = isSyncError(thrown) ? thrown : undefined;
  }
  if (signal.aborted || asked.draining.aborted)
    error = interrupted(error, {
      hasChanged: tally.hasChanged,
      isInDoubt: !dryRun && (signal.aborted || hasIntents(ledger)),
    });
  else if (failing.signal.aborted) error ??= FIRST_FAILURE;
  const report = tally.report({
    unchanged: standing.unchanged,
    adopted: standing.adopted,
    emptySource: error === undefined && pass.scope === undefined && standing.inSource === 0,
    requests: told.requests,
    retries: told === gate ? gate.retries : told.retries + gate.retries,
    workers: transfers?.report,
    durationMs: clock.now() - started,
    dryRun,
    trash: trash?.report,
    load: loads?.report,
    outcome: outcomeOf(error),
    pace: told.requests > 0 ? told.pace : undefined,
  });
  const summary = (): RunSummary => ({
    id: begun.id,
    cause: begun.cause,
    startedMs: started,
    endedMs: clock.now(),
    outcome: report.outcome,
    report,
    ...(error !== undefined && { error: { code: error.code, message: messageOf(error) } }),
    failures: recorder.failures,
    warnings: recorder.warnings,
    ...(recorder.cut > 0 && { actionsCut: recorder.cut }),
  });
  if (!dryRun) {
    // a run that ended early is closed too; its own error matters more than that of a ledger that cannot be written
    const unwritten = closeRun(() => {
      const now = joinPaces(measured, told.measured);
      if (told.measured !== undefined && now !== undefined) rememberPace(ledger, now, clock.now());
      recorder.flush();
      ledger.endRun(summary(), { isWatch: begun.cause === 'watch' || begun.cause === 'full' });
      loads?.keptTrack();
    });
    error ??= unwritten;
  }
  tally.emit(report);
  return { report, error, unsettled: tally.unsettled.paths, run: dryRun ? undefined : summary() };
}

/** What is about pipelines is loaded by passes that ask for it alone. */
async function openLoads(pass: PassWithLedger, parts: PassParts): Promise<Loads | undefined> {
  const { load, dryRun } = pass;
  if (load === undefined || dryRun) return undefined;
  const { Loads } = await import('./load/loads.ts');
  return new Loads({ ...pass, load }, parts);
}

/** A dry run hands nothing over. */
const openTransfers = (
  { transfers, dryRun, draining, signal }: PassOptions,
  tally: Tally,
): PassTransfers | undefined =>
  dryRun
    ? undefined
    : transfers?.({
        draining,
        signal,
        tell: (message) => tally.problem('', { code: 'no_worker', severity: 'warning', message }),
        onWorkers: (progress) => tally.emit({ type: 'workers', ...progress }),
      });

const begunRun = (
  { runId, cause = 'command', command = 'sync', historyMs = HISTORY_MS }: PassWithLedger,
  startedMs: number,
): BegunRun => ({ id: runId ?? newRunId(startedMs), cause, command, startedMs, historyMs });

/** The pass's own use of the gate that it shares with others, or of a gate that it has to itself. */
function useGate(pass: PassOptions, tally: Tally, measured: MeasuredPace | undefined): GateUse {
  const gate = pass.gate ?? new Gate(pass.clock);
  return gate.use({
    concurrency: pass.concurrency,
    mostLanes: pass.mostLanes,
    limitsBandwidth: pass.maxBytesPerSecond !== undefined,
    // what was measured is of the gate that the report tells of
    measured: pass.sourceGate === undefined ? measured : undefined,
    attempts: pass.attempts,
    maxRequestsPerSecond: pass.maxRequestsPerSecond,
    maxWaitMs: pass.maxWaitMs,
    name: pass.destination.words.name,
    maxWaitFlag: '--max-wait',
    draining: pass.draining,
    signal: pass.signal,
    onEvent: (event) => {
      // the pace that the report tells of is that of the source's gate
      if (event.type !== 'pace' || pass.sourceGate === undefined)
        tally.emit(withinTarget(event, pass.destination.root));
    },
  });
}

/** Requests name full paths; events name paths relative to the target folder, where the path lies in it. */
function withinTarget(event: SyncEvent, root: RelPath): SyncEvent {
  if (event.type !== 'retry') return event;
  const relative = (path: RelPath): RelPath => (path.startsWith(root) ? path.slice(root.length) : path);
  const { path, to } = event;
  return { ...event, path: relative(path), ...(to !== undefined && { to: relative(to) }) };
}

async function runRounds(pass: PassWithLedger, parts: PassParts, standing: Standing): Promise<void> {
  const { ledger, draining, dryRun } = pass;
  const { tally, learnt, leftovers } = parts;
  if (!dryRun) tellUnknownOrigins(ledger, tally);
  await refuseMarkerOfSource(pass);
  for (;;) {
    learnt.isLastRound = dryRun || tally.round === MOST_ROUNDS;
    learnt.listsEverything = !pass.trustLedger && pass.scope === undefined;
    if (!dryRun) await recover(pass, parts);
    if (tally.round === 1) await parts.loads?.begin();
    const round = new Round(pass, parts);
    try {
      await round.run();
    } finally {
      if (tally.round === 1) standing.unchanged = round.counts.unchanged;
      standing.adopted += round.counts.adopted;
      standing.inSource = round.counts.inSource;
    }
    const again = learnt.takeAgain();
    if (!again || draining.aborted) break;
    if (learnt.isLastRound) {
      tally.problem('', undone(pass.destination.words));
      break;
    }
    tally.round++;
  }
  await parts.overtaking?.close();
  // what this run can settle must not wait under a hidden name for the next run
  if (!dryRun && !draining.aborted && ledger.intents().length > 0) await recover(pass, parts);
  await parts.verification?.finish();
  if (!draining.aborted) await parts.loads?.finish();
  await sweep(pass, parts);
  // a pass over some folders does not see what of the others is wanted
  if (!dryRun && !draining.aborted && pass.scope === undefined) await parts.remote.sweepPartial();
  await leftovers.settle(dryRun);
  if (!draining.aborted) await parts.loads?.waitLoaded();
}

/** Passes over some folders leave the trash to one that looks at everything. */
async function sweep({ clock, draining, scope }: PassWithLedger, parts: PassParts): Promise<void> {
  const { trashSizes, remote, learnt, tally } = parts;
  const nowMs = clock.now();
  if (trashSizes === undefined || draining.aborted || scope !== undefined || !trashSizes.isSweepDue(nowMs))
    return;
  const there = await sweepTrash({
    remote,
    learnt,
    nowMs,
    onSwept: (path) =>
      tally.emit({ type: 'action', kind: 'remove', path, reason: 'expired', ms: 0, outcome: 'done' }),
    onProblem: tally.problem,
  });
  trashSizes.swept(nowMs, there);
}

async function recover({ ledger }: PassWithLedger, parts: PassParts): Promise<void> {
  // an intent of what is under way is not in doubt
  await parts.overtaking?.rest();
  await recoverIntents({
    remote: parts.remote,
    ledger,
    learnt: parts.learnt,
    trash: parts.trash,
    filter: parts.destinationFilter,
    gate: parts.gate,
    times: parts.times,
    onProblem: parts.tally.problem,
  });
}

const undone = ({ at, name }: DestinationWords): Problem => ({
  code: 'undone',
  severity: 'failure',
  message: `some of it could not be done as planned, again and again: others changed it ${at} meanwhile, or ${name} refused it; the next run goes on from here`,
});

/** The marker would take the place of a file that is to be synced. */
async function refuseMarkerOfSource(pass: PassOptions): Promise<void> {
  const { marker, source, destination, filter, signal } = pass;
  if (marker === undefined || source.stat === undefined || filter.excludes(marker)) return;
  if ((await source.stat(marker, { signal })) === undefined) return;
  throw new SyncError(
    'usage',
    `--marker ${JSON.stringify(marker)} is the name of a file in the source, which the marker would replace ${destination.words.at}; give it another name, or exclude the file`,
    { verdict: 'end_run' },
  );
}

/** Tells once, after an upgrade, how many files have no known origin. */
function tellUnknownOrigins(ledger: Ledger, tally: Tally): void {
  const count = ledger.recall(ORIGIN_UNKNOWN);
  if (count === undefined) return;
  tally.problem('', {
    code: 'origin_unknown',
    severity: 'warning',
    message: `an earlier release did not record whether it had put ${count} of the files there or found them; they count as found, so that --delete does not remove them and renames upload them anew (--compare content makes equal ones ours)`,
  });
  ledger.remember(ORIGIN_UNKNOWN, undefined);
}

function closeRun(finish: () => void): SyncError | undefined {
  try {
    finish();
    return undefined;
  } catch (error) {
    // the ledger is as good as it was: it is not this process's any more
    if (isSyncError(error) && error.code === 'lease_lost') return error;
    return new SyncError('state_unusable', `cannot write the run into the ledger: ${messageOf(error)}`, {
      verdict: 'end_run',
      cause: error,
    });
  }
}

/** A ledger that cannot be read says nothing: then there may be some. */
function hasIntents(ledger: Ledger): boolean {
  try {
    return ledger.intents().length > 0;
  } catch {
    return true;
  }
}

interface Interrupted {
  readonly hasChanged: boolean;
  /** Whether something may have been changed of which nobody knows yet. */
  readonly isInDoubt: boolean;
}

function interrupted(cause: unknown, { hasChanged, isInDoubt }: Interrupted): SyncError {
  const message = hasChanged
    ? 'interrupted; what was done is recorded, and the next run goes on from there'
    : isInDoubt
      ? 'interrupted; the next run looks at what was under way'
      : 'interrupted before anything was changed';
  return new SyncError('interrupted', message, { verdict: 'end_run', cause });
}

const FIRST_FAILURE = new SyncError(
  'first_failure',
  'stopped after the first failure, as --fail-fast asks; what was done is recorded, and the next run goes on from there',
  { verdict: 'end_run' },
);

function outcomeOf(error: SyncError | undefined): Outcome | undefined {
  if (error === undefined) return undefined;
  if (error.code === 'interrupted') return 'interrupted';
  return error.code.startsWith('guard_') ? 'refused' : 'failures';
}
