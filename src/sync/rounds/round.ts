import type { SyncError } from '../../model/errors.ts';
import { Comparison } from '../comparison.ts';
import { digestOf } from '../execute/digest-of.ts';
import { checkReadable } from '../execute/check-readable.ts';
import { Executor } from '../execute/executor.ts';
import { FolderMaker } from '../execute/folder-maker.ts';
import { executePlan } from '../execute/run-plan.ts';
import { checkGuards, inWhole } from '../guard.ts';
import { Marker } from '../marker.ts';
import { openTarget } from '../open-target.ts';
import type { Target } from '../open-target.ts';
import type { PassParts, PassWithLedger } from '../pass-parts.ts';
import { restrictTo } from '../plan/approved-plan.ts';
import type { Counts } from '../plan/counts.ts';
import { planMoves } from '../plan/moves/plan-moves.ts';
import { withoutSharedIdentities } from '../plan/moves/shared-identities.ts';
import { planCost } from '../plan/plan-cost.ts';
import { planLines } from '../plan/store/plan-lines.ts';
import { PlanStore } from '../plan/store/plan-store.ts';
import { joinPaces } from '../remembered-pace.ts';

/** What one round works on: opened at its beginning, closed at its end. */
interface RoundWork {
  readonly target: Target;
  readonly store: PlanStore;
  readonly executor: Executor;
  readonly comparison: Comparison;
}

/** One look at both ends, and what follows from it. */
export class Round {
  readonly #pass: PassWithLedger;
  readonly #parts: PassParts;
  #comparison: Comparison | undefined;

  constructor(pass: PassWithLedger, parts: PassParts) {
    this.#pass = pass;
    this.#parts = parts;
  }

  get counts(): Pick<Counts, 'unchanged' | 'adopted' | 'inSource'> {
    return this.#comparison?.counts ?? { unchanged: 0, adopted: 0, inSource: 0 };
  }

  async run(): Promise<void> {
    const [pass, parts] = [this.#pass, this.#parts];
    const target = await this.#openTarget();
    await parts.leftovers.look();
    using store = new PlanStore();
    const executor = this.#executor(target, store);
    const comparison = new Comparison({ pass, parts, target, store, executor });
    this.#comparison = comparison;
    parts.overtaking?.follow({ store, executor, writeLessons: () => comparison.writeLessons() });
    try {
      await comparison.run();
      for (const path of parts.overtaken) store.sparesFoldersOf(path);
      pass.draining.throwIfAborted();
      await this.#carryOut({ target, store, executor, comparison });
    } finally {
      parts.overtaking?.follow(undefined);
      // however the round ends, what is under way is finished and recorded
      await executor.close();
    }
  }

  /** The destination is not asked where the ledger is believed. */
  async #openTarget(): Promise<Target> {
    const { ledger, scope, trustLedger } = this.#pass;
    const believes = (trustLedger || scope !== undefined) && !ledger.isEmpty();
    return believes ? { listed: false, children: [], missing: [] } : openTarget(this.#parts.remote);
  }

  #executor(target: Target, store: PlanStore): Executor {
    const { ledger, source, clock, draining, signal, overwrite, keepsOthers, atomic, publishSet, removal } =
      this.#pass;
    const { remote, gate, destinationFilter, tally, hidden, learnt, times } = this.#parts;
    const { overtaken, verification, trash, loads, transfers } = this.#parts;
    return new Executor({
      verification,
      trash,
      unloaded: loads?.limit,
      transfers,
      remote,
      gate,
      ledger,
      source,
      store,
      filter: destinationFilter,
      folders: new FolderMaker(remote, target.missing),
      tally,
      clock,
      draining,
      signal,
      hidden,
      learnt,
      times,
      overwrite,
      keepsOthers,
      atomic,
      holdBack: atomic && publishSet,
      isOvertaken: (path) => overtaken.has(path),
      onStayed: (path) => {
        const freed = store.freed.get(path);
        if (freed === undefined) learnt.lookAgain();
        else if (freed.gone && removal !== 'none')
          store.removals.add({ path, reason: 'gone_from_source', files: 1, stamp: '' });
      },
    });
  }

  async #carryOut(work: RoundWork): Promise<void> {
    const { source, signal, dryRun } = this.#pass;
    const { tally } = this.#parts;
    await this.#plan(work);
    const refusal = this.#guard(work);
    if (!work.comparison.allStreamed && tally.round === 1) this.#announce(work);
    if (refusal !== undefined) throw refusal;
    if (dryRun) return checkReadable(work.store, { source, signal, tally });
    await this.#execute(work);
    await work.executor.confirm();
    work.executor.throwIfEnded();
  }

  /** Finds the moves, and leaves only what was approved where a plan was made earlier. */
  async #plan({ store, executor }: RoundWork): Promise<void> {
    const { source, destination, signal, ledger, moves, removal, approved } = this.#pass;
    const { words } = destination;
    const { learnt, hidden, tally } = this.#parts;
    if (moves) {
      await store.pairs.find((arrival) => digestOf(arrival.entry, { source, signal }));
      if (source.traits.sharesIdentities) {
        // what was sent early may have the identity of others: the ledger has to know it
        await executor.idle();
        withoutSharedIdentities(store, ledger);
      }
    }
    planMoves(store, ledger, {
      removesGone: removal !== 'none',
      mayMove: (folder) => learnt.mayMove(folder),
      hiddenName: ({ from }) => hidden.next('moved', from),
      refuse: tally.problem,
      words,
    });
    if (approved !== undefined) restrictTo(approved, { store, ledger, refuse: tally.problem, words });
  }

  /** The refusal of a guard, if one refuses the plan. */
  #guard({ store, comparison }: RoundWork): SyncError | undefined {
    const { destination, ledger, scope, maxDelete, force } = this.#pass;
    const { round, removed } = this.#parts.tally;
    const { inSource, atDestination } = comparison.counts;
    // rounds before this one may have removed some of the files that the limit is about
    const facts = {
      inSource,
      atDestination: atDestination + removed,
      removals: store.totals().removedFiles + removed,
    };
    return checkGuards(scope === undefined ? facts : inWhole(facts, ledger), {
      maxDelete,
      force,
      begun: round > 1 || comparison.early.uploads > 0,
      words: destination.words,
    });
  }

  /** Says what the plan will do and cost; under --dry-run also each action and its reason. */
  #announce({ store, target, comparison }: RoundWork): void {
    const { dryRun } = this.#pass;
    const { tally, gate, measured } = this.#parts;
    const { uploads, bytes } = comparison.early;
    const { cost, ...estimate } = planCost(store, {
      atOnce: Math.min(gate.mostLanes, Math.max(gate.lanes, measured?.atOnce ?? 1)),
      measured: joinPaces(measured, gate.measured),
      missingRoots: target.missing.length,
      keepsReplaced: this.#pass.keepRemovedMs !== undefined,
    });
    const whole = { ...cost, uploads: cost.uploads + uploads, bytes: cost.bytes + bytes };
    tally.emit({ type: 'plan', cost: { ...whole, calls: cost.calls + uploads }, ...estimate });
    if (!dryRun) return;
    for (const line of planLines(store)) tally.emit({ type: 'planned', ...line });
  }

  async #execute({ store, executor, target }: RoundWork): Promise<void> {
    const { tally, learnt } = this.#parts;
    const marker = this.#marker();
    await executePlan({
      store,
      executor,
      tally,
      learnt,
      words: this.#pass.destination.words,
      publishSet: this.#pass.publishSet,
      beforePublishing: () => marker?.due(),
      afterPublishing: (files) =>
        executor.run(() => marker?.complete(files + tally.moved, target) ?? Promise.resolve()),
    });
    await executor.idle();
  }

  #marker(): Marker | undefined {
    const { marker: name, ledger, clock } = this.#pass;
    const { remote, hidden, tally, trash } = this.#parts;
    return name === undefined ? undefined : new Marker({ name, remote, ledger, hidden, tally, clock, trash });
  }
}
