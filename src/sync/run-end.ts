import { isSyncError, messageOf, SyncError } from '../model/errors.ts';
import type { Outcome } from '../model/events.ts';
import type { Ledger } from './ledger/ledger.ts';

/** What the ledger could not take; undefined where it took all. */
export function closeRun(finish: () => void): SyncError | undefined {
  try {
    finish();
    return undefined;
  } catch (error) {
    // the ledger is as good as it was: it is not this process's any more
    if (isSyncError(error) && error.code === 'lease_lost') return error;
    return new SyncError('state_unusable', `cannot write the run into the ledger: ${messageOf(error)}`, {
      verdict: 'end_run',
      cause: error,
    });
  }
}

/** A ledger that cannot be read says nothing: then there may be some. */
export function hasIntents(ledger: Ledger): boolean {
  try {
    return ledger.intents().length > 0;
  } catch {
    return true;
  }
}

interface Interrupted {
  readonly hasChanged: boolean;
  /** Whether something may have been changed of which nobody knows yet. */
  readonly isInDoubt: boolean;
}

export function interrupted(cause: unknown, { hasChanged, isInDoubt }: Interrupted): SyncError {
  const message = hasChanged
    ? 'interrupted; what was done is recorded, and the next run goes on from there'
    : isInDoubt
      ? 'interrupted; the next run looks at what was under way'
      : 'interrupted before anything was changed';
  return new SyncError('interrupted', message, { verdict: 'end_run', cause });
}

export const FIRST_FAILURE = new SyncError(
  'first_failure',
  'stopped after the first failure, as --fail-fast asks; what was done is recorded, and the next run goes on from there',
  { verdict: 'end_run' },
);

export function outcomeOf(error: SyncError | undefined): Outcome | undefined {
  if (error === undefined) return undefined;
  if (error.code === 'interrupted') return 'interrupted';
  return error.code.startsWith('guard_') ? 'refused' : 'failures';
}
