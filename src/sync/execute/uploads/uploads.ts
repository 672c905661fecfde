import type { FileEntry } from '../../../model/entry.ts';
import { hasFact, isOfReading, isSyncError } from '../../../model/errors.ts';
import { nameOf, parentOf } from '../../../model/path.ts';
import type { RelPath } from '../../../model/path.ts';
import type { Source } from '../../../model/ports.ts';
import type { GateUse } from '../../../remote/gate-use.ts';
import type { Intent } from '../../ledger/intent.ts';
import type { Ledger } from '../../ledger/ledger.ts';
import { rowOf } from '../../ledger/ledger-row.ts';
import type { Arrival } from '../../plan/store/plan-store.ts';
import type { Tally } from '../../tally.ts';
import type { FolderMaker } from '../folder-maker.ts';
import type { Journal } from '../journal.ts';
import type { Attempted, Outcomes } from '../outcomes.ts';
import type { Remote } from '../../../remote/remote.ts';
import type { HiddenNames } from '../hidden-names.ts';
import type { Learnt } from '../learnt.ts';
import { publish, refusesName } from './replace.ts';
import type { Detour } from './replace.ts';
import type { StagingFolder } from './staging-folder.ts';
import type { TaskPool } from '../task-pool.ts';

export interface UploadsOptions {
  readonly remote: Remote;
  readonly gate: GateUse;
  readonly ledger: Ledger;
  readonly source: Source;
  readonly folders: FolderMaker;
  readonly tally: Tally;
  readonly tasks: TaskPool;
  readonly outcomes: Outcomes;
  readonly journal: Journal;
  readonly signal: AbortSignal;
  readonly hidden: HiddenNames;
  readonly learnt: Learnt;
  readonly staging: StagingFolder;
  /** With --atomic: files are uploaded into the hidden folder first. */
  readonly atomic: boolean;
  /** With --publish-set: nothing takes its name before `publishSet`. */
  readonly holdBack: boolean;
}

/** Intents that share one commit. A kill leaves at most these, plus those in flight, in doubt. */
export const INTENT_BATCH = 64;

/** What was sent: under its name, or to where it waits to be published. */
type Sent =
  | { readonly arrival: Arrival; readonly digest: string | undefined; readonly waits?: undefined }
  | { readonly arrival: Arrival; readonly digest: string | undefined; readonly waits: Detour };

type Waiting = Sent & { readonly waits: Detour };

const isWaiting = (sent: Sent): sent is Waiting => sent.waits !== undefined;

/** An upload as it was asked for; `wait`: it takes its name later. */
interface Wanted {
  readonly arrival: Arrival;
  readonly wait: boolean;
  /** Something else has its name until then. */
  readonly clashes: boolean;
}

/** The intents of one upload: of the version that is sent, and of earlier ones that may have been stored. */
interface Noted {
  id: number;
  /** What `id` stands for may have been stored, whatever its last attempt said. */
  inDoubt: boolean;
  readonly earlier: number[];
}

/** Sends files: in place, or through other names where the Stage or the user wants it so. */
export class Uploads {
  readonly #options: UploadsOptions;
  #batch: Wanted[] = [];
  #flushing: NodeJS.Immediate | undefined;
  #held: { readonly sent: Waiting; readonly noted: Noted; readonly clashes: boolean }[] = [];
  /** Uploads under way that leave something under another name until they are published. */
  readonly #detoured = new Set<number>();

  constructor(options: UploadsOptions) {
    this.#options = options;
  }

  /**
   * Takes an upload; the promise, where there is one, says when there is room for more. `wait`: it is not to have its
   * name before `publishHeld`, for something is still there.
   */
  add(arrival: Arrival, wait = false): void | Promise<void> {
    const { tasks, holdBack } = this.#options;
    if (tasks.stopped) return undefined;
    this.#batch.push({ arrival, wait: wait || holdBack, clashes: wait });
    if (this.#batch.length >= INTENT_BATCH) this.launch();
    else this.#flushing ??= setImmediate(() => this.launch());
    return tasks.room();
  }

  /** Starts what was taken, its intents in one commit. */
  launch(): void {
    const { tasks, journal } = this.#options;
    clearImmediate(this.#flushing);
    this.#flushing = undefined;
    const batch = this.#batch;
    this.#batch = [];
    if (batch.length === 0 || tasks.stopped) return;
    let ids: number[];
    try {
      ids = journal.begin(batch.map(({ arrival }) => intentOf(arrival)));
    } catch (error) {
      tasks.end(error);
      return;
    }
    for (const [index, wanted] of batch.entries())
      tasks.add(this.#upload(wanted, { id: ids[index]!, inDoubt: false, earlier: [] }));
  }

  async #upload({ arrival, wait, clashes }: Wanted, noted: Noted): Promise<void> {
    const { folders, gate, tasks, journal, outcomes, staging } = this.#options;
    const attempted = outcomes.begin('upload', arrival.path, arrival.reason);
    try {
      const room = gate.room();
      if (room !== undefined) await room;
      if (tasks.stopped) {
        journal.end(noted.id);
        return;
      }
      const folder = folders.ready(parentOf(arrival.path));
      if (folder !== undefined) await folder;
      const sent = await this.#send(arrival, noted, wait);
      if (isWaiting(sent)) this.#held.push({ sent, noted, clashes });
      else this.#finish(sent, noted, attempted);
    } catch (error) {
      const { id } = noted;
      // what may have been stored, also under another name, stays in doubt; what certainly was not is settled
      const nothingAside = tasks.notBegun(error) || !this.#detoured.has(id);
      if (!noted.inDoubt && nothingAside && outcomes.isSettled(error)) journal.end(id);
      else staging.isInDoubt = true;
      this.#detoured.delete(id);
      outcomes.failed(attempted, error);
    }
  }

  #finish({ arrival, digest }: Sent, { id, earlier }: Noted, attempted: Attempted): void {
    const { tally, ledger, journal, outcomes } = this.#options;
    const { entry, reason } = arrival;
    this.#detoured.delete(id);
    // what an earlier version may have left under a hidden name is for the next run to find
    for (const before of earlier) if (!this.#detoured.delete(before)) journal.end(before);
    journal.end(id, () => {
      ledger.put({ ...rowOf(entry, digest), shownModifiedMs: undefined, pending: true }, reason);
    });
    tally.uploaded++;
    tally.bytes += entry.size;
    outcomes.done(attempted, { bytes: entry.size });
  }

  /** Sends one file, again when it changed at the source while it was read: its newest version counts. */
  async #send(arrival: Arrival, noted: Noted, wait: boolean): Promise<Sent> {
    const { source, signal, tasks, journal } = this.#options;
    for (let current = arrival, again = 2; ; again--) {
      try {
        return await this.#sendOnce(current, noted, wait);
      } catch (error) {
        const changed = isSyncError(error) && error.code === 'entry_changed';
        if (!changed || again === 0 || source.stat === undefined) throw error;
        const entry: FileEntry | undefined = await source.stat(arrival.path, { signal });
        if (entry === undefined || tasks.stopped) throw error;
        current = { ...current, entry, digest: undefined };
        // another version is another change: whichever of them Stage then has, its intent tells
        if (noted.inDoubt || error.inDoubt) noted.earlier.push(noted.id);
        else journal.end(noted.id);
        noted.inDoubt = false;
        noted.id = journal.begin([intentOf(current)])[0]!;
      }
    }
  }

  async #sendOnce(arrival: Arrival, noted: Noted, wait: boolean): Promise<Sent> {
    const { remote, folders, atomic, staging, learnt } = this.#options;
    const mayLook = noted.earlier.length === 0;
    const { entry, replaces } = arrival;
    const final = remote.root + arrival.path;
    if (atomic) await staging.make();
    if (atomic || wait || (replaces !== undefined && learnt.refusesOverwrite))
      return this.#sendVia(arrival, noted, mayLook, wait);
    try {
      return { arrival, digest: await remote.put(entry, final, { replaces, mayLook }) };
    } catch (error) {
      if (!isSyncError(error)) throw error;
      noted.inDoubt ||= error.inDoubt;
      if (replaces !== undefined && refusesName(error)) {
        const sent = await this.#sendVia(arrival, noted, mayLook, wait);
        learnt.refusesOverwrite = true;
        return sent;
      }
      const refused = hasFact(error, 'taken', 'refused', 'missing') && !isOfReading(error);
      if (replaces !== undefined || !refused) throw error;
      // the name was free and the folder there when this was planned; look what changed
      const now = await remote.stat(final);
      if (now !== undefined) return this.#sendVia({ ...arrival, replaces: now }, noted, mayLook, wait);
      await folders.restore(arrival.path);
      return { arrival, digest: await remote.put(entry, final, { mayLook }) };
    }
  }

  /** The hidden names of a replacement: in the hidden folder where there is one. */
  #detour(final: RelPath, id: number): Detour {
    const { hidden, atomic, staging } = this.#options;
    const stem = `${staging.path}${id}-`;
    const name = (role: 'new' | 'old'): RelPath =>
      atomic ? `${stem}${role}-${nameOf(final)}` : hidden.next(role, final);
    return { via: name('new'), aside: name('old') };
  }

  async #sendVia(arrival: Arrival, noted: Noted, mayLook: boolean, wait: boolean): Promise<Sent> {
    const { remote, journal } = this.#options;
    const { id } = noted;
    const final = remote.root + arrival.path;
    const detour = this.#detour(final, id);
    journal.detour(id, detour.via, detour.aside);
    let digest: string | undefined;
    try {
      digest = await remote.put(arrival.entry, detour.via, { mayLook });
    } catch (error) {
      // what was certainly not stored leaves nothing aside
      if (!isSyncError(error) || error.inDoubt) this.#detoured.add(id);
      throw error;
    }
    this.#detoured.add(id);
    if (wait) return { arrival, digest, waits: detour };
    await publish(remote, final, detour, arrival.replaces !== undefined);
    return { arrival, digest };
  }

  /** Whether the new file of this path is on Stage and waits for its name. */
  isHeld(path: RelPath): boolean {
    return this.#held.some(({ sent }) => sent.arrival.path === path);
  }

  /** Gives every file that was held back its name. Resolves with their number. */
  async publishHeld(): Promise<number> {
    const { remote, tasks, outcomes, learnt, staging } = this.#options;
    const held = this.#held;
    this.#held = [];
    for (const { sent, noted, clashes } of held) {
      if (tasks.stopped) break;
      const { arrival, waits } = sent;
      const attempted = outcomes.begin('upload', arrival.path, arrival.reason);
      const work = async (): Promise<void> => {
        try {
          await publish(remote, remote.root + arrival.path, waits, arrival.replaces !== undefined);
          this.#finish(sent, noted, attempted);
        } catch (error) {
          staging.isInDoubt = true;
          // what was in the way may still be there: its intent stays, and another look tells
          const mayClear = clashes && isSyncError(error) && error.verdict === 'skip_entry';
          if (mayClear && !learnt.isLastRound) learnt.folderStays(`${arrival.path}/`);
          else outcomes.failed(attempted, error);
        }
      };
      await tasks.start(work());
    }
    await tasks.idle();
    return held.length;
  }

  /** Gives up what was held back, since not all of the set arrived. */
  withdrawHeld(): void {
    for (const { noted } of this.#held)
      for (const id of [noted.id, ...noted.earlier]) {
        this.#options.journal.end(id);
        this.#detoured.delete(id);
      }
    this.#held = [];
  }

  get holdsAny(): boolean {
    return this.#held.length > 0;
  }
}

const intentOf = (arrival: Arrival): Intent => ({
  op: 'put',
  path: arrival.path,
  size: arrival.entry.size,
  version: arrival.entry.version,
  identity: arrival.entry.identity,
  reason: arrival.reason,
  beforeSize: arrival.replaces?.size,
  beforeModifiedMs: arrival.replaces?.modifiedMs,
});
