import { SyncError } from '../../../model/errors.ts';
import { parentOf } from '../../../model/path.ts';
import type { RelPath } from '../../../model/path.ts';
import type { Priority } from '../../../remote/gate/attempts.ts';
import { rowOf } from '../../ledger/ledger-row.ts';
import { notOverwritten } from '../../plan/plan-problems.ts';
import type { Arrival } from '../../plan/store/plan-store.ts';
import type { ActionParts } from '../action-parts.ts';
import { INTENT_BATCH } from '../journal.ts';
import type { Attempted } from '../outcomes.ts';
import { HeldUploads } from './held-uploads.ts';
import { FileSender, isWaiting } from './send-file.ts';
import type { Sent } from './send-file.ts';
import { intentOf, newIntents } from './upload-intents.ts';
import type { UploadIntents } from './upload-intents.ts';
import { isLarge, UploadQueue } from './upload-queue.ts';
import type { Wanted } from './upload-queue.ts';

/** Uploads that wait for their turn, so that large ones among them go first. A few hundred bytes each. */
const MOST_WAITING = 1024;

export interface AddOptions {
  /** Something else has the name, so that the file takes it only with `held.publish`. */
  readonly clashes?: boolean;
  /** The request goes before listings that were asked for ahead, in at most half of the lanes. */
  readonly overtakes?: boolean;
}

/** Uploads files, many at the same time: each is written down before it is sent and after it is done. */
export class Uploads {
  readonly #parts: ActionParts;
  readonly #sender: FileSender;
  /** Files that are there and wait for their names. */
  readonly held: HeldUploads;
  readonly #queue = new UploadQueue();
  /** Uploads whose intents are written and that have not ended; of these, the large ones. */
  readonly #underWay = { all: 0, large: 0, overtaking: 0 };
  readonly #waitingForRoom: (() => void)[] = [];
  readonly #flush = (): void => this.#parts.journal.flush();
  #launching: NodeJS.Immediate | undefined;

  constructor(parts: ActionParts) {
    this.#parts = parts;
    this.#sender = new FileSender(parts);
    this.held = new HeldUploads(parts, this.#sender, ({ sent, intents }, attempted) =>
      this.#finish(sent, intents, attempted),
    );
  }

  /** Takes an upload; the promise, where there is one, says when there is room for more. */
  add(arrival: Arrival, { clashes = false, overtakes = false }: AddOptions = {}): void | Promise<void> {
    const { tasks, holdBack, openFolders, confirmations } = this.#parts;
    if (tasks.stopped) return undefined;
    const folder = parentOf(arrival.path);
    openFolders.begin(folder);
    confirmations.outdate(folder);
    this.#queue.add({ arrival, waits: clashes || holdBack, clashes, overtakes });
    this.#launchSoon();
    return this.#queue.size < MOST_WAITING ? undefined : this.#room();
  }

  /** Whether an upload of this path was taken and is not yet written down as an intent. */
  hasTaken(path: RelPath): boolean {
    return this.#queue.has(path);
  }

  /** Whether some wait for their turn. */
  get areWaiting(): boolean {
    return this.#queue.size > 0;
  }

  #launchSoon(): void {
    this.#launching ??= setImmediate(() => this.launch());
  }

  /**
   * Starts as many of the uploads that wait as there is room for. There is room for a whole batch, or for none yet: the
   * intents of a batch share one commit. The lanes have enough to do meanwhile.
   */
  launch(): void {
    const { tasks, transfers } = this.#parts;
    clearImmediate(this.#launching);
    this.#launching = undefined;
    while (this.#queue.size > 0 && this.#underWay.all <= transfers.lanes * 2 && !tasks.stopped) {
      const large = Math.max(0, Math.ceil(transfers.lanes / 2) - this.#underWay.large);
      this.#start(this.#queue.take(INTENT_BATCH, { large }));
    }
    if (tasks.stopped) this.#queue.clear();
    if (this.#queue.size < MOST_WAITING) for (const resume of this.#waitingForRoom.splice(0)) resume();
  }

  /** Writes the intents of a batch, and begins it. */
  #start(batch: readonly Wanted[]): void {
    const { tasks, journal } = this.#parts;
    let ids: number[];
    try {
      ids = journal.begin(
        batch.map(({ arrival }) => intentOf(arrival)),
        { independent: true },
      );
    } catch (error) {
      tasks.end(error);
      return;
    }
    for (const [index, wanted] of batch.entries()) tasks.add(this.#take(wanted, newIntents(ids[index]!)));
  }

  async #take(wanted: Wanted, intents: UploadIntents): Promise<void> {
    const { transfers } = this.#parts;
    const large = isLarge(wanted) ? 1 : 0;
    const overtaking = wanted.overtakes && this.#underWay.overtaking * 2 < transfers.lanes ? 1 : 0;
    this.#underWay.all++;
    this.#underWay.large += large;
    this.#underWay.overtaking += overtaking;
    try {
      await this.#upload(wanted, intents, overtaking === 1 ? 'urgent' : 'normal');
    } finally {
      this.#underWay.all--;
      this.#underWay.large -= large;
      this.#underWay.overtaking -= overtaking;
      if (this.#queue.size > 0) this.#launchSoon();
    }
  }

  async #room(): Promise<void> {
    while (this.#queue.size >= MOST_WAITING)
      await new Promise<void>((resolve) => this.#waitingForRoom.push(resolve));
  }

  async #upload(
    { arrival, waits, clashes }: Wanted,
    intents: UploadIntents,
    priority: Priority,
  ): Promise<void> {
    const { folders, transfers, tasks, journal, outcomes, staging, openFolders, unloaded } = this.#parts;
    const attempted = outcomes.begin('upload', arrival.path, arrival.reason);
    const folder = parentOf(arrival.path);
    let isHeld = false;
    // bytes that count as unloaded until the ledger counts them
    let taken = 0;
    try {
      const room = priority === 'urgent' ? undefined : transfers.room();
      if (room !== undefined) await room;
      if (tasks.stopped) {
        journal.end(intents.id);
        return;
      }
      if (!waits && unloaded !== undefined) {
        if (!(await this.#isWanted(arrival, intents))) return;
        taken = arrival.entry.size;
      }
      const made = folders.ready(folder);
      if (made !== undefined) await made;
      const current = this.#parts.taken === undefined ? arrival : await this.#lookAtName(arrival, intents);
      if (current === undefined) {
        journal.end(intents.id);
        return;
      }
      const sent = await this.#sender.send(current, { intents, waits, priority });
      if (isWaiting(sent)) {
        isHeld = true;
        this.held.add({ sent, intents, clashes });
      } else {
        const counted = taken;
        taken = 0;
        await this.#finish(sent, intents, attempted, () => unloaded?.free(counted));
      }
    } catch (error) {
      // versions that may have been stored, also under a hidden name, stay in doubt; the others are settled
      const leavesNothing = tasks.notBegun(error) || !intents.hidden.has(intents.id);
      if (!intents.inDoubt && leavesNothing && outcomes.isSettled(error)) journal.end(intents.id);
      else staging.isInDoubt = true;
      outcomes.failed(attempted, error);
    } finally {
      unloaded?.free(taken);
      transfers.settled?.(intents.id, this.#flush);
      if (!isHeld) openFolders.end(folder);
    }
  }

  /** Waits while too much is unloaded. Resolves with false where nothing more is to be sent. */
  async #isWanted({ entry }: Arrival, { id }: UploadIntents): Promise<boolean> {
    const { tasks, journal, unloaded } = this.#parts;
    const goes = await unloaded!.take(entry, this.#flush);
    if (goes && !tasks.stopped) return true;
    if (goes) unloaded!.free(entry.size);
    else tasks.end(nothingLoaded());
    journal.end(id);
    return false;
  }

  /**
   * Looks at a name that was free when the upload was planned. A file that somebody has put there since stays where nothing
   * is replaced, and then there is nothing to send; else it is what the upload replaces, and goes into the trash.
   */
  async #lookAtName(arrival: Arrival, intents: UploadIntents): Promise<Arrival | undefined> {
    const { taken, tally, remote, overwrite, journal } = this.#parts;
    const { path } = arrival;
    if (taken === undefined || arrival.replaces !== undefined) return arrival;
    const look = await taken.at(path);
    if ('unclear' in look) {
      tally.problem(path, { code: 'listing_unclear', severity: 'failure', message: look.unclear });
      return undefined;
    }
    if (look.shown === undefined) return arrival;
    if (!overwrite) {
      tally.problem(path, notOverwritten(remote.words));
      return undefined;
    }
    const { size, modifiedMs } = look.shown;
    const current = { ...arrival, replaces: { size, modifiedMs } };
    // after a kill the intent has to tell the two files apart
    journal.end(intents.id);
    intents.id = journal.begin([intentOf(current)])[0]!;
    return current;
  }

  async #finish(
    { arrival, digest, kept, stored }: Sent,
    intents: UploadIntents,
    attempted: Attempted,
    isWritten?: () => void,
  ): Promise<void> {
    const { tally, ledger, journal, outcomes, verification, trash, clock } = this.#parts;
    const { entry, reason } = arrival;
    for (const before of intents.earlier) {
      const via = intents.hidden.get(before);
      // the file is there in a later version: what may be left under a hidden name is only to be removed
      const left =
        via === undefined ? [] : [{ op: 'staging' as const, path: '', via, reason: 'earlier_version' }];
      journal.end(before, () => void ledger.addIntents(left, clock.now()));
    }
    journal.end(intents.id, () => {
      // what a listing shows later may be somebody else's edit of the same size
      const shown = { shownModifiedMs: stored?.modifiedMs, pending: stored === undefined };
      ledger.arrived({ ...rowOf(entry, digest), ...shown }, reason);
      if (kept !== undefined) trash?.note(kept.place, { files: 1, bytes: kept.bytes });
      isWritten?.();
    });
    tally.uploaded++;
    tally.bytes += entry.size;
    outcomes.done(attempted, { bytes: entry.size });
    await verification?.sent({ entry, digest: intents.sentDigest }, () => journal.flush());
  }
}

const nothingLoaded = (): SyncError =>
  new SyncError(
    'not_loaded',
    'sending stopped: as much as --max-unloaded allows waits to be loaded, and nothing of it was loaded for as long as was to be waited; what was done is recorded, and the next run goes on from there',
    { verdict: 'end_run' },
  );
