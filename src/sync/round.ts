import type { FileEntry } from '../model/entry.ts';
import { isSyncError } from '../model/errors.ts';
import type { PathFilter } from '../model/ports.ts';
import { confirmUploads } from './execute/confirm.ts';
import { Executor } from './execute/executor.ts';
import { FolderMaker } from './execute/folder-maker.ts';
import type { HiddenNames } from './execute/hidden-names.ts';
import type { Learnt } from './execute/learnt.ts';
import type { Remote } from '../remote/remote.ts';
import { executePlan } from './execute/run-plan.ts';
import type { DestinationTimes } from './execute/destination-times.ts';
import type { GateUse } from '../remote/gate-use.ts';
import { checkGuards, inWhole } from './guard.ts';
import type { Leftovers } from './leftovers.ts';
import type { Ledger } from './ledger/ledger.ts';
import { listBothEnds } from './list-both-ends.ts';
import { Marker } from './marker.ts';
import type { PassOptions } from './pass-options.ts';
import { planCost } from './plan/plan-cost.ts';
import { restrictTo } from './plan/approved-plan.ts';
import { checkReadable } from './execute/check-readable.ts';
import { compareContent } from './execute/compare-content.ts';
import { planMoves } from './plan/moves/plan-moves.ts';
import type { MovePlan } from './plan/moves/plan-moves.ts';
import type { Counts } from './plan/counts.ts';
import { planLines } from './plan/store/plan-lines.ts';
import { Planning } from './planning.ts';
import { PlanStore } from './plan/store/plan-store.ts';
import { withoutSharedIdentities } from './plan/moves/shared-identities.ts';
import type { Tally } from './tally.ts';
import { openTarget } from './open-target.ts';
import type { Target } from './open-target.ts';

export interface RoundOptions extends Omit<PassOptions, 'gate'> {
  readonly ledger: Ledger;
  /** What takes part on Stage. */
  readonly destinationFilter: PathFilter;
  readonly tally: Tally;
  readonly gate: GateUse;
  readonly remote: Remote;
  readonly hidden: HiddenNames;
  readonly learnt: Learnt;
  readonly times: DestinationTimes;
  readonly leftovers: Leftovers;
}

/** One look at both ends, and what follows from it. */
export class Round {
  readonly #options: RoundOptions;
  #planning: Planning | undefined;
  /** Every action was handed out during the listing: there is no plan to tell before the first change. */
  #allStreamed = false;

  constructor(options: RoundOptions) {
    this.#options = options;
  }

  get counts(): Pick<Counts, 'unchanged' | 'adopted'> {
    return this.#planning?.counts ?? { unchanged: 0, adopted: 0 };
  }

  async run(): Promise<void> {
    const { ledger, remote, draining, leftovers, scope, trustLedger } = this.#options;
    const believes = (trustLedger || scope !== undefined) && !ledger.isEmpty();
    const target: Target = believes ? { listed: false, children: [], missing: [] } : await openTarget(remote);
    await leftovers.look();
    using store = new PlanStore();
    const executor = this.#executor(target, store);
    try {
      await this.#compare(target, store, executor);
      draining.throwIfAborted();
      await this.#carryOut(store, executor, target);
    } finally {
      // however it ends, what is under way is finished and recorded
      await executor.idle();
    }
  }

  #executor(target: Target, store: PlanStore): Executor {
    const { atomic, publishSet, remote, removal, destinationFilter, learnt } = this.#options;
    return new Executor({
      ...this.#options,
      filter: destinationFilter,
      store,
      folders: new FolderMaker(remote, target.missing),
      holdBack: atomic && publishSet,
      onStayed: (path) => {
        const freed = store.freed.get(path);
        if (freed === undefined) learnt.lookAgain();
        else if (freed.gone && removal !== 'none')
          store.removals.add({ path, reason: 'gone_from_source', files: 1, stamp: '' });
      },
    });
  }

  /** Lists and merges. What needs nothing else to be known is carried out meanwhile, the rest waits in the store. */
  async #compare(target: Target, store: PlanStore, executor: Executor): Promise<void> {
    const { ledger, removal, dryRun, moves, compare, destinationFilter, scope, trustLedger } = this.#options;
    const { destination, remote, learnt, leftovers, tally } = this.#options;
    const first = ledger.isEmpty();
    const nothingToMove = first || !moves;
    const nothingToRemove = removal === 'none' || (first && target.children.length === 0);
    const streaming = !dryRun && nothingToMove && nothingToRemove && this.#options.approved === undefined;
    let listed = 0;
    let toUpload = 0;
    let toUploadBytes = 0;
    const progress = (done: boolean): void =>
      tally.emit({ type: 'listing', listed, toUpload, toUploadBytes, done });
    const planning = new Planning({
      planner: {
        removal,
        compare,
        verify: compare === 'content' && scope === undefined,
        moves,
        maxFileBytes: destination.traits.maxFileBytes,
        filter: destinationFilter,
        stays: (folder) => learnt.isStaying(folder),
        believes: trustLedger || scope !== undefined,
      },
      store,
      ledger,
      learns: !dryRun,
      digestOf: (entry) => this.#digest(entry),
      onProblem: tally.problem,
      onHidden: (path, modifiedMs) => leftovers.see(remote.root + path, modifiedMs),
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
    this.#planning = planning;
    await listBothEnds(
      this.#options,
      remote,
      target,
      planning.visit,
      () => executor.stopped,
      (count) => {
        listed = count;
        progress(false);
      },
    );
    await planning.finish();
    this.#allStreamed = streaming && compare === 'size';
    if (this.#allStreamed) {
      progress(true);
      await executor.idle();
      return;
    }
    await compareContent(store, remote, this.#options, planning.counts, executor);
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

  async #carryOut(store: PlanStore, executor: Executor, target: Target): Promise<void> {
    const { ledger, moves, removal, dryRun, force, maxDelete, concurrency } = this.#options;
    const { source, learnt, hidden, tally, approved, scope, remote } = this.#options;
    if (moves) {
      await store.pairs.find((arrival) => this.#digest(arrival.entry));
      if (source.traits.sharesIdentities) withoutSharedIdentities(store, ledger);
    }
    const found = planMoves(store, ledger, {
      removesGone: removal !== 'none',
      mayMove: (folder) => learnt.mayMove(folder),
      hiddenName: ({ from }) => hidden.next('moved', from),
      refuse: tally.problem,
    });
    const plan =
      approved === undefined
        ? found
        : restrictTo(approved, { store, moves: found, ledger, refuse: tally.problem });
    const { inSource, atDestination } = this.#planning!.counts;
    // rounds before this one may have removed some of those that the limit is about
    const { removed } = tally;
    const facts = {
      inSource,
      atDestination: atDestination + removed,
      removals: store.totals().removedFiles + removed,
    };
    const whole = scope === undefined ? facts : inWhole(facts, ledger);
    const refusal = checkGuards(whole, maxDelete, force, tally.round > 1);
    if (!this.#allStreamed && tally.round === 1) this.#announce(store, plan, target);
    if (refusal !== undefined) throw refusal;
    if (dryRun) return checkReadable(store, this.#options);
    const marker = this.#marker();
    await executePlan({
      ...this.#options,
      store,
      plan,
      executor,
      beforePublishing: () => marker?.due(),
      afterPublishing: (files) =>
        executor.run(() => marker?.complete(files + tally.moved, target) ?? Promise.resolve()),
    });
    await executor.idle();
    // a round that was cut short is followed by another one, which may replace what waits to be confirmed
    if (!executor.stopped && !learnt.cutsShort) {
      await confirmUploads({
        remote,
        ledger,
        concurrency,
        stopped: () => executor.stopped,
        onProblem: tally.problem,
      });
    }
    executor.throwIfEnded();
  }

  /** Says what the plan will do and cost; under --dry-run also each action and its reason. */
  #announce(store: PlanStore, plan: MovePlan, target: Target): void {
    const { concurrency, dryRun, tally } = this.#options;
    tally.emit({
      type: 'plan',
      ...planCost(store, plan, { concurrency, missingRoots: target.missing.length }),
    });
    if (!dryRun) return;
    for (const line of planLines(store, plan)) tally.emit({ type: 'planned', ...line });
  }

  #marker(): Marker | undefined {
    const { marker: name } = this.#options;
    return name === undefined ? undefined : new Marker({ ...this.#options, name });
  }
}
