import type { RelPath } from '../../model/path.ts';
import type { FolderReason } from '../../model/plan.ts';
import type { Clock, PathFilter, Source } from '../../model/ports.ts';
import type { GateUse } from '../../remote/gate-use.ts';
import { folderRow } from '../ledger/ledger-row.ts';
import type { Ledger } from '../ledger/ledger.ts';
import type { Arrival, PlanStore, Removal } from '../plan/store/plan-store.ts';
import type { Tally } from '../tally.ts';
import type { FolderMaker } from './folder-maker.ts';
import { FreshLooks } from './looks/fresh-looks.ts';
import type { HiddenNames } from './hidden-names.ts';
import { Journal } from './journal.ts';
import type { Learnt } from './learnt.ts';
import { Moves } from './moves/moves.ts';
import type { MoveStep } from './moves/moves.ts';
import { Outcomes } from './outcomes.ts';
import type { Remote } from '../../remote/remote.ts';
import { Removals } from './removals/removals.ts';
import { StagingFolder } from './uploads/staging-folder.ts';
import type { DestinationTimes } from './destination-times.ts';
import { TaskPool } from './task-pool.ts';
import { INTENT_BATCH, Uploads } from './uploads/uploads.ts';

export interface ExecutorOptions {
  readonly remote: Remote;
  readonly gate: GateUse;
  readonly ledger: Ledger;
  readonly source: Source;
  readonly store: PlanStore;
  /** What takes part on Stage. */
  readonly filter: PathFilter;
  readonly folders: FolderMaker;
  readonly tally: Tally;
  readonly clock: Clock;
  readonly concurrency: number;
  readonly draining: AbortSignal;
  readonly signal: AbortSignal;
  readonly hidden: HiddenNames;
  readonly learnt: Learnt;
  readonly times: DestinationTimes;
  readonly atomic: boolean;
  readonly holdBack: boolean;
  /** A file that was to move is still at its old name. */
  readonly onStayed: (path: RelPath) => void;
}

/** Carries out actions, many at the same time, each written down before it is sent and after it is done. */
export class Executor {
  readonly #options: ExecutorOptions;
  readonly #tasks: TaskPool;
  readonly #journal: Journal;
  readonly #outcomes: Outcomes;
  readonly #staging: StagingFolder;
  readonly #uploads: Uploads;
  readonly #moves: Moves;
  readonly #removals: Removals;

  constructor(options: ExecutorOptions) {
    const { concurrency, draining, signal, ledger, clock, remote } = options;
    const tasks = new TaskPool({ limit: concurrency * 2 + INTENT_BATCH, draining, signal });
    const journal = new Journal(ledger, clock);
    const outcomes = new Outcomes({ ...options, tasks });
    const looks = new FreshLooks(remote, clock);
    const staging = new StagingFolder({ ...options, journal });
    const parts = { ...options, tasks, journal, outcomes, looks, staging };
    this.#options = options;
    this.#tasks = tasks;
    this.#journal = journal;
    this.#outcomes = outcomes;
    this.#staging = staging;
    this.#uploads = new Uploads(parts);
    this.#moves = new Moves({ ...parts, upload: (arrival) => this.#uploads.add(arrival) });
    this.#removals = new Removals(parts);
  }

  /** Nothing more is begun: the run was asked to stop, or cannot go on. */
  get stopped(): boolean {
    return this.#tasks.stopped;
  }

  /** Rejects with what ended the run, if something did. */
  throwIfEnded(): void {
    this.#tasks.throwIfEnded();
  }

  /**
   * Takes an upload; the promise, where there is one, says when there is room for more. `wait`: it takes its name with
   * `publishHeld`.
   */
  upload(arrival: Arrival, wait = false): void | Promise<void> {
    return this.#uploads.add(arrival, wait);
  }

  /** Whether the new file of this path is on Stage and waits for its name. */
  isHeld(path: RelPath): boolean {
    return this.#uploads.isHeld(path);
  }

  createFolder(path: RelPath, reason: FolderReason): void | Promise<void> {
    return this.stopped ? undefined : this.#tasks.start(this.#createFolder(path, reason));
  }

  async #createFolder(path: RelPath, reason: FolderReason): Promise<void> {
    const { folders, tally, ledger } = this.#options;
    const attempted = this.#outcomes.begin('createFolder', path, reason);
    const journal = this.#journal;
    let id: number | undefined;
    try {
      await folders.make(path, () => {
        id = journal.begin([{ op: 'folder', path, reason }])[0]!;
      });
      journal.end(id!, () => ledger.put(folderRow(path), reason));
      tally.foldersCreated++;
      this.#outcomes.done(attempted, {});
    } catch (error) {
      if (id !== undefined && this.#outcomes.isSettled(error)) journal.end(id);
      this.#outcomes.failed(attempted, error);
    }
  }

  async makeMoves(steps: readonly MoveStep[], reason: string): Promise<void> {
    await this.#moves.makeAll(steps, reason);
    await this.idle();
  }

  async removeAll(removals: Iterable<Removal>): Promise<void> {
    await this.#removals.removeAll(removals);
    await this.idle();
  }

  /** Gives every file that was held back its name. Resolves with their number. */
  async publishHeld(): Promise<number> {
    const published = await this.#uploads.publishHeld();
    await this.idle();
    return published;
  }

  get holdsAny(): boolean {
    return this.#uploads.holdsAny;
  }

  /** Whether the first half of a move by way of a hidden name was made. */
  isOut(step: MoveStep): boolean {
    return this.#moves.isOut(step);
  }

  /** Gives up what was held back. */
  withdrawHeld(): void {
    this.#uploads.withdrawHeld();
  }

  /** Runs other work among the actions. */
  async run(work: () => Promise<void>): Promise<void> {
    if (!this.stopped) await this.#tasks.start(work());
  }

  /** Removes the hidden folder of --atomic, if it was made. */
  async removeStaging(): Promise<void> {
    await this.run(() => this.#staging.remove());
    await this.idle();
  }

  /** Resolves when nothing is under way, with every outcome written. */
  async idle(): Promise<void> {
    this.#uploads.launch();
    await this.#tasks.idle();
    try {
      this.#journal.flush();
    } catch (error) {
      this.#tasks.end(error);
    }
  }
}
