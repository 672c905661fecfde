import type { TransferExecutor } from '../../model/cluster/transfer-executor.ts';
import type { RelPath } from '../../model/path.ts';
import type { FolderReason } from '../../model/plan.ts';
import { LocalTransfers } from '../../remote/local-transfers.ts';
import { folderRow } from '../ledger/ledger-row.ts';
import type { Arrival, Removal } from '../plan/store/plan-store.ts';
import type { ActionParts, ExecutorOptions } from './action-parts.ts';
import { Confirmations } from './confirm.ts';
import { INTENT_BATCH, Journal } from './journal.ts';
import { FreshLooks } from './looks/fresh-looks.ts';
import type { MoveStep } from '../plan/moves/move.ts';
import { Moves } from './moves/moves.ts';
import { Outcomes } from './outcomes.ts';
import { Removals } from './removals/removals.ts';
import { TaskPool } from './task-pool.ts';
import { OpenFolders } from './uploads/open-folders.ts';
import { StagingFolder } from './uploads/staging-folder.ts';
import { Uploads } from './uploads/uploads.ts';
import type { AddOptions } from './uploads/uploads.ts';

/** Looks that have a turn of their own. */
const listing = (remote: ExecutorOptions['remote']): ConstructorParameters<typeof FreshLooks>[0] => ({
  root: remote.root,
  listNow: (folder) => remote.list(folder, { begins: true }),
});

/** Carries out actions, many at the same time: each is written down before it is sent and after it is done. */
export class Executor {
  readonly #parts: ActionParts;
  readonly #uploads: Uploads;
  readonly #moves: Moves;
  readonly #removals: Removals;

  constructor(options: ExecutorOptions) {
    const { gate, draining, signal, ledger, clock, remote, tally, overwrite, trash } = options;
    const transfers: TransferExecutor = options.transfers ?? new LocalTransfers(remote, gate);
    const limit = (): number => Math.max(gate.lanes, transfers.lanes) * 2 + INTENT_BATCH;
    const tasks = new TaskPool({ limit, draining, signal });
    const journal = new Journal(ledger, clock);
    const confirmations = new Confirmations({ ...options, tasks, journal, onProblem: tally.problem });
    // what may be sent again is confirmed behind the fence
    const confirmsEarly = transfers.fence === undefined;
    const parts: ActionParts = {
      ...options,
      transfers,
      tasks,
      journal,
      outcomes: new Outcomes({ ...options, tasks }),
      looks: new FreshLooks(remote, clock),
      taken: overwrite && trash === undefined ? undefined : new FreshLooks(listing(remote), clock),
      staging: new StagingFolder({ ...options, journal }),
      openFolders: new OpenFolders((folder) => confirmsEarly && confirmations.begin(folder)),
      confirmations,
    };
    this.#parts = parts;
    this.#uploads = new Uploads(parts);
    this.#moves = new Moves(parts, (arrival) => this.#uploads.add(arrival));
    this.#removals = new Removals(parts);
  }

  /** Nothing more is begun: the run was asked to stop, or cannot go on. */
  get stopped(): boolean {
    return this.#parts.tasks.stopped;
  }

  /** Rejects with what ended the run, if something did. */
  throwIfEnded(): void {
    this.#parts.tasks.throwIfEnded();
  }

  /** Takes an upload; the promise, where there is one, says when there is room for more. */
  upload(arrival: Arrival, options: AddOptions = {}): void | Promise<void> {
    return this.#parts.isOvertaken?.(arrival.path) === true ? undefined : this.#uploads.add(arrival, options);
  }

  /** Whether an upload of this path was taken and is not yet written down as an intent. */
  hasTaken(path: RelPath): boolean {
    return this.#uploads.hasTaken(path);
  }

  /**
   * Where whoever hands out uploads has come to, in path order: a folder that is passed, and whose uploads have ended, is
   * confirmed while others get their files.
   */
  get openFolders(): Pick<OpenFolders, 'reached' | 'passed' | 'passedAll'> {
    return this.#parts.openFolders;
  }

  /** Whether the new file of this path is at the destination and waits for its name. */
  isHeld(path: RelPath): boolean {
    return this.#uploads.held.has(path);
  }

  createFolder(path: RelPath, reason: FolderReason): void | Promise<void> {
    return this.stopped ? undefined : this.#parts.tasks.start(this.#createFolder(path, reason));
  }

  async #createFolder(path: RelPath, reason: FolderReason): Promise<void> {
    const { folders, tally, ledger, journal, outcomes } = this.#parts;
    const attempted = outcomes.begin('createFolder', path, reason);
    let id: number | undefined;
    try {
      const before = await folders.make(path, () => {
        id = journal.begin([{ op: 'folder', path, reason }], { independent: true })[0]!;
      });
      // somebody made it since it was listed: it stays theirs, unless moves of this run have left a row for it
      if (before === 'was_there')
        return journal.end(id!, () => {
          if (reason === 'missing' || ledger.get(path) === undefined)
            ledger.put({ ...folderRow(path), adopted: true }, reason);
        });
      journal.end(id!, () => ledger.put(folderRow(path), reason));
      tally.foldersCreated++;
      outcomes.done(attempted, {});
    } catch (error) {
      if (id !== undefined && outcomes.isSettled(error)) journal.end(id);
      outcomes.failed(attempted, error);
    }
  }

  async makeMoves(steps: Iterable<MoveStep>, reason: string): Promise<void> {
    // what moves into a folder must not be taken for what a listing from before shows there
    await this.#parts.confirmations.settled();
    await this.#moves.makeAll(steps, reason);
    await this.idle();
  }

  async removeAll(removals: Iterable<Removal>): Promise<void> {
    await this.#removals.removeAll(removals);
    await this.idle();
  }

  /** Gives every file that was held back its name. Resolves with their number. */
  async publishHeld(): Promise<number> {
    const published = await this.#uploads.held.publish();
    await this.idle();
    return published;
  }

  get holdsAny(): boolean {
    return !this.#uploads.held.isEmpty;
  }

  /** Whether the first half of a move by way of a hidden name was made. */
  isOut(step: MoveStep): boolean {
    return this.#moves.isOut(step);
  }

  /** Gives up what was held back. */
  withdrawHeld(): void {
    this.#uploads.held.withdraw();
  }

  /** Runs other work among the actions. */
  async run(work: () => Promise<void>): Promise<void> {
    if (!this.stopped) await this.#parts.tasks.start(work());
  }

  /** Removes the hidden folder of --atomic, if it was made. */
  async removeStaging(): Promise<void> {
    await this.run(() => this.#parts.staging.remove());
    await this.idle();
  }

  /** Resolves when no action is under way, with every outcome written. */
  async idle(): Promise<void> {
    const { tasks, journal, transfers } = this.#parts;
    do {
      this.#uploads.launch();
      await tasks.idle();
    } while (this.#uploads.areWaiting);
    try {
      journal.flush();
      await transfers.fence?.();
    } catch (error) {
      tasks.end(error);
    }
  }

  /** Lists the folders whose files no listing has confirmed yet, unless another round may replace these files. */
  async confirm(): Promise<void> {
    if (!this.stopped && !this.#parts.learnt.cutsShort) await this.#parts.confirmations.finish();
  }

  /** Resolves when no request is under way. */
  async close(): Promise<void> {
    await this.idle();
    await this.#parts.confirmations.settled();
  }
}
