import type { RelPath } from '../../model/path.ts';

/** What we put on Stage at a path, from which version of the source, and what Stage then showed. */
export interface LedgerRow {
  readonly path: RelPath;
  /** Bytes; 0 for a folder. */
  readonly size: number;
  readonly version: string;
  readonly identity: string | undefined;
  /** SHA-256 in hex, where it was computed on the way. */
  readonly digest: string | undefined;
  /** Stage's time for the file in milliseconds; undefined until a listing told it, or when Stage tells none. */
  readonly stageModifiedMs: number | undefined;
  /** Put or moved, and not yet seen in a listing. */
  readonly pending: boolean;
}

/** The columns of a row, in the order of `RawRow`. */
export const COLUMNS = 'path, size, version, identity, digest, stage_modified, pending';

/** In the order of COLUMNS. */
export type RawRow = readonly [
  path: string,
  size: number,
  version: string,
  identity: string | null,
  digest: string | null,
  stageModified: number | null,
  pending: number,
];

export const toRow = (raw: RawRow): LedgerRow => ({
  path: raw[0],
  size: raw[1],
  version: raw[2],
  identity: raw[3] ?? undefined,
  digest: raw[4] ?? undefined,
  stageModifiedMs: raw[5] ?? undefined,
  pending: raw[6] !== 0,
});
