import { SyncError, isSyncError, nothingAtAddress } from '../../model/errors.ts';
import type { Fact } from '../../model/errors.ts';
import type { RelPath } from '../../model/path.ts';

export const rootMissing = (label: string): SyncError =>
  new SyncError('source_missing', `${nothingAtAddress(label)}; check the path`, {
    verdict: 'end_run',
    fact: 'missing',
    operation: 'list',
    path: label,
  });

export const listingUnclear = (label: string, why: string): SyncError =>
  new SyncError('source_listing_broken', `${label} cannot be listed: ${why}; run again`, {
    verdict: 'end_run',
    operation: 'list',
    path: label,
  });

export const entryGone = (path: RelPath, cause?: unknown): SyncError =>
  new SyncError('entry_gone', (name) => `${name} is gone since it was listed`, {
    verdict: 'skip_entry',
    fact: 'gone',
    operation: 'read',
    path,
    details: { path },
    cause,
  });

export const entryChanged = (path: RelPath): SyncError =>
  new SyncError(
    'entry_changed',
    (name) => `${name} changed since it was listed; the next run takes the new version`,
    { verdict: 'skip_entry', fact: 'changed', operation: 'read', path, details: { path } },
  );

/** Facts that hold for every other request as well. */
const OF_ALL: ReadonlySet<Fact> = new Set<Fact>(['out_of_reach', 'unauthorised', 'slow_down']);

/**
 * What a failed request for one listed file means. An error that concerns the whole source stays as it is, and so
 * does an error that is no SyncError.
 */
export function readError(path: RelPath, error: unknown): unknown {
  if (!isSyncError(error) || error.code.startsWith('entry_')) return error;
  const { verdict, fact, retryAfterMs, besidePath } = error;
  if (fact === 'missing') return entryGone(path, error);
  if (verdict === 'end_run' || (fact !== undefined && OF_ALL.has(fact))) return error;
  return new SyncError('entry_unreadable', (name) => `${name} cannot be read: ${besidePath}`, {
    verdict,
    fact: 'unreadable',
    operation: 'read',
    path,
    retryAfterMs,
    details: { path },
    cause: error,
  });
}
