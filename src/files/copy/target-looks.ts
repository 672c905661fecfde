import { byName, garbledIn, type Children, type ChildrenByName } from '../../model/children.ts';
import { nameOf, parentOf, type RelPath } from '../../model/path.ts';
import type { Clock } from '../../model/ports.ts';
import type { RetryingDestination } from '../../remote/retrying-destination.ts';
import type { Shown } from './decide-copy.ts';

/** Listings that are kept: some always, more while they are small. */
const KEPT = { always: 16, most: 2000, children: 100_000 };

export interface TargetLooksOptions {
  readonly destination: RetryingDestination;
  /** The folder that everything goes to: of what lies above it nothing is known. */
  readonly base: RelPath;
  readonly clock: Clock;
  readonly signal: AbortSignal;
}

interface Seen {
  readonly names: ChildrenByName;
  readonly count: number;
  /** Why one of its children may be of any name. */
  readonly garbled: string | undefined;
}

interface Look {
  readonly atMs: number;
  readonly seen: Promise<Seen | undefined>;
  count: number;
}

/**
 * What a destination has at the names that files are copied to: one listing for a folder serves all files in it. A folder that
 * its parent does not show is not asked for. Memory does not grow with the number of folders.
 */
export class TargetLooks {
  readonly #options: TargetLooksOptions;
  readonly #kept = new Map<RelPath, Look>();
  #children = 0;

  constructor(options: TargetLooksOptions) {
    this.#options = options;
  }

  /** `anew`: what was seen before does not count. */
  at(path: RelPath, { anew = false }: { readonly anew?: boolean } = {}): Promise<Shown> {
    if (anew) this.#drop(parentOf(path));
    return this.#shown(
      path,
      this.#look(parentOf(path), () => this.#list(parentOf(path))),
    );
  }

  /** The same right before a change, in its turn: only a look counts that began at this time, as the clock's elapsed time, or later. */
  inTurn(path: RelPath, notBefore: number): Promise<Shown> {
    const folder = parentOf(path);
    const kept = this.#kept.get(folder);
    if (kept !== undefined && kept.atMs < notBefore) this.#drop(folder);
    return this.#shown(
      path,
      this.#look(folder, () => this.#listNow(folder)),
    );
  }

  /** Whether a folder is there. */
  async hasFolder(folder: RelPath): Promise<boolean> {
    return (await this.#look(folder, () => this.#list(folder))) !== undefined;
  }

  /** A folder was made: it is empty. */
  made(folder: RelPath): void {
    this.#drop(folder);
    void this.#keep(folder, Promise.resolve(EMPTY));
  }

  /** Nothing that was seen counts any more. */
  forget(): void {
    this.#kept.clear();
    this.#children = 0;
  }

  async #shown(path: RelPath, looking: Promise<Seen | undefined>): Promise<Shown> {
    const seen = await looking;
    if (seen === undefined) return { kind: 'nothing' };
    const named = seen.names.named(nameOf(path));
    const unclear = named.find((child) => child.kind === 'unknown');
    if (unclear !== undefined) return { kind: 'unclear', why: unclear.problem.message };
    const file = named.find((child) => child.kind === 'file');
    if (file !== undefined) return file;
    if (named.length > 0) return { kind: 'folder' };
    return seen.garbled === undefined ? { kind: 'nothing' } : { kind: 'unclear', why: seen.garbled };
  }

  #look(folder: RelPath, list: () => Promise<Children | undefined>): Promise<Seen | undefined> {
    const kept = this.#kept.get(folder);
    if (kept === undefined) return this.#keep(folder, list().then(seenOf));
    // the least used come first
    this.#kept.delete(folder);
    this.#kept.set(folder, kept);
    return kept.seen;
  }

  #keep(folder: RelPath, seen: Promise<Seen | undefined>): Promise<Seen | undefined> {
    const look: Look = { atMs: this.#options.clock.elapsed(), seen, count: 0 };
    this.#kept.set(folder, look);
    void seen.then(
      (found) => {
        if (this.#kept.get(folder) !== look) return;
        look.count = found?.count ?? 0;
        this.#children += look.count;
        this.#shrink();
      },
      () => {
        if (this.#kept.get(folder) === look) this.#kept.delete(folder);
      },
    );
    return seen;
  }

  #drop(folder: RelPath): void {
    const kept = this.#kept.get(folder);
    if (kept === undefined) return;
    this.#children -= kept.count;
    this.#kept.delete(folder);
  }

  #shrink(): void {
    const isTooMuch = (): boolean =>
      this.#kept.size > KEPT.most || (this.#kept.size > KEPT.always && this.#children > KEPT.children);
    for (const folder of this.#kept.keys()) {
      if (!isTooMuch()) return;
      this.#drop(folder);
    }
  }

  async #list(folder: RelPath): Promise<Children | undefined> {
    const { destination, base, signal } = this.#options;
    if (folder.length > base.length) {
      const parent = parentOf(folder);
      const above = await this.#look(parent, () => this.#list(parent));
      if (above === undefined) return undefined;
      const isShown = above.names.named(nameOf(folder)).some(({ kind }) => kind !== 'file');
      if (!isShown && above.garbled === undefined) return undefined;
    }
    return destination.listFolder(folder, { signal });
  }

  #listNow(folder: RelPath): Promise<Children | undefined> {
    return this.#options.destination.listFolder(folder, { signal: this.#options.signal, within: true });
  }
}

const EMPTY: Seen = { names: byName([]), count: 0, garbled: undefined };

const seenOf = (children: Children | undefined): Seen | undefined =>
  children && {
    names: byName(children),
    count: children.length,
    garbled: garbledIn(children)?.problem.message,
  };
