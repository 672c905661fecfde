import { isSyncError, type SyncError } from '../../model/errors.ts';
import type { PipelineInfo } from '../../model/pipelines.ts';
import type { PathFilter } from '../../model/ports.ts';
import type { Remote } from '../../remote/remote.ts';
import type { Ledger } from '../ledger/ledger.ts';
import type { OvertakenPaths } from '../overtaking/overtaken-paths.ts';
import type { PassOptions } from '../pass-options.ts';
import type { Tally } from '../tally.ts';
import type { FileJudge, Judged } from './file-judge.ts';
import type { LoadVerdict } from './judge.ts';
import type { LoadLog } from './load-log.ts';
import type { LoadOptions } from './load-options.ts';
import type { LoadRow } from './load-row.ts';
import type { LoadedRemovals } from './loaded-removals.ts';
import { PAGE } from './loaded-wait.ts';
import { loadUnknown, type Reloads } from './reloads.ts';

/** After that long a database that was away is asked again by uploads that wait for it, in milliseconds. */
const AWAY_MS = 30_000;

/** What one look at all files on their way found. */
export interface Sweep {
  /** Too early to judge: a look a little later tells. */
  early: number;
  /** Read while the content changed, or about to be read again: a look once the batch has ended tells. */
  pending: number;
  skipped: number;
  /** A pipeline read other content under the name, and was not told yet to read it again. */
  owed: number;
}

export interface LoadParts {
  readonly remote: Remote;
  readonly tally: Tally;
  /** What takes part in the source. */
  readonly filter: PathFilter;
  readonly overtaken: OvertakenPaths;
}

export interface LoadPass extends Pick<PassOptions, 'clock' | 'draining' | 'signal' | 'source'> {
  readonly ledger: Ledger;
  readonly load: LoadOptions;
}

interface SweepOptions {
  readonly pass: LoadPass;
  readonly parts: LoadParts;
  readonly log: LoadLog;
  readonly judge: FileJudge;
  readonly reloads: Reloads;
  readonly removals: LoadedRemovals;
  /** Aborted: nothing more is asked. */
  readonly until: AbortSignal;
  /** Told of each file that was judged. */
  readonly onFound: (judged: Judged) => void;
}

/** Looks at the files on their way, again and again: each does what is due by then. */
export class LoadSweeps {
  readonly #options: SweepOptions;
  #last: Sweep = NOTHING;
  #loaded = 0;
  /** Why nothing more is asked of the database. */
  #away: SyncError | undefined;
  #awayAt = 0;
  #told: string | undefined;

  constructor(options: SweepOptions) {
    this.#options = options;
  }

  /** What the last look found. */
  get last(): Sweep {
    return this.#last;
  }

  /** Files that were found in their table. */
  get loaded(): number {
    return this.#loaded;
  }

  /** Why the database is not asked any more; undefined: it is. */
  get away(): SyncError | undefined {
    return this.#away;
  }

  /** What was away when it was asked before may have come back. */
  askAgain(): void {
    this.#away = undefined;
  }

  /**
   * Looks at all files on their way, or those of a run and later ones, and does what is due. `mayGo`: which of them may leave now.
   */
  async look(mayGo: (row: LoadRow) => boolean, { since }: { readonly since?: number } = {}): Promise<void> {
    const { log, judge, until } = this.#options;
    if (this.#away !== undefined) return;
    try {
      let infos: readonly PipelineInfo[] | undefined;
      const sweep: Sweep = { ...NOTHING };
      for (let after = ''; !until.aborted;) {
        const rows = since === undefined ? log.page(after, PAGE) : log.pageSince(since, after, PAGE);
        const last = rows.at(-1);
        if (last === undefined) break;
        after = last.path;
        infos ??= await judge.pipelines();
        await this.#page(
          rows.filter((row) => this.#isSettled(row)),
          infos,
          { sweep, mayGo },
        );
      }
      this.#last = sweep;
    } catch (error) {
      if (until.aborted) return;
      if (!isSyncError(error)) throw error;
      // of the destination, not of the database
      if (error.verdict === 'end_run' && !isOfDatabase(error)) throw error;
      this.#goneAway(error);
    }
  }

  #goneAway(error: SyncError): void {
    const { pass, parts } = this.#options;
    this.#away = error;
    this.#awayAt = pass.clock.elapsed();
    const problem = loadUnknown(error, pass.load.pipelines.label);
    // of a database that stays away it is told once
    if (problem.message === this.#told) return;
    this.#told = problem.message;
    parts.tally.problem('', problem);
  }

  /** A database that was away is asked again after a while: uploads that wait for it would wait for ever. */
  askAgainAfterAWhile(): void {
    const { clock } = this.#options.pass;
    if (this.#away !== undefined && clock.elapsed() - this.#awayAt >= AWAY_MS) this.#away = undefined;
  }

  /** Whether nothing is under way that is about the file. */
  #isSettled({ path }: LoadRow): boolean {
    const { pass, parts } = this.#options;
    return !parts.overtaken.has(path) && !pass.ledger.isUnderWay(path);
  }

  async #page(
    rows: readonly LoadRow[],
    infos: readonly PipelineInfo[],
    { sweep, mayGo }: { readonly sweep: Sweep; readonly mayGo: (row: LoadRow) => boolean },
  ): Promise<void> {
    const { pass, parts, log, judge, removals } = this.#options;
    const { load, ledger } = pass;
    const leaves = (row: LoadRow): boolean =>
      load.afterLoad === 'remove' && !parts.filter.excludes(row.path) && mayGo(row);
    // one that was loaded when an earlier run looked may be read again, or by another pipeline, by now
    const judged = await judge.page(
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
    await removals.make(leaving.flatMap(({ path }) => log.get(path) ?? []).filter(isLoaded));
  }

  async #reload(judged: readonly Judged[], sweep: Sweep): Promise<void> {
    const { pass, reloads: steps } = this.#options;
    const isRename = pass.load.reload === 'new-name';
    // no pipeline may be reading a file that moves
    const ready = isRename ? judged.filter(({ verdicts }) => !verdicts.some(isUnclear)) : judged;
    const reloads = ready.flatMap((each) => each.reloads);
    if (reloads.length === 0) return;
    sweep.owed += reloads.length;
    const left = await steps.make(reloads);
    sweep.owed -= reloads.length - left;
    sweep.pending += reloads.length - left;
  }

  #record(judged: Judged, sweep: Sweep): void {
    const { row, readers, verdicts } = judged;
    const { pass, log, onFound } = this.#options;
    onFound(judged);
    if (JSON.stringify(readers) !== JSON.stringify(row.readers)) log.see(row, readers);
    if (verdicts.includes('early')) sweep.early++;
    else if (verdicts.includes('under_way') && row.replaced) sweep.pending++;
    else if (verdicts.includes('skipped')) sweep.skipped++;
    // a file that no pipeline reads is not on its way anywhere
    if (!verdicts.every((verdict) => verdict === 'loaded')) {
      if (row.loaded) log.isNotLoaded(row);
      return;
    }
    if (row.loaded) return;
    if (verdicts.length > 0) this.#loaded++;
    const isLeaving = verdicts.length > 0 && pass.load.afterLoad === 'remove';
    if (isLeaving) log.isLoaded(row);
    else log.settled(row);
  }
}

const NOTHING: Sweep = { early: 0, pending: 0, skipped: 0, owed: 0 };
const isUnclear = (verdict: LoadVerdict): boolean => verdict === 'early' || verdict === 'under_way';

/** Requests to a database have no other operations. */
const isOfDatabase = ({ operation }: SyncError): boolean =>
  operation === undefined || operation === 'look_up' || operation === 'change';

const isLoaded = ({ loaded }: LoadRow): boolean => loaded;
