import type { FileEntry } from '../../model/entry.ts';
import type { RelPath } from '../../model/path.ts';

/** What we put at a path of the destination, from which version of the source, and what a listing then showed. */
export interface LedgerRow {
  readonly path: RelPath;
  /** Bytes; 0 for a folder. */
  readonly size: number;
  readonly version: string;
  readonly identity: string | undefined;
  /** SHA-256 in hex, where it was computed on the way. */
  readonly digest: string | undefined;
  /** The file's time at the destination, in milliseconds; undefined until a listing has shown it, or where none is shown. */
  readonly shownModifiedMs: number | undefined;
  /** Put or moved, and not yet seen in a listing. */
  readonly pending: boolean;
  /** The file was found there with an equal size, and neither put by us nor compared by content: not ours to remove or move. */
  readonly adopted: boolean;
  /** It is in its table, and left the destination for that: it is neither missing there nor sent again until it changes. */
  readonly loaded?: true | undefined;
}

/** `pending` of a file that is loaded and gone. */
export const LOADED = 3;

/** In the order of COLUMNS. */
export type RawRow = readonly [
  path: string,
  size: number,
  version: string,
  identity: string | null,
  digest: string | null,
  shownModified: number | null,
  pending: number,
  adopted: number,
];

export const toRow = (raw: RawRow): LedgerRow => ({
  path: raw[0],
  size: raw[1],
  version: raw[2],
  identity: raw[3] ?? undefined,
  digest: raw[4] ?? undefined,
  shownModifiedMs: raw[5] ?? undefined,
  pending: raw[6] !== 0 && raw[6] !== LOADED,
  adopted: raw[7] !== 0,
  loaded: raw[6] === LOADED ? true : undefined,
});

/** What the ledger keeps of a file just put, or found equal. */
export const rowOf = (entry: FileEntry, digest: string | undefined) => ({
  path: entry.path,
  size: entry.size,
  version: entry.version,
  identity: entry.identity,
  digest,
  adopted: false,
});

export const folderRow = (path: RelPath): LedgerRow => ({
  path,
  size: 0,
  version: '',
  identity: undefined,
  digest: undefined,
  shownModifiedMs: undefined,
  pending: false,
  adopted: false,
});
