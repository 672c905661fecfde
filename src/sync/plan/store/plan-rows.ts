import type { RelPath } from '../../../model/path.ts';
import type { RemoveReason, ShownVersion } from '../../../model/plan.ts';
import type { Arrival } from '../arrival.ts';

/** A file on Stage whose content the source no longer has at that path: it can be moved from. */
export interface Freed {
  readonly path: RelPath;
  readonly size: number;
  readonly identity: string | undefined;
  readonly digest: string | undefined;
  /** Gone from the source; false when other content takes its place. */
  readonly gone: boolean;
}

/** A file that goes, or a folder that goes with everything in it; what is in it has rows of its own. */
export interface Removal {
  readonly path: RelPath;
  readonly reason: RemoveReason;
  /** Files that go with it: 1, or all below a folder. */
  readonly files: number;
  /** Equality only: what Stage showed of what goes. */
  readonly stamp: string;
  /** What Stage showed of the file; undefined for a folder, and where the ledger will say. */
  readonly shown?: ShownVersion | undefined;
}

/** A file that arrives at its place with its folder. */
export interface Carried {
  readonly from: RelPath;
  readonly arrival: Arrival;
}

/** A removal as the store keeps it. */
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

/** A freed file as the store keeps it. */
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
