import { createHash } from 'node:crypto';
import type { FileHandle } from 'node:fs/promises';
import { inside } from '../../disk/disk.ts';
import { errnoOf } from '../../disk/system-errors.ts';
import type { WritableDisk } from '../../disk/writable-disk.ts';

interface Recorded {
  readonly of: string;
  /** Bytes that are safely on the disk. */
  readonly synced: number;
}

const hashOf = (text: string): string => createHash('sha256').update(text).digest('hex');

const RECORD_BYTES = 256;
const RECORD_ENDING = '-of';

/** The hidden name of a file on its way, which follows from the name that it is to get, and from who alone writes to it. */
export const partialNameOf = (name: string, owner: string | undefined): string =>
  `.stagesync-part-${owner === undefined ? '' : `${owner}-`}${hashOf(name).slice(0, 16)}`;

const OWNED = /^(\.stagesync-part-([0-9a-f]{12})-[0-9a-f]{16})(?:-of)?$/;

/** The partial file of which this is the name, or the record, and whose it is; undefined for other names, and where it is nobody's. */
export function ownedPartial(name: string): { readonly partial: string; readonly owner: string } | undefined {
  const [, partial, owner] = OWNED.exec(name) ?? [];
  return partial === undefined || owner === undefined ? undefined : { partial, owner };
}

/** Removes a partial file and its record. */
export const discardPartial = (disk: WritableDisk, folder: string, partialName: string): void =>
  new PartialRecord(disk, folder, partialName, '').discard();

/** A partial file that outlives its process, and what is known of it: of what content it is, and how much of it is safe. */
export class PartialRecord {
  /** Where the partial file is. */
  readonly partial: string;
  readonly #disk: WritableDisk;
  readonly #place: string;
  readonly #of: string;

  /** `partialName`: as `partialNameOf` gives it; `of`: its content, see PartialOptions. */
  constructor(disk: WritableDisk, folder: string, partialName: string, of: string) {
    const stem = inside(folder, partialName);
    this.#disk = disk;
    this.partial = stem;
    this.#place = `${stem}${RECORD_ENDING}`;
    this.#of = hashOf(of);
  }

  /** How much of this very content is safely there; undefined where nothing is. */
  async synced(): Promise<number | undefined> {
    try {
      await using handle = await this.#disk.openLater(this.#place, { followLink: false });
      const { bytesRead, buffer } = await handle.read(Buffer.alloc(RECORD_BYTES), 0, RECORD_BYTES, 0);
      const recorded = JSON.parse(buffer.toString('utf8', 0, bytesRead)) as Partial<Recorded>;
      const { of, synced } = recorded;
      return of === this.#of && Number.isSafeInteger(synced) && synced! >= 0 ? synced : undefined;
    } catch {
      return undefined;
    }
  }

  /** To be called before the partial file is made. */
  begin(): Promise<void> {
    return this.write(0);
  }

  /** In place and always of one length: half a record would be none. */
  async write(synced: number): Promise<void> {
    const recorded: Recorded = { of: this.#of, synced };
    await using handle = await this.#open();
    await handle.write(JSON.stringify(recorded).padEnd(RECORD_BYTES), 0);
  }

  async #open(): Promise<FileHandle> {
    try {
      return await this.#disk.create(this.#place);
    } catch (error) {
      if (errnoOf(error) !== 'EEXIST') throw error;
      return this.#disk.openToWrite(this.#place);
    }
  }

  /** The file has its name. */
  end(): void {
    this.#remove(this.#place);
  }

  /** Removes both. */
  discard(): void {
    this.#remove(this.partial);
    this.#remove(this.#place);
  }

  #remove(place: string): void {
    try {
      this.#disk.removeFile(place);
    } catch {
      // it was not there, or stays as what its name says
    }
  }
}
