import { isSyncError } from '../../../model/errors.ts';
import { parentOf } from '../../../model/path.ts';
import type { RelPath } from '../../../model/path.ts';
import type { ActionParts } from '../action-parts.ts';
import type { Attempted } from '../outcomes.ts';
import type { FileSender, Waiting } from './send-file.ts';
import type { UploadIntents } from './upload-intents.ts';

/** A file that is at the destination under a hidden name, and takes its own name later. */
export interface HeldUpload {
  readonly sent: Waiting;
  readonly intents: UploadIntents;
  /** Something else has its name until then. */
  readonly clashes: boolean;
}

/** Uploads that are held back: their files wait under hidden names until they are published together. */
export class HeldUploads {
  readonly #parts: ActionParts;
  readonly #sender: Pick<FileSender, 'publish'>;
  readonly #finish: (held: HeldUpload, attempted: Attempted) => Promise<void>;
  #held: HeldUpload[] = [];

  /** `finish` writes down an upload that has its name. */
  constructor(
    parts: ActionParts,
    sender: Pick<FileSender, 'publish'>,
    finish: (held: HeldUpload, attempted: Attempted) => Promise<void>,
  ) {
    this.#parts = parts;
    this.#sender = sender;
    this.#finish = finish;
  }

  add(held: HeldUpload): void {
    this.#held.push(held);
  }

  has(path: RelPath): boolean {
    return this.#held.some(({ sent }) => sent.arrival.path === path);
  }

  get isEmpty(): boolean {
    return this.#held.length === 0;
  }

  /** Gives every file its name. Resolves with the number of files. */
  async publish(): Promise<number> {
    const { tasks } = this.#parts;
    const all = this.#held;
    this.#held = [];
    for (const held of all) {
      if (tasks.stopped) break;
      await tasks.start(this.#publishOne(held));
    }
    await tasks.idle();
    return all.length;
  }

  async #publishOne(held: HeldUpload): Promise<void> {
    const { outcomes, learnt, staging, openFolders } = this.#parts;
    const { arrival, waits } = held.sent;
    const attempted = outcomes.begin('upload', arrival.path, arrival.reason);
    try {
      const kept = await this.#sender.publish(arrival, waits);
      await this.#finish({ ...held, sent: { ...held.sent, kept } }, attempted);
    } catch (error) {
      staging.isInDoubt = true;
      // what was in the way may still be there: the intent stays, and another look tells
      const mayClear = held.clashes && isSyncError(error) && error.verdict === 'skip_entry';
      if (mayClear && !learnt.isLastRound) learnt.folderStays(`${arrival.path}/`);
      else outcomes.failed(attempted, error);
    } finally {
      openFolders.end(parentOf(arrival.path));
    }
  }

  /** Gives up all held uploads, because not all files of the set arrived. */
  withdraw(): void {
    const { journal, openFolders } = this.#parts;
    for (const { intents, sent } of this.#held) {
      for (const id of [intents.id, ...intents.earlier]) journal.end(id);
      openFolders.end(parentOf(sent.arrival.path));
    }
    this.#held = [];
  }
}
