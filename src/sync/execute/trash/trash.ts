import { randomBytes } from 'node:crypto';
import { hasFact } from '../../../model/errors.ts';
import { isFolderPath, nameOf, parentOf } from '../../../model/path.ts';
import type { RelPath } from '../../../model/path.ts';
import type { Clock } from '../../../model/ports.ts';
import type { Change, Check, CheckVerdict, Remote } from '../../../remote/remote.ts';
import { entryName, keepsFor, periodFor, TRASH } from './trash-names.ts';
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
  /** Where it was, as a person knows it; a full path. */
  readonly origin: RelPath;
  /** Where it is: the origin, or a hidden name where it waits. */
  readonly from: RelPath;
  /** When the place was chosen, in milliseconds since 1970. */
  readonly chosenMs: number;
}

export interface TakeOptions {
  readonly change?: Change | undefined;
  /** Called before anything is sent that is about another place than the one that was given. */
  readonly onPlace?: ((place: TrashPlace) => void) | undefined;
}

/** What became of a move into the trash, and to which place it was. */
export interface Taken {
  readonly end: CheckVerdict;
  readonly place: TrashPlace;
}

/** Takes in what a pass removes or replaces, by one move each. The trash and its folders are made once they are needed. */
export class Trash {
  readonly #options: TrashOptions;
  readonly #run = randomBytes(6).toString('hex');
  /** Folders that are there, or are being made: the trash itself and those of a few periods. */
  readonly #made = new Map<RelPath, Promise<unknown>>();
  readonly #prepared = new WeakSet<TrashPlace>();
  /** The periods that are there, as one listing of this run shows them. */
  #periods: Promise<ReadonlySet<string>> | undefined;
  #count = 0;

  constructor(options: TrashOptions) {
    this.#options = options;
  }

  /** A new place for what was at `origin`, and is there or at `from`, full paths. Nothing is sent. */
  placeFor(origin: RelPath, from: RelPath = origin): TrashPlace {
    return this.#placeFor({ origin, from }, { waitsMs: 0 });
  }

  #placeFor(
    { origin, from }: Pick<TrashPlace, 'origin' | 'from'>,
    { waitsMs }: { readonly waitsMs: number },
  ): TrashPlace {
    const { clock, keepMs } = this.#options;
    const chosenMs = clock.now();
    const period = periodFor(chosenMs + waitsMs, keepMs);
    const given = { removedMs: chosenMs, run: this.#run, count: ++this.#count, path: origin };
    const { name, pathFile } = entryName(given);
    return { path: period + name, pathFile: pathFile && period + pathFile, origin, from, chosenMs };
  }

  /**
   * Moves something to its place; to another one where the move has waited for so long that its time there would be too
   * short. Resolves with 'gone' where nothing is there.
   */
  async take(first: TrashPlace, { change = {}, onPlace }: TakeOptions = {}): Promise<Taken> {
    const { clock } = this.#options;
    for (let place = first; ; onPlace?.(place)) {
      const end = await this.#moveTo(place, change);
      if (end !== 'late') return { end, place };
      // the next move may wait as long as this one, and a bit
      place = this.#placeFor(place, { waitsMs: Math.max(0, clock.now() - place.chosenMs) * 2 });
    }
  }

  async #moveTo(place: TrashPlace, change: Change): Promise<CheckVerdict | 'late'> {
    await this.prepare(place);
    const { remote } = this.#options;
    try {
      return await this.#send(place, change);
    } catch (error) {
      // it is gone, or somebody emptied the trash
      if (!hasFact(error, 'missing', 'refused')) throw error;
      if (!(await remote.exists(place.from))) return 'gone';
      if ((await remote.list(parentOf(place.path))) !== undefined) throw error;
    }
    this.#made.clear();
    this.#periods = undefined;
    this.#prepared.delete(place);
    await this.prepare(place);
    return this.#send(place, change);
  }

  /** Resolves with 'late', and has moved nothing, where the time at the place has become too short in the wait of the request. */
  async #send(place: TrashPlace, change: Change): Promise<CheckVerdict | 'late'> {
    const { remote, clock, keepMs } = this.#options;
    let isLate = false;
    const check: Check = async (attempt, inDoubt) => {
      isLate = !keepsFor(parentOf(place.path), clock.now(), keepMs);
      // an attempt whose reply was lost may have made the move in time
      if (isLate && inDoubt && (await this.#isAt(place))) isLate = false;
      if (isLate) return 'kept';
      return change.check === undefined ? 'go' : change.check(attempt, inDoubt);
    };
    const end = await remote.move(place.from, place.path, { ...change, check });
    return isLate ? 'late' : end;
  }

  /** A look within the turn of a change. */
  async #isAt({ path }: TrashPlace): Promise<boolean> {
    const { remote } = this.#options;
    return (await (isFolderPath(path) ? remote.listNow(path) : remote.statNow(path))) !== undefined;
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
    const periods = await (this.#periods ??= this.#open());
    if (!periods.has(nameOf(parentOf(path)))) await this.#make(parentOf(path));
    if (pathFile !== undefined)
      await remote.putBytes(pathFile, Buffer.from(JSON.stringify({ path: origin })));
    this.#prepared.add(place);
  }

  /** Makes the trash where it is not there. Resolves with its periods, and has counted off what went with others. */
  async #open(): Promise<ReadonlySet<string>> {
    const { remote, sizes } = this.#options;
    try {
      const children = await remote.list(TRASH);
      if (children === undefined) await this.#make(TRASH);
      const folders = [...(children ?? [])].filter(({ kind }) => kind === 'folder');
      const there = new Set(folders.map(({ name }) => name));
      sizes.onlyThese(there);
      return there;
    } catch (error) {
      this.#periods = undefined;
      throw error;
    }
  }

  #make(folder: RelPath): Promise<unknown> {
    let made = this.#made.get(folder);
    if (made === undefined) {
      made = this.#options.remote.makeFolder(folder, { begins: false });
      this.#made.set(folder, made);
      made.catch(() => this.#made.delete(folder));
    }
    return made;
  }
}
