import { randomBytes } from 'node:crypto';
import { hasFact } from '../../../model/errors.ts';
import { parentOf } from '../../../model/path.ts';
import type { RelPath } from '../../../model/path.ts';
import type { Clock } from '../../../model/ports.ts';
import type { Change, CheckVerdict, Remote } from '../../../remote/remote.ts';
import { entryName, periodFor, TRASH } from './trash-names.ts';
import type { TrashSize, TrashSizes } from './trash-sizes.ts';

export interface TrashOptions {
  readonly remote: Remote;
  readonly clock: Clock;
  /** How long what is removed or replaced is kept at least, in milliseconds. */
  readonly keepMs: number;
  readonly sizes: TrashSizes;
}

/** A place in the trash for one file or folder. */
export interface TrashPlace {
  /** A full path, which nothing else ever has. */
  readonly path: RelPath;
  /** Where a path that is too long for a name is written before; a full path. */
  readonly pathFile: RelPath | undefined;
  readonly origin: RelPath;
}

/** Takes in what a pass removes or replaces, by one move each. The trash and its folders are made once they are needed. */
export class Trash {
  readonly #options: TrashOptions;
  readonly #run = randomBytes(6).toString('hex');
  /** Folders that are there, or are being made: the trash itself and those of a few periods. */
  readonly #made = new Map<RelPath, Promise<void>>();
  readonly #prepared = new WeakSet<TrashPlace>();
  #count = 0;

  constructor(options: TrashOptions) {
    this.#options = options;
  }

  /** A new place for what is at `origin`, a full path. Nothing is sent. */
  placeFor(origin: RelPath): TrashPlace {
    const { clock, keepMs } = this.#options;
    const removedMs = clock.now();
    const period = periodFor(removedMs, keepMs);
    const { name, pathFile } = entryName({ removedMs, run: this.#run, count: ++this.#count, path: origin });
    return { path: period + name, pathFile: pathFile && period + pathFile, origin };
  }

  /**
   * Moves what is at the origin to its place. Resolves with 'gone' where nothing is there.
   */
  async take(place: TrashPlace, change: Change = {}): Promise<CheckVerdict> {
    await this.prepare(place);
    const { remote } = this.#options;
    try {
      return await remote.move(place.origin, place.path, change);
    } catch (error) {
      // the origin is gone, or somebody emptied the trash
      if (!hasFact(error, 'missing', 'refused')) throw error;
      if (!(await remote.exists(place.origin))) return 'gone';
      if ((await remote.list(parentOf(place.path))) !== undefined) throw error;
    }
    this.#made.clear();
    this.#prepared.delete(place);
    await this.prepare(place);
    return remote.move(place.origin, place.path, change);
  }

  /** Counts what has come into the trash. To be called where outcomes are written into the ledger. */
  note(place: TrashPlace, size: TrashSize): void {
    this.#options.sizes.add(parentOf(place.path), size);
  }

  /** Makes the folders that the place needs, where they are not there yet. */
  async prepare(place: TrashPlace): Promise<void> {
    const { path, pathFile, origin } = place;
    const { remote } = this.#options;
    if (this.#prepared.has(place)) return;
    await this.#make(TRASH);
    await this.#make(parentOf(path));
    if (pathFile !== undefined)
      await remote.putBytes(pathFile, Buffer.from(JSON.stringify({ path: origin })));
    this.#prepared.add(place);
  }

  #make(folder: RelPath): Promise<void> {
    let made = this.#made.get(folder);
    if (made === undefined) {
      made = this.#options.remote.makeFolder(folder, { begins: false });
      this.#made.set(folder, made);
      made.catch(() => this.#made.delete(folder));
    }
    return made;
  }
}
