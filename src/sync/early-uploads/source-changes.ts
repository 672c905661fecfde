import type { FileEntry, SourceEntry } from '../../model/entry.ts';
import { comparePaths, parentOf } from '../../model/path.ts';
import type { RelPath } from '../../model/path.ts';
import type { PathFilter, Source } from '../../model/ports.ts';
import { Cursor } from '../compare/cursor.ts';
import { sameInSource } from '../compare/decide.ts';
import type { Ledger } from '../ledger/ledger.ts';
import type { LedgerRow } from '../ledger/ledger-row.ts';

export interface SourceChangesOptions {
  readonly source: Source;
  readonly filter: PathFilter;
  readonly ledger: Pick<Ledger, 'rows'>;
  readonly signal: AbortSignal;
}

/** With more changes than this nothing is said of them, so that memory is bounded. */
const MOST_CHANGES = 20_000;

/** A folder on the way to the path that is looked at. */
interface OpenFolder {
  readonly path: RelPath;
  /** Something in it, at whatever depth, is as the ledger has it. */
  stays: boolean;
  /** Changed files that are in it directly. */
  readonly changed: RelPath[];
}

/** What the source has that the ledger does not know: new and changed files, and how many are gone. */
export class SourceChanges {
  readonly #bySize = new Map<number, FileEntry[]>();
  readonly #byIdentity = new Map<string, RelPath[]>();
  /** Changed files in folders of which nothing is as it was: such a folder may have moved away as a whole. */
  readonly #uprooted = new Set<RelPath>();
  readonly #way: OpenFolder[] = [{ path: '', stays: true, changed: [] }];
  #changes = 0;
  #gone = 0;

  /**
   * Lists the source once, without the destination, and compares it with the ledger. Undefined where there are too many
   * changes. Rejects as the listing does.
   */
  static async read(options: SourceChangesOptions): Promise<SourceChanges | undefined> {
    const changes = new SourceChanges();
    return (await changes.#read(options)) ? changes : undefined;
  }

  /** At most so many files of ours can be what a plan removes: those that are gone, and those whose old content may move. */
  get mostRemovals(): number {
    return this.#gone + this.#changes;
  }

  /** Whether a new or changed file other than `path` has the identity. */
  hasIdentityElsewhere(identity: string, path: RelPath): boolean {
    return this.#byIdentity.get(identity)?.some((other) => other !== path) ?? false;
  }

  /** The new and changed files of so many bytes, without that at `path`. */
  ofSize(size: number, path: RelPath): readonly FileEntry[] {
    return this.#bySize.get(size)?.filter((entry) => entry.path !== path) ?? [];
  }

  isUprooted(path: RelPath): boolean {
    return this.#uprooted.has(path);
  }

  async #read({ source, filter, ledger, signal }: SourceChangesOptions): Promise<boolean> {
    const inSource = new Cursor<SourceEntry>(source.list({ filter, signal }));
    const known = new Cursor<LedgerRow>(ledger.rows());
    try {
      while (this.#changes <= MOST_CHANGES) {
        if (inSource.needsFill) await inSource.fill();
        if (known.needsFill) await known.fill();
        const [entry, row] = [inSource.current, known.current];
        if (entry === undefined && row === undefined) return this.#closed();
        if (entry !== undefined && (entry.kind !== 'file' || row === undefined)) {
          inSource.advance();
          if (entry.kind === 'file') this.#see(entry, undefined);
          continue;
        }
        const order = entry === undefined ? 1 : row === undefined ? -1 : comparePaths(entry.path, row.path);
        if (order <= 0) inSource.advance();
        if (order >= 0) known.advance();
        if (order > 0) this.#missing(row!);
        else this.#see(entry!, order === 0 ? row : undefined);
      }
      return false;
    } finally {
      await Promise.allSettled([inSource.close(), known.close()]);
    }
  }

  #missing({ path }: LedgerRow): void {
    if (!path.endsWith('/')) this.#gone++;
  }

  #see(entry: FileEntry, row: LedgerRow | undefined): void {
    const { path, size, identity } = entry;
    const folder = this.#folderOf(path);
    if (row !== undefined && sameInSource(entry, row) === 'yes') {
      folder.stays = true;
      return;
    }
    this.#changes++;
    if (row !== undefined) folder.changed.push(path);
    addTo(this.#bySize, size, entry);
    if (identity !== undefined) addTo(this.#byIdentity, identity, path);
  }

  /** The folder of a path, once all folders that the path is not in are closed. */
  #folderOf(path: RelPath): OpenFolder {
    while (!path.startsWith(this.#way.at(-1)!.path)) this.#close();
    const top = this.#way.at(-1)!;
    const folder = parentOf(path);
    if (top.path === folder) return top;
    const opened: OpenFolder = { path: folder, stays: false, changed: [] };
    this.#way.push(opened);
    return opened;
  }

  #close(): void {
    const { stays, changed } = this.#way.pop()!;
    if (stays) this.#way.at(-1)!.stays = true;
    else for (const path of changed) this.#uprooted.add(path);
  }

  #closed(): true {
    while (this.#way.length > 1) this.#close();
    return true;
  }
}

function addTo<K, V>(map: Map<K, V[]>, key: K, value: V): void {
  const values = map.get(key);
  if (values === undefined) map.set(key, [value]);
  else values.push(value);
}
