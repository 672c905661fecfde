import type { RemoveReason, UploadReason } from '../../../model/plan.ts';
import type { Arrival, ContentCheck, Freed, Removal } from '../planned.ts';

/** A file of the source, as each table that has one keeps it. */
interface FileColumns {
  readonly path: string;
  readonly size: number;
  readonly modified: number | null;
  readonly version: string;
  readonly identity: string | null;
}

const toEntry = ({ path, size, modified, version, identity }: FileColumns): Arrival['entry'] => ({
  kind: 'file',
  path,
  size,
  modifiedMs: modified ?? undefined,
  version,
  ...(identity !== null && { identity }),
});

/** An arrival as the store keeps it. */
export interface ArrivalRow extends FileColumns {
  readonly reason: UploadReason;
  readonly digest: string | null;
  readonly before_size: number | null;
  readonly before_modified: number | null;
}

export const toArrival = (row: ArrivalRow): Arrival => ({
  path: row.path,
  reason: row.reason,
  entry: toEntry(row),
  replaces:
    row.before_size === null
      ? undefined
      : { size: row.before_size, modifiedMs: row.before_modified ?? undefined },
  digest: row.digest ?? undefined,
});

/** The values of an arrival's columns behind `path`, in the order of the table. */
export const arrivalValues = ({ reason, entry, digest, replaces }: Arrival) =>
  [
    reason,
    entry.size,
    entry.modifiedMs ?? null,
    entry.version,
    entry.identity ?? null,
    digest ?? null,
    replaces?.size ?? null,
    replaces?.modifiedMs ?? null,
  ] as const;

export interface MovedRow extends ArrivalRow {
  readonly from_path: string;
  /** 0: it comes with its folder. */
  readonly apart: number;
}

export interface RemovalRow {
  readonly path: string;
  readonly reason: RemoveReason;
  readonly files: number;
  readonly stamp: string;
  readonly size: number | null;
  readonly modified: number | null;
}

export const toRemoval = ({ size, modified, ...row }: RemovalRow): Removal => ({
  ...row,
  shown: size === null ? undefined : { size, modifiedMs: modified ?? undefined },
});

export interface FreedRow {
  readonly path: string;
  readonly size: number;
  readonly identity: string | null;
  readonly digest: string | null;
  readonly gone: number;
}

export const toFreed = (row: FreedRow): Freed => ({
  path: row.path,
  size: row.size,
  identity: row.identity ?? undefined,
  digest: row.digest ?? undefined,
  gone: row.gone === 1,
});

export interface ContentCheckRow extends FileColumns {
  readonly shown_modified: number | null;
  readonly known: number;
}

export const toContentCheck = (row: ContentCheckRow): ContentCheck => ({
  entry: toEntry(row),
  // only files of one size are compared by content
  shown: { size: row.size, modifiedMs: row.shown_modified ?? undefined },
  known: row.known === 1,
});
