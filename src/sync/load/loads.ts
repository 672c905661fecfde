import type { LoadReport } from '../../model/events.ts';
import { FreshLooks } from '../execute/looks/fresh-looks.ts';
import { FileJudge } from './file-judge.ts';
import { LoadLog } from './load-log.ts';
import { VIEWS_LAG_MS } from './load-options.ts';
import { LoadSweeps, type LoadParts, type LoadPass } from './load-sweeps.ts';
import { LoadedRemovals } from './loaded-removals.ts';
import { LoadedWait } from './loaded-wait.ts';
import { Reloads } from './reloads.ts';
import { Renames } from './renames.ts';
import { UnloadedLimit } from './unloaded-limit.ts';

/** One query a second at most, in milliseconds. */
const POLL_MS = 1000;

/** The way of a pass's files from the destination to the table: who has read what, what is to be read again, and what may leave. */
export class Loads {
  readonly #pass: LoadPass;
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
  readonly #wait: LoadedWait | undefined;
  readonly #renames: Renames;
  readonly #sweeps: LoadSweeps;

  constructor(pass: LoadPass, parts: LoadParts) {
    this.#pass = pass;
    const { ledger, clock, load, draining, signal, source } = pass;
    const { remote, tally } = parts;
    const { pipelines } = load;
    const judge = new FileJudge({ load, clock, signal, root: remote.root });
    this.#until = AbortSignal.any([draining, signal]);
    this.#log = ledger.trackLoads((db, run) => new LoadLog(db, run, () => clock.now()));
    this.#log.setTimesRight();
    this.#log.changes.catchUp({ all: load.afterLoad === 'remove' });
    this.#log.changes.leave(load.afterLoad === 'remove');
    // a run that is killed kept track of all that came until then
    this.#log.changes.keptTrack();
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
      readersOf: (name) => judge.readersOf(name),
      ledger,
      clock,
      root: remote.root,
      looks: new FreshLooks({ root: remote.root, listNow: (folder) => remote.list(folder) }, clock),
      signal,
      emit: tally.emit,
      onProblem: tally.problem,
    });
    this.#sweeps = new LoadSweeps({
      pass,
      parts,
      log: this.#log,
      judge,
      reloads: this.#reloads,
      removals: this.#removals,
      until: this.#until,
      onFound: (judged) => {
        if (this.#hasBegun && judged.row.run >= this.#since) this.#wait?.found(judged);
      },
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
          this.#sweeps.askAgain();
          await this.#sweeps.look(() => true, { since });
          return this.#sweeps.away;
        },
        judge: async (rows) => judge.page(rows, await judge.pipelines()),
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
          this.#sweeps.askAgainAfterAWhile();
          await this.#sweeps.look((row) => tally.round === 1 && row.run === ledger.run);
        },
        emit: tally.emit,
      });
  }

  /** Before both ends are compared: what an earlier run owes, and what may leave by now. */
  async begin(): Promise<void> {
    await this.#renames.recover();
    await this.#renames.removeFormer();
    await this.#wait?.begin();
    await this.#sweeps.look(() => true);
    this.#hasBegun = true;
    await this.limit?.wait();
  }

  /** After the last round: what is due by now. Waits no longer than until views tell of what was read before the last file came. */
  async finish(): Promise<void> {
    const { clock, load } = this.#pass;
    const mostMs = (load.viewsLagMs ?? VIEWS_LAG_MS) * 2;
    const began = clock.elapsed();
    for (;;) {
      await this.#sweeps.look(() => true);
      const isDone = this.#sweeps.last.early === 0 || this.#until.aborted || this.#sweeps.away !== undefined;
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
    this.#log.changes.keptTrack();
  }

  get report(): LoadReport {
    const { files, bytes } = this.#log.unloaded;
    return {
      unloadedFiles: files,
      unloadedBytes: bytes,
      oldestUnloadedMs: this.#log.oldestMs,
      loaded: this.#sweeps.loaded,
      notReloaded: this.#sweeps.last.owed,
      skipped: this.#sweeps.last.skipped,
      reloaded: this.#reloads.sent,
      removed: this.#removals.removed,
      removedBytes: this.#removals.removedBytes,
      ...(this.#wait !== undefined && { waited: this.#wait.report }),
    };
  }
}
