import type { FilesAhead } from '../model/events.ts';
import { compareContent } from './execute/compare-content.ts';
import { digestOf } from './execute/digest-of.ts';
import type { Executor } from './execute/executor.ts';
import { EarlyUploads } from './early-uploads/early-uploads.ts';
import { ListingAhead } from './compare/listing-ahead.ts';
import type { ListedFiles } from './compare/listing-ahead.ts';
import { recallListed, rememberListed } from './compare/listed-before.ts';
import type { PathView } from './compare/merge.ts';
import { listBothEnds } from './list-both-ends.ts';
import type { Target } from './open-target.ts';
import type { PassParts, PassWithLedger } from './pass-parts.ts';
import type { Counts } from './plan/counts.ts';
import type { PlannerOptions } from './plan/planner.ts';
import type { PlanStore } from './plan/store/plan-store.ts';
import { Planning } from './planning.ts';
import type { PlanningOptions } from './planning.ts';

export interface ComparisonOptions {
  readonly pass: PassWithLedger;
  readonly parts: PassParts;
  readonly target: Target;
  readonly store: PlanStore;
  readonly executor: Executor;
}

/** Both ends compared once: the plan is drawn up, or carried out at once where nothing else has to be known first. */
export class Comparison {
  readonly #options: ComparisonOptions;
  readonly #streams: boolean;
  readonly #planning: Planning;
  /** Aborted once both ends are listed. */
  readonly #listing = new AbortController();
  /** Changed files that were sent during the listing, beside a plan. */
  readonly early = { uploads: 0, bytes: 0 };
  /** Of a first run, which sends while it lists: other runs list the source to its end before most of it is sent. */
  readonly #ahead: ListingAhead | undefined;
  /** What the source has listed, and how much of it was known when it was told last. */
  #inSource: ListedFiles = { files: 0, bytes: 0, whole: false };
  #toldFiles = 0;
  /** Files of the source that were compared. */
  readonly #compared = { files: 0, bytes: 0 };
  /** Entries that the last comparison of everything has listed. */
  readonly #expected: number | undefined;
  #listed = 0;
  #toUpload = 0;
  #toUploadBytes = 0;

  constructor(options: ComparisonOptions) {
    this.#options = options;
    this.#streams = streams(options);
    const { pass, parts, store } = options;
    this.#expected = pass.scope === undefined ? recallListed(pass.ledger) : undefined;
    if (this.#streams && pass.scope === undefined && pass.ledger.isEmpty())
      this.#ahead = new ListingAhead((listed) => this.#listedMore(listed));
    this.#planning = new Planning({
      planner: plannerOptions(options),
      store,
      ledger: pass.ledger,
      overtaken: parts.overtaken,
      learns: !pass.dryRun,
      digestOf: (entry) => digestOf(entry, pass),
      onProblem: parts.tally.problem,
      onHidden: (path, modifiedMs) => parts.leftovers.see(parts.remote.root + path, modifiedMs),
      ...(this.#streams && { stream: this.#stream() }),
      ...(sendsEarly(options) && !this.#streams && { early: this.#early() }),
    });
  }

  get counts(): Counts {
    return this.#planning.counts;
  }

  /** Every action is handed out during the listing: there is no plan to tell before the first change. */
  get allStreamed(): boolean {
    return this.#streams && this.#options.pass.compare === 'size';
  }

  /** Writes down what the ledger has gained so far. */
  writeLessons(): void {
    this.#planning.writeLessons();
  }

  async run(): Promise<void> {
    const { pass, parts, store, executor } = this.#options;
    try {
      await this.#list();
      await this.#planning.finish();
    } finally {
      this.#listing.abort();
    }
    if (pass.scope === undefined && !pass.dryRun && !executor.stopped)
      rememberListed(pass.ledger, this.#listed);
    executor.openFolders.passedAll();
    if (this.allStreamed) {
      this.#tell({ done: true });
      await executor.idle();
      return;
    }
    await compareContent(
      store,
      parts.remote,
      { ...pass, onProblem: parts.tally.problem },
      this.counts,
      executor,
    );
    const totals = store.totals();
    this.#toUpload += totals.arrivals;
    this.#toUploadBytes += totals.bytes;
    this.#tell({ done: true });
  }

  #list(): Promise<void> {
    const { pass, parts, target, executor } = this.#options;
    return listBothEnds({
      source: pass.source,
      filter: parts.filter,
      remote: parts.remote,
      target,
      destinationFilter: parts.destinationFilter,
      ledger: pass.ledger,
      gate: parts.gate,
      trustLedger: pass.trustLedger,
      scope: pass.scope,
      draining: pass.draining,
      signal: pass.signal,
      visit: (view) => this.#visit(view),
      ahead: this.#ahead,
      stopped: () => executor.stopped,
      onCount: (listed) => {
        this.#listed = listed;
        this.#tell({ done: false });
      },
    });
  }

  #visit(view: PathView): void | Promise<void> {
    this.#listed++;
    if (view.source?.kind === 'file') {
      this.#compared.files++;
      this.#compared.bytes += view.source.size;
    }
    const pending = this.#planning.visit(view);
    if (pending !== undefined) this.#ahead?.letRun();
    return pending;
  }

  /** Told whenever it is a tenth more than before, and at its end. */
  #listedMore(listed: ListedFiles): void {
    this.#inSource = listed;
    if (!listed.whole && listed.files < this.#toldFiles * 1.1) return;
    this.#toldFiles = listed.files;
    this.#tell({ done: false });
  }

  #stream(): NonNullable<PlanningOptions['stream']> {
    const { executor } = this.#options;
    return {
      upload: (arrival) => {
        this.#toUpload++;
        this.#toUploadBytes += arrival.entry.size;
        executor.openFolders.reached(arrival.path);
        return executor.upload(arrival);
      },
      createFolder: (path, reason) => executor.createFolder(path, reason),
      passed: (path) => executor.openFolders.passed(path),
    };
  }

  #early(): NonNullable<PlanningOptions['early']> {
    const { pass, parts, executor } = this.#options;
    const early = new EarlyUploads({
      ...pass,
      filter: parts.filter,
      signal: AbortSignal.any([pass.signal, pass.draining, this.#listing.signal]),
      digestOf: (entry) => digestOf(entry, pass),
      atDestination: () => this.counts.atDestination,
    });
    return {
      maySend: (question) => early.maySend(question),
      upload: (arrival) => {
        this.early.uploads++;
        this.early.bytes += arrival.entry.size;
        this.#toUpload++;
        this.#toUploadBytes += arrival.entry.size;
        return executor.upload(arrival, { overtakes: true });
      },
    };
  }

  #tell({ done }: { readonly done: boolean }): void {
    this.#options.parts.tally.emit({
      type: 'listing',
      listed: this.#listed,
      toUpload: this.#toUpload,
      toUploadBytes: this.#toUploadBytes,
      ...(this.#ahead !== undefined && { ahead: this.#filesAhead() }),
      ...(this.#expected !== undefined && !done && { expected: this.#expected }),
      done,
    });
  }

  #filesAhead(): FilesAhead {
    const { target } = this.#options;
    const { files, bytes, whole } = this.#inSource;
    return {
      files: files - this.#compared.files,
      bytes: bytes - this.#compared.bytes,
      whole,
      allNew: target.children.length === 0,
    };
  }
}

/** Whether uploads and new folders can be made during the listing: nothing moves, and nothing goes. */
function streams({ pass, target }: ComparisonOptions): boolean {
  const { ledger, moves, removal, dryRun, approved } = pass;
  const first = ledger.isEmpty();
  const nothingToMove = first || !moves;
  const nothingToRemove = removal === 'none' || (first && target.children.length === 0);
  return !dryRun && nothingToMove && nothingToRemove && approved === undefined;
}

/**
 * Whether changed files may be sent while the rest is still listed. What a plan was approved for, or publishes as a set, is
 * done as a whole, and where the destination is not listed there is nothing to wait for. The source has to be one that is
 * listed and read at little cost.
 */
function sendsEarly({ pass, parts }: ComparisonOptions): boolean {
  const { source, dryRun, approved, publishSet, trustLedger, scope } = pass;
  const isPlain = !dryRun && approved === undefined && !publishSet;
  const isCheap = source.digest !== undefined && !source.traits.isRemote;
  return isPlain && isCheap && !trustLedger && scope === undefined && parts.tally.round === 1;
}

function plannerOptions({ pass, parts }: ComparisonOptions): Omit<PlannerOptions, 'streams' | 'sendsEarly'> {
  const { removal, compare, moves, scope, trustLedger, destination, overwrite, keepsOthers, maxFileSize } =
    pass;
  return {
    removal,
    compare,
    verify: compare === 'content' && scope === undefined,
    exactTimes: destination.traits.exactTimes,
    moves,
    overwrite,
    keepsOthers,
    maxFileSize,
    maxFileBytes: destination.traits.maxFileBytes,
    words: destination.words,
    filter: parts.destinationFilter,
    stays: (folder) => parts.learnt.isStaying(folder),
    believes: trustLedger || scope !== undefined,
  };
}
