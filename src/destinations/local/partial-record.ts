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

/** A partial file that outlives its process, and what is known of it: of what content it is, and how much of it is safe. */
export class PartialRecord {
  /** Where the partial file is. */
  readonly partial: string;
  readonly #disk: WritableDisk;
  readonly #place: string;
  readonly #of: string;

  /** `name`: the one that the file is to get; `of`: its content, see PartialOptions. */
  constructor(disk: WritableDisk, folder: string, name: string, of: string) {
    const stem = inside(folder, `.stagesync-part-${hashOf(name).slice(0, 16)}`);
    this.#disk = disk;
    this.partial = stem;
    this.#place = `${stem}-of`;
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
