import type { RelPath } from '../../../model/path.ts';
import type { Intent } from '../../ledger/intent.ts';
import type { Arrival } from '../../plan/store/plan-store.ts';

/** The intents of one upload: of the version that is sent, and of earlier versions that may have been stored. */
export interface UploadIntents {
  id: number;
  /** The version of `id` may have been stored, whatever its last attempt said. */
  inDoubt: boolean;
  readonly earlier: number[];
  /** SHA-256 in hex of the version of `id`, where it is to be read back and an attempt has read all of it. */
  sentDigest: string | undefined;
  /** Intents that may have left a file under a hidden name, each with that name, a full path. */
  readonly hidden: Map<number, RelPath>;
}

export const newIntents = (id: number): UploadIntents => ({
  id,
  inDoubt: false,
  earlier: [],
  sentDigest: undefined,
  hidden: new Map(),
});

export const intentOf = ({ path, entry, reason, replaces }: Arrival): Intent => ({
  op: 'put',
  path,
  size: entry.size,
  version: entry.version,
  identity: entry.identity,
  reason,
  beforeSize: replaces?.size,
  beforeModifiedMs: replaces?.modifiedMs,
  modifiedMs: entry.modifiedMs,
});
