import type { FileEntry } from '../../model/entry.ts';
import type { RelPath } from '../../model/path.ts';
import type { ShownVersion, UploadReason } from '../../model/plan.ts';

/** A file to upload, or the target of a move; `digest` where it is already known. */
export interface Arrival {
  readonly path: RelPath;
  readonly reason: UploadReason;
  readonly entry: FileEntry;
  readonly replaces: ShownVersion | undefined;
  readonly digest: string | undefined;
}

/** An arrival as the store keeps it. */
export interface ArrivalRow {
  readonly path: string;
  readonly reason: UploadReason;
  readonly size: number;
  readonly modified: number | null;
  readonly version: string;
  readonly identity: string | null;
  readonly digest: string | null;
  readonly before_size: number | null;
  readonly before_modified: number | null;
}

export const toArrival = (row: ArrivalRow): Arrival => ({
  path: row.path,
  reason: row.reason,
  entry: {
    kind: 'file',
    path: row.path,
    size: row.size,
    modifiedMs: row.modified ?? undefined,
    version: row.version,
    ...(row.identity !== null && { identity: row.identity }),
  },
  replaces:
    row.before_size === null
      ? undefined
      : { size: row.before_size, modifiedMs: row.before_modified ?? undefined },
  digest: row.digest ?? undefined,
});
