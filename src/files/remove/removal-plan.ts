import { isFolderPath, type RelPath } from '../../model/path.ts';
import type { ShownVersion } from '../../model/plan.ts';
import type { Expected } from '../../sync/execute/looks/compare-folder.ts';
import { RecordSpool } from '../record-spool.ts';

/** A file that is to go, as it was seen. */
export interface PlannedFile {
  readonly path: RelPath;
  readonly shown: ShownVersion;
}

/** A folder that is to go with all that was seen in it. */
export interface PlannedFolder {
  readonly path: RelPath;
  /** Where the plan has it. */
  readonly place: number;
  /** When the last of it was listed, in milliseconds of the clock's elapsed time. */
  readonly seenAtMs: number;
}

/** Files, folders, and bytes of the files. */
export interface Totals {
  readonly files: number;
  readonly folders: number;
  readonly bytes: number;
}

type Row =
  | readonly ['file', path: RelPath, size: number, modifiedMs: number | null]
  | readonly ['folder', path: RelPath]
  /** A file or folder in the folder before it. */
  | readonly ['in', path: RelPath, size?: number, modifiedMs?: number | null]
  | readonly ['end', seenAtMs: number, isDropped: boolean];

/** All that is to be removed, as it was seen: files and folders, in the order in which they go. It lies on disk where it is long. */
export class RemovalPlan implements Disposable {
  readonly #rows = new RecordSpool<Row>();
  readonly #totals = { files: 0, folders: 0, bytes: 0 };
  /** The folder that is being added. */
  #open: { path: RelPath; files: number; folders: number; bytes: number; isDropped: boolean } | undefined;

  get totals(): Totals {
    return this.#totals;
  }

  addFile(path: RelPath, { size, modifiedMs }: ShownVersion): void {
    this.#rows.append(['file', path, size, modifiedMs ?? null]);
    this.#totals.files++;
    this.#totals.bytes += size;
  }

  /** What is in it follows, in path order; `endFolder` ends it. */
  beginFolder(path: RelPath): void {
    this.#rows.append(['folder', path]);
    this.#open = { path, files: 0, folders: 1, bytes: 0, isDropped: false };
  }

  /** `shown`: undefined for a folder. */
  addContent(path: RelPath, shown: ShownVersion | undefined): void {
    this.#rows.append(
      shown === undefined ? ['in', path] : ['in', path, shown.size, shown.modifiedMs ?? null],
    );
    const open = this.#open!;
    if (shown === undefined) open.folders++;
    else open.files++;
    open.bytes += shown?.size ?? 0;
  }

  /** The folder that is being added. */
  get openFolder(): RelPath | undefined {
    return this.#open?.path;
  }

  /** Whether that folder is to stay. */
  get isDropped(): boolean {
    return this.#open?.isDropped === true;
  }

  /** Leaves the folder that is being added as it is. */
  dropFolder(): void {
    if (this.#open !== undefined) this.#open.isDropped = true;
  }

  endFolder(seenAtMs: number): void {
    const open = this.#open;
    if (open === undefined) return;
    this.#rows.append(['end', seenAtMs, open.isDropped]);
    if (!open.isDropped) {
      this.#totals.files += open.files;
      this.#totals.folders += open.folders;
      this.#totals.bytes += open.bytes;
    }
    this.#open = undefined;
  }

  /** What goes by itself: files, and folders with all that is in them. */
  *units(): Generator<PlannedFile | PlannedFolder, void> {
    let folder: { readonly path: RelPath; readonly place: number } | undefined;
    for (const rows of this.#rows.read())
      for (const [row, place] of rows)
        if (row[0] === 'file') yield { path: row[1], shown: shownOf(row[2], row[3]) };
        else if (row[0] === 'folder') folder = { path: row[1], place };
        else if (row[0] === 'end' && !row[2]) yield { ...folder!, seenAtMs: row[1] };
  }

  /** What was seen in a folder of the plan, or in a folder below one, in path order; paths are relative to it. */
  *contentOf({ path, place }: Pick<PlannedFolder, 'path' | 'place'>): Generator<readonly Expected[], void> {
    for (const batch of this.#below(path, place))
      yield batch.map(({ path: below, shown }) => ({ path: below.slice(path.length), shown }));
  }

  /** What lies directly in a folder. */
  *childrenOf(folder: PlannedFolder): Generator<PlannedFile | PlannedFolder, void> {
    const { path, seenAtMs } = folder;
    for (const batch of this.#below(path, folder.place))
      for (const { path: below, shown, place } of batch) {
        const rest = below.slice(path.length);
        const isDirect = !rest.includes('/') || rest.indexOf('/') === rest.length - 1;
        if (isDirect) yield shown === undefined ? { path: below, place, seenAtMs } : { path: below, shown };
      }
  }

  /** Counts what a folder has in it, and the folder itself. */
  totalsOf(folder: Pick<PlannedFolder, 'path' | 'place'>): Totals {
    const totals = { files: 0, folders: 1, bytes: 0 };
    for (const batch of this.contentOf(folder))
      for (const { path, shown } of batch) {
        totals[isFolderPath(path) ? 'folders' : 'files']++;
        totals.bytes += shown?.size ?? 0;
      }
    return totals;
  }

  [Symbol.dispose](): void {
    this.#rows[Symbol.dispose]();
  }

  *#below(
    folder: RelPath,
    from: number,
  ): Generator<readonly { path: RelPath; shown: ShownVersion | undefined; place: number }[], void> {
    for (const rows of this.#rows.read(from)) {
      const found: { path: RelPath; shown: ShownVersion | undefined; place: number }[] = [];
      let isOver = false;
      for (const [row, place] of rows) {
        if (place === from) continue;
        isOver = row[0] !== 'in' || !row[1].startsWith(folder);
        if (isOver || row[0] !== 'in') break;
        found.push({
          path: row[1],
          shown: row[2] === undefined ? undefined : shownOf(row[2], row[3]),
          place,
        });
      }
      yield found;
      if (isOver) return;
    }
  }
}

const shownOf = (size: number, modifiedMs: number | null | undefined): ShownVersion => ({
  size,
  modifiedMs: modifiedMs ?? undefined,
});

export const isPlannedFolder = (unit: PlannedFile | PlannedFolder): unit is PlannedFolder => 'place' in unit;
