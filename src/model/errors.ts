/** What the caller should do next. Decided at the edge that saw the cause; the engine reads nothing else. */
export type Verdict = 'retry' | 'skip_entry' | 'end_run';

export type ErrorCode =
  // the command line and its environment
  | 'usage'
  | 'config'
  | 'locked'
  | 'interrupted'
  | 'state_unusable'
  // guards
  | 'guard_empty_source'
  | 'guard_max_delete'
  | 'guard_root_changed'
  // the source
  | 'source_missing'
  | 'source_denied'
  | 'source_unauthorised'
  | 'source_unreachable'
  | 'source_throttled'
  | 'source_listing_broken'
  | 'source_failed'
  | 'entry_changed'
  | 'entry_gone'
  | 'entry_unreadable'
  // Stage
  | 'stage_unreachable'
  | 'stage_timeout'
  | 'stage_unauthorised'
  | 'stage_deployment_missing'
  | 'stage_not_found'
  | 'stage_exists'
  | 'stage_rejected'
  | 'stage_too_large'
  | 'stage_quota'
  | 'stage_throttled'
  | 'stage_unavailable'
  | 'stage_bad_reply'
  | 'stage_not_confirmed';

export interface SyncErrorOptions {
  readonly verdict: Verdict;
  /** How long the other side asked us to wait, in milliseconds. */
  readonly retryAfterMs?: number | undefined;
  /** Facts for a reader: path, HTTP status, a short excerpt of the body, a request ID. Never a secret. */
  readonly details?: Readonly<Record<string, string | number>>;
  /**
   * Whether the request may have been carried out although it failed: a lost reply, a reset, a time-out, a 5xx.
   * False when it certainly was not (refused connection, 4xx).
   */
  readonly inDoubt?: boolean;
  readonly cause?: unknown;
}

const BRAND = Symbol.for('stagesync.SyncError');

/** The one error class: a stable code, a verdict, and a message for a person (what failed, why, the way out). */
export class SyncError extends Error {
  override readonly name = 'SyncError';
  readonly code: ErrorCode;
  readonly verdict: Verdict;
  readonly retryAfterMs: number | undefined;
  readonly details: Readonly<Record<string, string | number>>;
  readonly inDoubt: boolean;

  constructor(code: ErrorCode, message: string, options: SyncErrorOptions) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    this.verdict = options.verdict;
    this.retryAfterMs = options.retryAfterMs;
    this.details = options.details ?? {};
    this.inDoubt = options.inDoubt ?? false;
    Object.defineProperty(this, BRAND, { value: true });
  }
}

export function isSyncError(value: unknown): value is SyncError {
  return typeof value === 'object' && value !== null && BRAND in value;
}

/** The message of anything thrown, on one line. */
export function messageOf(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error);
  return text.replaceAll(/\s+/g, ' ').trim();
}

/** Whether this code of the system says that the process, or the machine, has as many files open as it may. */
export const isTooManyFiles = (code: unknown): boolean => code === 'EMFILE' || code === 'ENFILE';

/** The way out of that. */
export const RAISE_FILE_LIMIT = 'raise the limit on open files (ulimit -n)';
