import type { FileEntry } from '../model/entry.ts';
import { isSyncError, SyncError, messageOf } from '../model/errors.ts';
import type { Outcome } from '../model/events.ts';
import { Executor } from './execute/executor.ts';
import { confirmUploads } from './execute/confirm.ts';
import { FolderMaker } from './execute/folder-maker.ts';
import { recoverIntents } from './execute/recover.ts';
import { Remote } from './execute/remote.ts';
import { executePlan } from './execute/run-plan.ts';
import { Bandwidth } from './flow/bandwidth.ts';
import { Gate } from './flow/gate.ts';
import { hiding } from './filter.ts';
import { checkGuards, inWhole } from './guard.ts';
import { pairName } from './ledger/open-ledger.ts';
import type { Ledger } from './ledger/ledger.ts';
import { listBothEnds } from './list-both-ends.ts';
import type { PassOptions, PassResult } from './options.ts';
import { announcePlan } from './plan/announce.ts';
import { restrictTo } from './plan/approved-plan.ts';
import { meetByContent } from './plan/meet-by-content.ts';
import { NO_MOVES, planMoves } from './plan/plan-moves.ts';
import { Planner } from './plan/planner.ts';
import { PlanStore } from './plan/plan-store.ts';
import { Tally } from './tally.ts';
import { openTarget } from './target.ts';
import type { Target } from './target.ts';

/**
 * One pass: recover, list, merge, plan, guard, execute, confirm, report.
 *
 * Always resolves with a report; what ended the run early is beside it. Rejects only on a mistake in the program.
 */
export async function runPass(options: PassOptions & { readonly ledger: Ledger }): Promise<PassResult> {
  const { clock, ledger, source, destination, signal, draining } = options;
  const started = clock.now();
  const tally = new Tally(options.onEvent);
  const gate = new Gate({ ...options, maxWaitFlag: '--max-wait', onEvent: tally.emit });
  const { filter, marker } = options;
  const pass = new Pass(
    { ...options, filter: marker === undefined ? filter : hiding(filter, marker) },
    tally,
    gate,
  );
  tally.emit({
    type: 'pass:started',
    source: source.label,
    destination: destination.label,
    dryRun: options.dryRun,
  });
  let error: SyncError | undefined;
  try {
    if (!options.dryRun) ledger.startRun('sync', started);
    await pass.run();
  } catch (thrown) {
    if (!signal.aborted && !draining.aborted && !isSyncError(thrown)) throw thrown;
    error = isSyncError(thrown) ? thrown : undefined;
  }
  if (signal.aborted || draining.aborted) error = interrupted(error);
  const report = tally.report({
    ...pass.standing,
    requests: gate.requests,
    retries: gate.retries,
    durationMs: clock.now() - started,
    dryRun: options.dryRun,
    outcome: outcomeOf(error),
  });
  if (!options.dryRun) {
    // also a run that ended early has ended; what ended it matters more than a ledger that takes no more
    const unwritten = closeRun(() => ledger.finishRun(report.outcome, report, clock.now()));
    error ??= unwritten;
  }
  tally.emit(report);
  return { report, error };
}

function closeRun(finish: () => void): SyncError | undefined {
  try {
    finish();
    return undefined;
  } catch (error) {
    return new SyncError('state_unusable', `cannot write the run into the ledger: ${messageOf(error)}`, {
      verdict: 'end_run',
      cause: error,
    });
  }
}

const interrupted = (cause: unknown): SyncError =>
  new SyncError(
    'interrupted',
    'interrupted; what was done is recorded, and the next run goes on from there',
    {
      verdict: 'end_run',
      cause,
    },
  );

function outcomeOf(error: SyncError | undefined): Outcome | undefined {
  if (error === undefined) return undefined;
  if (error.code === 'interrupted') return 'interrupted';
  return error.code.startsWith('guard_') ? 'refused' : 'failures';
}

class Pass {
  readonly #options: PassOptions & { readonly ledger: Ledger };
  readonly #tally: Tally;
  readonly #gate: Gate;
  #planner: Planner | undefined;
  /** Every action was handed out during the listing: there is no plan to tell before the first change. */
  #allStreamed = false;

  constructor(options: PassOptions & { readonly ledger: Ledger }, tally: Tally, gate: Gate) {
    this.#options = options;
    this.#tally = tally;
    this.#gate = gate;
  }

  get standing(): { unchanged: number; adopted: number } {
    const standing = this.#planner?.standing;
    return { unchanged: standing?.unchanged ?? 0, adopted: standing?.adopted ?? 0 };
  }

  async run(): Promise<void> {
    const { ledger, source, destination, clock, signal, dryRun, maxBytesPerSecond } = this.#options;
    const trustLedger = this.#options.trustLedger || this.#options.scope !== undefined;
    const remote = new Remote({
      destination,
      source,
      gate: this.#gate,
      bandwidth: maxBytesPerSecond === undefined ? undefined : new Bandwidth(clock, maxBytesPerSecond),
      signal,
      onBytes: (path, bytes) => this.#tally.emit({ type: 'transfer', path, bytes }),
    });
    if (!dryRun) await recoverIntents({ remote, ledger, onProblem: this.#tally.problem });
    const target: Target =
      trustLedger && !ledger.isEmpty() ? { children: [], missing: [] } : await openTarget(remote);
    using store = new PlanStore();
    const executor = this.#executor(remote, target);
    try {
      await this.#compare(remote, target, store, executor);
      this.#options.draining.throwIfAborted();
      await this.#carryOut(remote, store, executor, target);
    } finally {
      // however it ends, what is under way is finished and recorded
      await executor.idle();
    }
  }

  #executor(remote: Remote, target: Target): Executor {
    const { source, destination, atomic, publishSet } = this.#options;
    return new Executor({
      ...this.#options,
      remote,
      gate: this.#gate,
      tally: this.#tally,
      folders: new FolderMaker(remote, target.missing),
      staging: atomic ? `.stagesync-${pairName(source.label, destination.label)}/` : undefined,
      holdBack: atomic && publishSet,
    });
  }

  /** Lists and merges. What needs nothing else to be known is carried out meanwhile, the rest waits in the store. */
  async #compare(remote: Remote, target: Target, store: PlanStore, executor: Executor): Promise<void> {
    const { ledger, removal, dryRun, moves, compare } = this.#options;
    const first = ledger.isEmpty();
    const nothingToMove = first || !moves;
    const nothingToRemove = removal === 'none' || (first && target.children.length === 0);
    const streaming = !dryRun && nothingToMove && nothingToRemove && this.#options.approved === undefined;
    let listed = 0;
    let toUpload = 0;
    let toUploadBytes = 0;
    const progress = (done: boolean): void =>
      this.#tally.emit({ type: 'listing', listed, toUpload, toUploadBytes, done });
    const planner = new Planner(store, ledger, {
      ...this.#options,
      maxFileBytes: this.#options.destination.limits.maxFileBytes,
      learn: !dryRun,
      digestOf: (entry) => this.#digest(entry),
      onProblem: this.#tally.problem,
      ...(streaming && {
        stream: {
          upload: (arrival) => {
            toUpload++;
            toUploadBytes += arrival.entry.size;
            return executor.upload(arrival);
          },
          createFolder: (path, reason) => executor.createFolder(path, reason),
        },
      }),
    });
    this.#planner = planner;
    await listBothEnds(
      this.#options,
      remote,
      target,
      planner.visit,
      () => executor.stopped,
      (count) => {
        listed = count;
        progress(false);
      },
    );
    planner.finish();
    this.#allStreamed = streaming && compare === 'size';
    if (this.#allStreamed) {
      progress(true);
      await executor.idle();
      return;
    }
    await meetByContent(store, remote, this.#options, planner.standing, executor);
    const totals = store.totals();
    toUpload += totals.arrivals;
    toUploadBytes += totals.bytes;
    progress(true);
  }

  /** Undefined where it cannot be told: also of a file that changed or went since it was listed. */
  async #digest(entry: FileEntry): Promise<string | undefined> {
    const { source, signal } = this.#options;
    try {
      return await source.digest?.(entry, { signal });
    } catch (error) {
      if (isSyncError(error) && error.verdict === 'skip_entry') return undefined;
      throw error;
    }
  }

  async #carryOut(remote: Remote, store: PlanStore, executor: Executor, target: Target): Promise<void> {
    const { ledger, moves, removal, dryRun, force, maxDelete, concurrency } = this.#options;
    if (moves) await store.pair((arrival) => this.#digest(arrival.entry));
    const found = moves ? planMoves(store, ledger, removal !== 'none') : NO_MOVES;
    const { approved } = this.#options;
    const plan = approved === undefined ? found : restrictTo(approved, store, found, this.#tally.problem);
    const standing = this.#planner!.standing;
    const facts = {
      inSource: standing.inSource,
      sourceUnknown: standing.unknownInSource > 0,
      onStage: standing.onStage,
      removals: store.totals().removedFiles,
    };
    const { scope } = this.#options;
    const refusal = checkGuards(scope === undefined ? facts : inWhole(facts, ledger), maxDelete, force);
    if (!this.#allStreamed)
      announcePlan(store, plan, this.#tally, dryRun, concurrency, target.missing.length);
    if (refusal !== undefined) throw refusal;
    if (dryRun) return;
    await executePlan({ ...this.#options, store, plan, executor, remote, tally: this.#tally });
    if (!executor.stopped) {
      await confirmUploads({
        remote,
        ledger,
        concurrency,
        stopped: () => executor.stopped,
        onProblem: this.#tally.problem,
      });
    }
    executor.throwIfEnded();
  }
}
