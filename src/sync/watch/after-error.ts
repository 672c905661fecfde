import { hasFact, isSyncError, messageOf, SyncError } from '../../model/errors.ts';
import type { ErrorCode } from '../../model/errors.ts';

/** What a watch does after a pass that ended early. */
export type AfterError =
  /** The trouble passes by itself: the watch tries again after a growing delay. */
  | 'back_off'
  /** The source is gone or empty: the watch does nothing until it is back. */
  | 'await_source'
  /** A person has to do something: the watch tries again, slowly. */
  | 'halt';

const AWAIT_SOURCE: ReadonlySet<ErrorCode> = new Set<ErrorCode>([
  'source_missing',
  'guard_empty_source',
  'guard_root_changed',
]);

const HALT: ReadonlySet<ErrorCode> = new Set<ErrorCode>([
  'usage',
  'config',
  'locked',
  'state_unusable',
  'guard_max_delete',
  'source_denied',
  'source_unauthorised',
]);

export function afterError(error: SyncError): AfterError {
  if (AWAIT_SOURCE.has(error.code)) return 'await_source';
  return isUnforeseen(error) || HALT.has(error.code) || hasFact(error, 'unauthorised', 'forbidden')
    ? 'halt'
    : 'back_off';
}

/** Anything thrown, as an error that a watch can go on after: one that the program did not foresee must not end a daemon. */
export const asSyncError = (error: unknown): SyncError =>
  isSyncError(error)
    ? error
    : new SyncError('source_failed', `unexpected: ${messageOf(error)}`, {
        verdict: 'end_run',
        details: { unforeseen: 1 },
        cause: error,
      });

/** Whether it is a fault in the program, which no short wait mends. */
const isUnforeseen = ({ details }: SyncError): boolean => details['unforeseen'] !== undefined;
