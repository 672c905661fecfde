import { hasFact } from '../../model/errors.ts';
import type { ErrorCode, SyncError } from '../../model/errors.ts';

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
  return HALT.has(error.code) || hasFact(error, 'unauthorised') ? 'halt' : 'back_off';
}
