import { isSyncError, type SyncError } from '../../model/errors.ts';
import type { LoadReport } from '../../model/events.ts';
import type { PipelineInfo } from '../../model/pipelines.ts';
import { FreshLooks } from '../execute/looks/fresh-looks.ts';
import type { Remote } from '../../remote/remote.ts';
import type { PathFilter } from '../../model/ports.ts';
import type { Ledger } from '../ledger/ledger.ts';
import type { OvertakenPaths } from '../overtaking/overtaken-paths.ts';
import type { PassOptions } from '../pass-options.ts';
import type { Tally } from '../tally.ts';
import type { LoadVerdict } from './judge.ts';
import { FileJudge } from './file-judge.ts';
import type { Judged } from './file-judge.ts';
import { LoadLog } from './load-log.ts';
import type { LoadRow } from './load-log.ts';
import { VIEWS_LAG_MS } from './load-options.ts';
import type { LoadOptions } from './load-options.ts';
import { LoadedRemovals } from './loaded-removals.ts';
import { LoadedWait, PAGE } from './loaded-wait.ts';
import { loadUnknown, Reloads } from './reloads.ts';
import { Renames } from './renames.ts';
import { UnloadedLimit } from './unloaded-limit.ts';

/** One query a second at most, in milliseconds. */
const POLL_MS = 1000;
/** After that long a database that was away is asked again by uploads that wait for it, in milliseconds. */
const AWAY_MS = 30_000;

/** What one look at all files on their way found. */
interface Sweep {
  /** Too early to judge: a look a little later tells. */
  early: number;
  /** Read while the content changed, or about to be read again: a look once the batch has ended tells. */
  pending: number;
  skipped: number;
  /** A pipeline read other content under the name, and was not told yet to read it again. */
  owed: number;
}

interface LoadParts {
  readonly remote: Remote;
  readonly tally: Tally;
  /** What takes part in the source. */
  readonly filter: PathFilter;
  readonly overtaken: OvertakenPaths;
}

interface LoadPass extends Pick<PassOptions, 'clock' | 'draining' | 'signal' | 'source'> {
  readonly ledger: Ledger;
  readonly load: LoadOptions;
}

/** The way of a pass's files from the destination to the table: who has read what, what is to be read again, and what may leave. */
export class Loads {
  readonly #pass: LoadPass;
  readonly #parts: LoadParts;
  readonly #log: LoadLog;
  readonly #reloads: Reloads;
  readonly #removals: LoadedRemovals;
  /** Uploads wait here while too much is unloaded; undefined: there is no limit. */
  readonly limit: UnloadedLimit | undefined;
  readonly #until: AbortSignal;
  /** The number of the first run whose files are waited for. */
  readonly #since: number;
  /** What is loaded before that was not waited for. */
  #hasBegun = false;
  #last: Sweep = NOTHING;
  #loaded = 0;
  readonly #wait: LoadedWait | undefined;
  readonly #judge: FileJudge;
  readonly #renames: Renames;
  /** Why nothing more is asked of the database. */
  #away: SyncError | undefined;
  #awayAt = 0;
  #told: string | undefined;

  constructor(pass: LoadPass, parts: LoadParts) {
    this.#pass = pass;
    this.#parts = parts;
    const { ledger, clock, load, draining, signal, source } = pass;
    const { remote, tally } = parts;
    const { pipelines } = load;
    this.#judge = new FileJudge({ load, clock, signal, root: remote.root });
    this.#until = AbortSignal.any([draining, signal]);
    this.#log = ledger.trackLoads((db, run) => new LoadLog(db, run, () => clock.now()));
    this.#log.setTimesRight();
    this.#log.catchUp({ all: load.afterLoad === 'remove' });
    this.#log.leave(load.afterLoad === 'remove');
    // a run that is killed kept track of all that came until then
    this.#log.keptTrack();
    this.#removals = new LoadedRemovals({ remote, ledger, clock, tally, signal: this.#until });
    this.#renames = new Renames({
      remote,
      ledger,
      log: this.#log,
      source,
      pipelines,
      signal: this.#until,
      onProblem: tally.problem,
    });
    this.#reloads = new Reloads({
      ...load,
      log: this.#log,
      renames: this.#renames,
      readersOf: (name) => this.#judge.readersOf(name),
      ledger,
      clock,
      root: remote.root,
      looks: new FreshLooks({ root: remote.root, listNow: (folder) => remote.list(folder) }, clock),
      signal,
      emit: tally.emit,
      onProblem: tally.problem,
    });
    const since = (this.#since = load.waitMs === undefined ? ledger.run : this.#log.waitsSince());
    if (load.waitMs !== undefined)
      this.#wait = new LoadedWait({
        waitMs: load.waitMs,
        load,
        log: this.#log,
        since,
        clock,
        until: this.#until,
        signal,
        look: async () => {
          this.#wait?.looking();
          // what was away when it was asked before may have come back
          this.#away = undefined;
          await this.#look(() => true, { since });
          return this.#away;
        },
        judge: async (rows) => {
          return this.#judge.page(rows, await this.#judge.pipelines());
        },
        emit: tally.emit,
        isStuck: (path) => this.#renames.isStuck(path),
      });
    if (load.maxUnloaded !== undefined)
      this.limit = new UnloadedLimit({
        mostBytes: load.maxUnloaded,
        patienceMs: load.patienceMs,
        pollMs: POLL_MS,
        clock,
        until: this.#until,
        unloaded: () => this.#log.unloaded,
        unloadedAt: (path) => this.#log.unloadedAt(path),
        // what this run has put there, the comparison has passed; in later rounds it comes by again
        look: async () => {
          this.#tryAgain();
          await this.#look((row) => tally.round === 1 && row.run === ledger.run);
        },
        emit: tally.emit,
      });
  }

  /** Before both ends are compared: what an earlier run owes, and what may leave by now. */
  async begin(): Promise<void> {
    await this.#renames.recover();
    await this.#renames.removeFormer();
    await this.#wait?.begin();
    await this.#look(() => true);
    this.#hasBegun = true;
    await this.limit?.wait();
  }

  /** After the last round: what is due by now. Waits no longer than until views tell of what was read before the last file came. */
  async finish(): Promise<void> {
    const { clock, load } = this.#pass;
    const mostMs = (load.viewsLagMs ?? VIEWS_LAG_MS) * 2;
    const began = clock.elapsed();
    for (;;) {
      await this.#look(() => true);
      const isDone = this.#last.early === 0 || this.#until.aborted || this.#away !== undefined;
      if (isDone || clock.elapsed() - began >= mostMs) break;
      await clock.sleep(POLL_MS, this.#until).catch(() => undefined);
    }
    await this.#renames.removeFormer();
  }

  /** At the end of a pass that waits: resolves once everything that it sent is in its table. Rejects as LoadedWait does. */
  async waitLoaded(): Promise<void> {
    await this.#wait?.finish();
  }

  /** The run is over: all that came in it was kept track of. */
  keptTrack(): void {
    this.#log.keptTrack();
  }

  get report(): LoadReport {
    const { files, bytes } = this.#log.unloaded;
    return {
      unloadedFiles: files,
      unloadedBytes: bytes,
      oldestUnloadedMs: this.#log.oldestMs,
      loaded: this.#loaded,
      notReloaded: this.#last.owed,
      skipped: this.#last.skipped,
      reloaded: this.#reloads.sent,
      removed: this.#removals.removed,
      removedBytes: this.#removals.removedBytes,
      ...(this.#wait !== undefined && { waited: this.#wait.report }),
    };
  }

  /**
   * Looks at all files on their way, or those of a run and later ones, and does what is due. `mayGo`: which of them may leave now.
   */
  async #look(mayGo: (row: LoadRow) => boolean, { since }: { readonly since?: number } = {}): Promise<void> {
    const { pipelines } = this.#pass.load;
    if (this.#away !== undefined) return;
    try {
      let infos: readonly PipelineInfo[] | undefined;
      const sweep: Sweep = { ...NOTHING };
      for (let after = ''; !this.#until.aborted;) {
        const rows =
          since === undefined ? this.#log.page(after, PAGE) : this.#log.pageSince(since, after, PAGE);
        const last = rows.at(-1);
        if (last === undefined) break;
        after = last.path;
        infos ??= await this.#judge.pipelines();
        await this.#page(
          rows.filter((row) => this.#isSettled(row)),
          infos,
          { sweep, mayGo },
        );
      }
      this.#last = sweep;
    } catch (error) {
      if (this.#until.aborted) return;
      if (!isSyncError(error)) throw error;
      // of the destination, not of the database
      if (error.verdict === 'end_run' && !isOfDatabase(error)) throw error;
      this.#away = error;
      this.#awayAt = this.#pass.clock.elapsed();
      const problem = loadUnknown(error, pipelines.label);
      // of a database that stays away it is told once
      if (problem.message === this.#told) return;
      this.#told = problem.message;
      this.#parts.tally.problem('', problem);
    }
  }

  /** A database that was away is asked again after a while: uploads that wait for it would wait for ever. */
  #tryAgain(): void {
    const { clock } = this.#pass;
    if (this.#away !== undefined && clock.elapsed() - this.#awayAt >= AWAY_MS) this.#away = undefined;
  }

  /** Whether nothing is under way that is about the file. */
  #isSettled({ path }: LoadRow): boolean {
    return !this.#parts.overtaken.has(path) && !this.#pass.ledger.isUnderWay(path);
  }

  async #page(
    rows: readonly LoadRow[],
    infos: readonly PipelineInfo[],
    { sweep, mayGo }: { readonly sweep: Sweep; readonly mayGo: (row: LoadRow) => boolean },
  ): Promise<void> {
    const { load, ledger } = this.#pass;
    const { filter } = this.#parts;
    const leaves = (row: LoadRow): boolean =>
      load.afterLoad === 'remove' && !filter.excludes(row.path) && mayGo(row);
    // one that was loaded when an earlier run looked may be read again, or by another pipeline, by now
    const judged = await this.#judge.page(
      rows.filter((row) => !row.loaded || leaves(row)),
      infos,
    );
    ledger.transaction(() => {
      for (const each of judged) this.#record(each, sweep);
    });
    await this.#reload(judged, sweep);
    const leaving = rows.filter(leaves);
    if (leaving.length === 0) return;
    // what was judged just now is loaded by now
    await this.#removals.make(leaving.flatMap(({ path }) => this.#log.get(path) ?? []).filter(isLoaded));
  }

  async #reload(judged: readonly Judged[], sweep: Sweep): Promise<void> {
    const isRename = this.#pass.load.reload === 'new-name';
    // no pipeline may be reading a file that moves
    const ready = isRename ? judged.filter(({ verdicts }) => !verdicts.some(isUnclear)) : judged;
    const reloads = ready.flatMap((each) => each.reloads);
    if (reloads.length === 0) return;
    sweep.owed += reloads.length;
    const left = await this.#reloads.make(reloads);
    sweep.owed -= reloads.length - left;
    sweep.pending += reloads.length - left;
  }

  #record(judged: Judged, sweep: Sweep): void {
    const { row, readers, verdicts } = judged;
    if (this.#hasBegun && row.run >= this.#since) this.#wait?.found(judged);
    if (JSON.stringify(readers) !== JSON.stringify(row.readers)) this.#log.see(row, readers);
    if (verdicts.includes('early')) sweep.early++;
    else if (verdicts.includes('under_way') && row.replaced) sweep.pending++;
    else if (verdicts.includes('skipped')) sweep.skipped++;
    // a file that no pipeline reads is not on its way anywhere
    if (!verdicts.every((verdict) => verdict === 'loaded')) {
      if (row.loaded) this.#log.isNotLoaded(row);
      return;
    }
    if (row.loaded) return;
    if (verdicts.length > 0) this.#loaded++;
    const isLeaving = verdicts.length > 0 && this.#pass.load.afterLoad === 'remove';
    if (isLeaving) this.#log.isLoaded(row);
    else this.#log.settled(row);
  }
}

const NOTHING: Sweep = { early: 0, pending: 0, skipped: 0, owed: 0 };
const isUnclear = (verdict: LoadVerdict): boolean => verdict === 'early' || verdict === 'under_way';

/** Requests to a database have no other operations. */
const isOfDatabase = ({ operation }: SyncError): boolean =>
  operation === undefined || operation === 'look_up' || operation === 'change';

const isLoaded = ({ loaded }: LoadRow): boolean => loaded;
