import type { FileEntry } from '../../../model/entry.ts';
import { hasFact, SyncError } from '../../../model/errors.ts';
import type { CallOptions, Source } from '../../../model/ports.ts';

/** What the source itself shows of a file that a worker does not see as it was listed. */
export type SeenHere =
  /** It is as it was listed: the worker looks elsewhere, or may not read it. */
  | { readonly kind: 'as_listed' }
  | { readonly kind: 'changed'; readonly error: unknown }
  /** Nothing can be told. */
  | { readonly kind: 'unknown' };

/** Looks at the source from here. Never rejects. */
export async function seenHere(
  source: Pick<Source, 'check' | 'stat'>,
  entry: FileEntry,
  call: CallOptions,
): Promise<SeenHere> {
  try {
    if (source.check !== undefined) {
      await source.check(entry, call);
      return { kind: 'as_listed' };
    }
    if (source.stat === undefined) return { kind: 'unknown' };
    const now = await source.stat(entry.path, call);
    if (now?.version === entry.version) return { kind: 'as_listed' };
    return { kind: 'changed', error: now === undefined ? gone(entry.path) : changed(entry.path) };
  } catch (error) {
    return hasFact(error, 'changed', 'gone', 'unreadable') ? { kind: 'changed', error } : { kind: 'unknown' };
  }
}

const changed = (path: string): SyncError =>
  new SyncError(
    'entry_changed',
    (name) => `${name} changed since it was listed; the next run takes the new version`,
    { verdict: 'skip_entry', fact: 'changed', operation: 'read', path, details: { path } },
  );

const gone = (path: string): SyncError =>
  new SyncError('entry_gone', (name) => `${name} is gone from the source since it was listed`, {
    verdict: 'skip_entry',
    fact: 'gone',
    operation: 'read',
    path,
    details: { path },
  });
