import { isSyncError, messageOf, type SyncError } from '../model/errors.ts';
import type { SyncEvent } from '../model/events.ts';
import type { RunSummary } from '../model/run.ts';
import type { PassTransfers } from '../model/cluster/transfer-executor.ts';
import type { MeasuredPace } from '../model/pace.ts';
import type { RelPath } from '../model/path.ts';
import { Gate } from '../remote/gate/gate.ts';
import type { GateUse } from '../remote/gate/gate-use.ts';
import { takeOverTransfers } from './execute/recovery/take-over-transfers.ts';
import { newRunId } from './ledger/runs/run-id.ts';
import type { Loads } from './load/loads.ts';
import { HISTORY_MS, type BegunRun } from './ledger/runs/run-log.ts';
import { RunRecorder } from './ledger/runs/run-recorder.ts';
import type { PassOptions, PassResult } from './pass-options.ts';
import { mayBeNamed, openPassParts } from './pass-parts.ts';
import type { PassParts, PassWithLedger } from './pass-parts.ts';
import { joinPaces, recallPace, rememberPace } from './remembered-pace.ts';
import { runRounds, type Standing } from './rounds/run-rounds.ts';
import { closeRun, FIRST_FAILURE, hasIntents, interrupted, outcomeOf } from './run-end.ts';
import type { TrashSizes } from './execute/trash/trash-sizes.ts';
import { Tally } from './tally.ts';

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
