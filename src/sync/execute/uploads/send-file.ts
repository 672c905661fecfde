import type { FileEntry } from '../../../model/entry.ts';
import { hasFact, isOfReading, isSyncError, SyncError } from '../../../model/errors.ts';
import { nameOf } from '../../../model/path.ts';
import type { RelPath } from '../../../model/path.ts';
import type { DestinationWords } from '../../../model/destination-words.ts';
import type { StoredFile } from '../../../model/ports.ts';
import type { Priority } from '../../../remote/gate/attempts.ts';
import type { Arrival } from '../../plan/store/plan-store.ts';
import type { ActionParts } from '../action-parts.ts';
import { shortened } from '../hidden-names.ts';
import { moveIfFree, publish, publishKeeping, refusesName } from './replace.ts';
import type { Detour } from './replace.ts';
import type { TrashPlace } from '../trash/trash.ts';
import { intentOf } from './upload-intents.ts';
import type { UploadIntents } from './upload-intents.ts';

/** With a trash, what steps aside goes there and stays. */
interface FileDetour extends Detour {
  /** That of the intent. */
  readonly id: number;
  readonly place: TrashPlace | undefined;
}

/** What was sent: to its own name, or to the hidden name where the file waits to be published. */
export interface Sent {
  /** With the entry of the version that was sent. */
  readonly arrival: Arrival;
  readonly digest: string | undefined;
  /** Absent: a listing has to show it. */
  readonly stored?: StoredFile | undefined;
  readonly waits?: FileDetour | undefined;
  /** What it replaced, now in the trash. */
  readonly kept?: Kept | undefined;
}

/** A file in the trash. */
export interface Kept {
  readonly place: TrashPlace;
  readonly bytes: number;
}

/** A file that is at the destination and waits for its name. */
export type Waiting = Sent & { readonly waits: FileDetour };

export const isWaiting = (sent: Sent): sent is Waiting => sent.waits !== undefined;

export interface SendOptions {
  readonly intents: UploadIntents;
  /** The file takes its name later. */
  readonly waits: boolean;
  readonly priority: Priority;
}

/** How often a file that changes while it is read is sent anew. */
const MOST_VERSIONS = 3;

/** Sends one file at a time: in place, or by way of hidden names where the destination or the user wants it so. */
export class FileSender {
  readonly #parts: ActionParts;

  constructor(parts: ActionParts) {
    this.#parts = parts;
  }

  /** Sends one file, again when it changed at the source while it was read: its newest version counts. */
  async send(arrival: Arrival, options: SendOptions): Promise<Sent> {
    const { source, signal, tasks, journal } = this.#parts;
    const { intents } = options;
    for (let current = arrival, version = 1; ; version++) {
      intents.sentDigest = undefined;
      try {
        return await this.#sendOnce(current, options);
      } catch (error) {
        if (!hasFact(error, 'changed') || version === MOST_VERSIONS || source.stat === undefined) throw error;
        const entry: FileEntry | undefined = await source.stat(arrival.path, { signal });
        if (entry === undefined || tasks.stopped) throw error;
        current = { ...current, entry, digest: undefined };
        // another version is another change with its own intent: whichever version the destination has, an intent tells
        if (intents.inDoubt || error.inDoubt) intents.earlier.push(intents.id);
        else journal.end(intents.id);
        intents.inDoubt = false;
        intents.id = journal.begin([intentOf(current)])[0]!;
      }
    }
  }

  async #sendOnce(arrival: Arrival, options: SendOptions): Promise<Sent> {
    const { remote, atomic, staging, learnt, overwrite, trash } = this.#parts;
    const { replaces } = arrival;
    if (atomic) await staging.make();
    const stepsAside = learnt.refusesOverwrite || trash !== undefined;
    if (atomic || options.waits || (replaces !== undefined && stepsAside))
      return this.#sendVia(arrival, options);
    try {
      return await this.#sendStraight(arrival, options);
    } catch (error) {
      if (!isSyncError(error)) throw error;
      options.intents.inDoubt ||= error.inDoubt;
      if (replaces !== undefined) {
        // where files are replaced, a refusal is about something else, and another name does not help
        if (!refusesName(error) || remote.overwrites === true) throw error;
        const sent = await this.#sendVia(arrival, options);
        learnt.refusesOverwrite = true;
        return sent;
      }
      if (!hasFact(error, 'taken', 'refused', 'missing') || isOfReading(error)) throw error;
      // the name was free and the folder there when this was planned; a look tells what changed
      const now = await remote.stat(remote.root + arrival.path);
      if (now !== undefined && !overwrite) throw cameMeanwhile(arrival.path, remote.words);
      if (now !== undefined) return this.#sendVia({ ...arrival, replaces: now }, options);
      await this.#parts.folders.restore(arrival.path);
      return this.#sendStraight(arrival, options);
    }
  }

  async #sendStraight(arrival: Arrival, options: SendOptions): Promise<Sent> {
    return { arrival, ...(await this.#put(arrival, this.#parts.remote.root + arrival.path, options)) };
  }

  /** After an earlier version that may have been stored, a look at the size cannot tell which of them has arrived. */
  async #put(
    { entry, replaces }: Arrival,
    to: RelPath,
    { intents, priority }: SendOptions,
  ): Promise<Pick<Sent, 'digest' | 'stored'>> {
    const { transfers, verification } = this.#parts;
    const { digest, sentDigest, stored } = await transfers.transfer({
      id: intents.id,
      entry,
      to,
      replaces,
      mayLook: intents.earlier.length === 0,
      urgent: priority === 'urgent',
      readsBack: verification !== undefined,
    });
    intents.sentDigest = sentDigest;
    return { digest, stored };
  }

  async #sendVia(arrival: Arrival, options: SendOptions): Promise<Sent> {
    const { remote, journal } = this.#parts;
    const { id, hidden } = options.intents;
    const final = remote.root + arrival.path;
    const place = this.#parts.trash?.placeFor(final);
    const detour = this.#detour(final, id, place);
    journal.detour(id, detour.via, detour.aside);
    let put: Pick<Sent, 'digest' | 'stored'>;
    try {
      put = await this.#put({ ...arrival, replaces: undefined }, detour.via, options);
    } catch (error) {
      // where certainly nothing was stored, nothing is left behind
      if (!isSyncError(error) || error.inDoubt) hidden.set(id, detour.via);
      throw error;
    }
    hidden.set(id, detour.via);
    // it takes its name by a move
    const stored = remote.keepsTimes ? put.stored : undefined;
    const sent: Sent = { arrival, digest: put.digest, stored };
    if (options.waits) return { ...sent, waits: detour };
    return { ...sent, kept: await this.publish(arrival, detour) };
  }

  /** Gives a file that waits its name. Resolves with what it replaced, where that is kept. */
  async publish(arrival: Arrival, detour: FileDetour): Promise<Kept | undefined> {
    const { remote, overwrite, keepsOthers, trash, journal } = this.#parts;
    const final = remote.root + arrival.path;
    const { replaces } = arrival;
    const { id, via } = detour;
    if (!overwrite) {
      // a destination whose moves replace files would not refuse the name
      if ((await moveIfFree(remote, via, final)) === 'kept') throw cameMeanwhile(arrival.path, remote.words);
      return undefined;
    }
    if (trash !== undefined && detour.place !== undefined) {
      // its time counts from now: the upload, or the others of a set, may have taken hours
      let place = trash.placeFor(final);
      const onPlace = (other: TrashPlace): void => {
        place = other;
        journal.detour(id, via, place.path);
      };
      onPlace(place);
      const options = { trash, occupied: replaces !== undefined, onPlace };
      const bytes = await publishKeeping(remote, final, { via, place }, options);
      return bytes === undefined ? undefined : { place, bytes };
    }
    const seen = keepsOthers ? (replaces ?? null) : undefined;
    await publish(remote, final, detour, { occupied: replaces !== undefined, seen });
    return undefined;
  }

  /** The hidden names of a replacement: in the hidden folder where there is one. */
  #detour(final: RelPath, id: number, place: TrashPlace | undefined): FileDetour {
    const { hidden, atomic, staging } = this.#parts;
    const stem = `${staging.path}${id}-`;
    const name = (role: 'new' | 'old'): RelPath =>
      atomic ? `${stem}${role}-${shortened(nameOf(final))}` : hidden.next(role, final);
    return { id, via: name('new'), aside: place?.path ?? name('old'), place };
  }
}

const cameMeanwhile = (path: RelPath, { at }: DestinationWords): SyncError =>
  new SyncError(
    'destination_taken',
    (name) => `someone put ${name} ${at} meanwhile; it stays: --no-overwrite`,
    { verdict: 'skip_entry', fact: 'taken', operation: 'upload', path },
  );
