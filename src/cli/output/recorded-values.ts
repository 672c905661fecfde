import { messageOf, isSyncError, SyncError } from '../../model/errors.ts';
import type { KnownPair } from '../../sync/ledger/known-pairs.ts';
import { damaged } from '../../sync/ledger/database/state-errors.ts';

/** What a ledger recorded, as it is shown. A damaged file can hold anything in the place of each. */

/** The furthest that a Date reaches, in milliseconds either way. */
const FURTHEST = 8.64e15;

/** ISO 8601. Rejects with `state_unusable` what is no time. */
export function recordedTime(ms: number, pair: KnownPair): string {
  if (!(Math.abs(ms) <= FURTHEST)) throw damaged(`${pair.file}.sqlite`, 'it holds a time that is none');
  return new Date(ms).toISOString();
}

/** What is wrong with a ledger, on its own line and once: the other pairs are still shown. Anything else is thrown. */
export function unusableLedger(error: unknown, pair: KnownPair): SyncError {
  if (!isSyncError(error) || error.code !== 'state_unusable') throw error;
  if (!pair.older) return error;
  return new SyncError(
    'state_unusable',
    `the ledger ${pair.file}.sqlite is of an older stagesync (${messageOf(error.cause ?? error)}); run sync or watch on its pair once`,
    { verdict: 'end_run', cause: error },
  );
}
