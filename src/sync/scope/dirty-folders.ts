import type { SourceEntry } from '../../model/entry.ts';
import { comparePaths, foldersOf, parentOf } from '../../model/path.ts';
import type { RelPath } from '../../model/path.ts';

/** Lists one folder of the source, undefined when it is not there. */
export type ListFolder = (folder: RelPath) => Promise<readonly SourceEntry[] | undefined>;

/** Entries kept from the first look, so that most folders are read once. Folders beyond this are read again. */
const KEPT_ENTRIES = 20_000;
const LOOKS_AT_ONCE = 8;

/**
 * The folders that a pass looks at. A folder that is gone is replaced by the nearest folder above it that is there, since
 * the children of that folder changed.
 */
export class DirtyFolders {
  readonly #list: ListFolder;
  readonly #dirty = new Set<RelPath>();
  /** For each folder that is dirty or leads to one: its child folders of that kind, in path order. */
  readonly #ways = new Map<RelPath, RelPath[]>();
  readonly #kept = new Map<RelPath, readonly SourceEntry[]>();
  #keptEntries = 0;

  private constructor(list: ListFolder) {
    this.#list = list;
  }

  /** Looks at every named folder once. Rejects when the source itself cannot be read. */
  static async open(folders: Iterable<RelPath>, list: ListFolder): Promise<DirtyFolders> {
    const opened = new DirtyFolders(list);
    for (let next = new Set(folders); next.size > 0;) next = await opened.#look([...next]);
    opened.#findWays();
    return opened;
  }

  /** Returns the parents of those that are gone. */
  async #look(folders: readonly RelPath[]): Promise<Set<RelPath>> {
    const instead = new Set<RelPath>();
    for (let at = 0; at < folders.length; at += LOOKS_AT_ONCE) {
      const slice = folders.slice(at, at + LOOKS_AT_ONCE).filter((folder) => !this.#dirty.has(folder));
      const found = await Promise.all(slice.map((folder) => this.#list(folder)));
      for (const [index, folder] of slice.entries()) {
        const entries = found[index];
        if (entries === undefined && folder !== '') instead.add(parentOf(folder));
        else {
          this.#dirty.add(folder);
          this.#keep(folder, entries ?? []);
        }
      }
    }
    return instead;
  }

  #keep(folder: RelPath, entries: readonly SourceEntry[]): void {
    if (this.#keptEntries + entries.length > KEPT_ENTRIES) return;
    this.#kept.set(folder, entries);
    this.#keptEntries += entries.length;
  }

  #findWays(): void {
    const known = new Set<RelPath>();
    for (const dirty of this.#dirty)
      for (const folder of foldersOf(dirty)) {
        if (known.has(folder)) continue;
        known.add(folder);
        const parent = parentOf(folder);
        const ways = this.#ways.get(parent);
        if (ways === undefined) this.#ways.set(parent, [folder]);
        else ways.push(folder);
      }
    for (const ways of this.#ways.values()) ways.sort(comparePaths);
  }

  has(folder: RelPath): boolean {
    return this.#dirty.has(folder);
  }

  /** Child folders that are dirty or lead to one, in path order. */
  waysFrom(folder: RelPath): readonly RelPath[] {
    return this.#ways.get(folder) ?? [];
  }

  async childrenOf(folder: RelPath): Promise<readonly SourceEntry[] | undefined> {
    return this.#kept.get(folder) ?? this.#list(folder);
  }
}
