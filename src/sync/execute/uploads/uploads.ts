import { parentOf } from '../../../model/path.ts';
import { rowOf } from '../../ledger/ledger-row.ts';
import type { Arrival } from '../../plan/store/plan-store.ts';
import type { ActionParts } from '../action-parts.ts';
import { INTENT_BATCH } from '../journal.ts';
import type { Attempted } from '../outcomes.ts';
import { HeldUploads } from './held-uploads.ts';
import { FileSender, isWaiting } from './send-file.ts';
import type { Sent } from './send-file.ts';
import { intentOf, newIntents } from './upload-intents.ts';
import type { UploadIntents } from './upload-intents.ts';

/** An upload as it was asked for. */
interface Wanted {
  readonly arrival: Arrival;
  /** The file takes its name later, with `held.publish`. */
  readonly waits: boolean;
  /** Something else has its name until then. */
  readonly clashes: boolean;
}

/** Uploads files, many at the same time: each is written down before it is sent and after it is done. */
export class Uploads {
  readonly #parts: ActionParts;
  readonly #sender: FileSender;
  /** Files that are there and wait for their names. */
  readonly held: HeldUploads;
  #batch: Wanted[] = [];
  #flushing: NodeJS.Immediate | undefined;

  constructor(parts: ActionParts) {
    this.#parts = parts;
    this.#sender = new FileSender(parts);
    this.held = new HeldUploads(parts, ({ sent, intents }, attempted) =>
      this.#finish(sent, intents, attempted),
    );
  }

  /**
   * Takes an upload; the promise, where there is one, says when there is room for more. `clashes`: something else has the
   * name, so that the file takes it only with `held.publish`.
   */
  add(arrival: Arrival, { clashes = false }: { readonly clashes?: boolean } = {}): void | Promise<void> {
    const { tasks, holdBack } = this.#parts;
    if (tasks.stopped) return undefined;
    this.#batch.push({ arrival, waits: clashes || holdBack, clashes });
    if (this.#batch.length >= INTENT_BATCH) this.launch();
    else this.#flushing ??= setImmediate(() => this.launch());
    return tasks.room();
  }

  /** Starts the uploads that were taken, and writes their intents in one commit. */
  launch(): void {
    const { tasks, journal } = this.#parts;
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
    for (const [index, wanted] of batch.entries()) tasks.add(this.#upload(wanted, newIntents(ids[index]!)));
  }

  async #upload({ arrival, waits, clashes }: Wanted, intents: UploadIntents): Promise<void> {
    const { folders, gate, tasks, journal, outcomes, staging } = this.#parts;
    const attempted = outcomes.begin('upload', arrival.path, arrival.reason);
    try {
      const room = gate.room();
      if (room !== undefined) await room;
      if (tasks.stopped) {
        journal.end(intents.id);
        return;
      }
      const folder = folders.ready(parentOf(arrival.path));
      if (folder !== undefined) await folder;
      const sent = await this.#sender.send(arrival, { intents, waits });
      if (isWaiting(sent)) this.held.add({ sent, intents, clashes });
      else this.#finish(sent, intents, attempted);
    } catch (error) {
      // versions that may have been stored, also under a hidden name, stay in doubt; the others are settled
      const leavesNothing = tasks.notBegun(error) || !intents.hidden.has(intents.id);
      if (!intents.inDoubt && leavesNothing && outcomes.isSettled(error)) journal.end(intents.id);
      else staging.isInDoubt = true;
      outcomes.failed(attempted, error);
    }
  }

  #finish({ arrival, digest }: Sent, intents: UploadIntents, attempted: Attempted): void {
    const { tally, ledger, journal, outcomes } = this.#parts;
    const { entry, reason } = arrival;
    // what an earlier version may have left under a hidden name is for the next run to find
    for (const before of intents.earlier) if (!intents.hidden.has(before)) journal.end(before);
    journal.end(intents.id, () => {
      ledger.put({ ...rowOf(entry, digest), shownModifiedMs: undefined, pending: true }, reason);
    });
    tally.uploaded++;
    tally.bytes += entry.size;
    outcomes.done(attempted, { bytes: entry.size });
  }
}
