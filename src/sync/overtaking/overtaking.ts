import type { FileEntry } from '../../model/entry.ts';
import { isSyncError } from '../../model/errors.ts';
import { parentOf } from '../../model/path.ts';
import type { RelPath } from '../../model/path.ts';
import type { ShownVersion } from '../../model/plan.ts';
import { decideFile, shownOf } from '../compare/decide.ts';
import type { Executor } from '../execute/executor.ts';
import type { PassOptions } from '../pass-options.ts';
import type { Ledger } from '../ledger/ledger.ts';
import type { Arrival, PlanStore } from '../plan/store/plan-store.ts';
import { changedFiles } from './changed-files.ts';
import type { ChangedFolders } from './changed-folders.ts';
import type { OvertakenPaths } from './overtaken-paths.ts';

/** A plan that is drawn up or carried out, while files overtake it. */
export interface RunningPlan {
  readonly store: PlanStore;
  readonly executor: Executor;
  /** Writes down what the comparison has learnt so far. */
  readonly writeLessons: () => void;
}

export interface OvertakingOptions {
  readonly pass: Pick<
    PassOptions,
    'source' | 'destination' | 'compare' | 'overwrite' | 'maxFileSize' | 'clock' | 'draining' | 'signal'
  > & {
    readonly ledger: Ledger;
    readonly changed: ChangedFolders;
  };
  readonly list: (folder: RelPath) => ReturnType<NonNullable<PassOptions['source']['listFolder']>>;
  /** One file as the destination shows it now. */
  readonly look: (path: RelPath) => Promise<ShownVersion | undefined>;
  readonly digestOf: (entry: FileEntry) => Promise<string | undefined>;
  readonly paths: OvertakenPaths;
  /** Sends one file; each has one of its own, so that it is known when the file has come. */
  readonly openExecutor: () => Executor;
  /** Called when no more is sent. */
  readonly closed: () => void;
  /** How many files may be sent at the same time, as of now. */
  readonly atOnce: () => number;
}

/** More files than this are no small change: only the newest go ahead. */
const MOST_FILES = 64;
/** A file that was written shortly before the pass began may not have been seen by it, in milliseconds. */
const BEFORE_PASS_MS = 2000;

/**
 * Sends files that change while a pass works ahead of its plan, so that an edit does not wait for ten thousand new files.
 *
 * Only the safest kind of change is made: a file is uploaded at its own path, in a folder that is there, where the plan
 * has no step about the path nor about a folder above it, and no change of it is under way. From then on the path is
 * none of the plan's business (OvertakenPaths). Whatever is left out here is found by the pass that follows, as it would be
 * without this: it gets the same folders, and settles who waits for them.
 */
export class Overtaking {
  readonly #options: OvertakingOptions;
  readonly #sinceMs: number;
  #plan: RunningPlan | undefined;
  #planWaits: (() => void) | undefined;
  #look: Promise<void> = Promise.resolve();
  readonly #sending = new Map<RelPath, Promise<void>>();
  /** Files that changed again while they were sent. */
  readonly #changedAgain = new Set<RelPath>();
  #failure: { readonly error: unknown } | undefined;
  readonly #working: Promise<void>;
  #closing: Promise<void> | undefined;

  constructor(options: OvertakingOptions) {
    this.#options = options;
    this.#sinceMs = options.pass.clock.now() - BEFORE_PASS_MS;
    this.#working = this.#work();
    // told when the pass ends
    this.#working.catch(() => undefined);
  }

  /** Files overtake this plan from now on; undefined: for the time being there is none. */
  follow(plan: RunningPlan | undefined): void {
    this.#plan = plan;
    if (plan !== undefined) this.#planWaits?.();
  }

  /** Resolves once nothing is under way. Nothing is begun then before there is a plan to follow. */
  async rest(): Promise<void> {
    await this.#look.catch(() => undefined);
    await Promise.all(this.#sending.values());
  }

  /** Resolves once all that overtook the pass is recorded. Rejects with what ended it, if something did. */
  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #close(): Promise<void> {
    this.#options.pass.changed.close();
    this.#planWaits?.();
    try {
      await this.#working;
      await this.rest();
    } finally {
      this.#options.closed();
    }
    if (this.#failure !== undefined) throw this.#failure.error;
  }

  async #work(): Promise<void> {
    const { changed, signal, draining } = this.#options.pass;
    for (;;) {
      while (this.#room <= 0) await Promise.race(this.#sending.values());
      const folders = await changed.take();
      while (this.#plan === undefined && !changed.isClosed)
        await new Promise<void>((resolve) => (this.#planWaits = resolve));
      const ended = signal.aborted || draining.aborted || this.#failure !== undefined;
      if (folders === undefined || changed.isClosed || ended) return;
      this.#look = this.#lookAt(folders);
      try {
        await this.#look;
      } catch (error) {
        // what stands in the way is told by the pass that follows, which looks at the same folders
        if (!isSyncError(error) && !signal.aborted && !draining.aborted) throw error;
      }
    }
  }

  async #lookAt(folders: ReadonlySet<RelPath>): Promise<void> {
    const { pass, list } = this.#options;
    const files = await changedFiles(folders, { ledger: pass.ledger, list, sinceMs: this.#sinceMs });
    for (const entry of files) {
      const arrival = await this.#decide(entry);
      if (arrival === undefined || !this.#takes(arrival)) continue;
      if (this.#room <= 0) {
        // another look finds what has changed by then first; a mass of files is left to the pass that follows
        if (files.length <= MOST_FILES) pass.changed.add(folders);
        return;
      }
      this.#send(arrival);
    }
  }

  /** How many more files may be sent now. */
  get #room(): number {
    return this.#options.atOnce() - this.#sending.size;
  }

  /** Sends a file, as a plan would. To be called at once after `#takes`. */
  #send(arrival: Arrival): void {
    const { paths, openExecutor, pass } = this.#options;
    const { path } = arrival;
    paths.add(path);
    const send = async (): Promise<void> => {
      try {
        const executor = openExecutor();
        await executor.upload(arrival);
        await executor.idle();
        await executor.removeStaging();
        executor.throwIfEnded();
      } catch (error) {
        this.#failure ??= { error };
      }
      this.#sending.delete(path);
      if (this.#changedAgain.delete(path)) pass.changed.add([parentOf(path)]);
    };
    this.#sending.set(path, send());
  }

  /** The upload of a file that differs from what the ledger has; undefined where nothing, or something else, is to be done. */
  async #decide(entry: FileEntry): Promise<Arrival | undefined> {
    const { pass, digestOf } = this.#options;
    const { ledger, compare, destination, overwrite, maxFileSize = Infinity } = pass;
    if (entry.size > Math.min(destination.traits.maxFileBytes, maxFileSize)) return undefined;
    const { path } = entry;
    const row = ledger.get(path);
    const shown = row === undefined || row.loaded === true ? undefined : shownOf(row);
    if (shown !== undefined && !overwrite) return undefined;
    const decision = decideFile(entry, shown, row, { removal: 'none', compare, verify: false });
    const asks = decision.do === 'check_digest';
    if (decision.do !== 'upload' && !asks) return undefined;
    const digest = asks ? await digestOf(entry) : undefined;
    if (asks && (digest === undefined || digest === decision.digest)) return undefined;
    const replaces = row?.pending === true ? await this.#shownNow(path, shown) : shown;
    // meanwhile the pass may have sent it
    if (ledger.get(path)?.version !== row?.version) return undefined;
    return { path, entry, replaces, reason: asks ? 'changed' : decision.reason, digest };
  }

  /**
   * What the destination shows of a file that no listing has shown since it was put. Without the time of what is replaced,
   * a version of the same size could not be told from it after a kill, or a lost reply.
   */
  async #shownNow(path: RelPath, shown: ShownVersion | undefined): Promise<ShownVersion | undefined> {
    return shown?.modifiedMs === undefined ? this.#options.look(path) : shown;
  }

  /** Whether the plan has nothing to do with the path, so that the file may be sent. */
  #takes({ path, entry }: Arrival): boolean {
    const { paths, pass } = this.#options;
    if (this.#sending.has(path)) this.#changedAgain.add(path);
    if (this.#plan === undefined || pass.ledger.isUnderWay(path)) return false;
    if (paths.has(path)) return !this.#sending.has(path);
    if (paths.isFull) return false;
    const { store, executor, writeLessons } = this.#plan;
    const planned = store.arrivals.get(path)?.entry.version;
    // what the plan will send as it is now needs no haste, nor does what it can still send as something else
    if (planned !== undefined && planned !== pass.ledger.get(path)?.version) return false;
    if (planned === entry.version || store.concerns(path) || executor.hasTaken(path)) return false;
    // what was seen of the file before is out of date once it is sent
    writeLessons();
    return true;
  }
}
