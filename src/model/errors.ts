import { printable } from './printable.ts';

/** What the caller should do next. Decided at the edge that saw the cause. */
export type Verdict = 'retry' | 'skip_entry' | 'end_run';

/**
 * What an error says of the world, in words that every end shares. The engine decides by the verdict, the fact and
 * whether the outcome is in doubt; codes are for people and scripts.
 */
export type Fact =
  /** There is nothing of that name. */
  | 'missing'
  /** Something of that name is there already. */
  | 'taken'
  /** The other side will not do it, and would not the next time either. */
  | 'refused'
  /** The other side asks for fewer requests. */
  | 'slow_down'
  /** Nobody answers there. */
  | 'out_of_reach'
  /** The file is no longer the one that was listed. */
  | 'changed'
  /** The file that was listed is not there any more. */
  | 'gone'
  /** The file that was listed is there, and cannot be read. */
  | 'unreadable'
  /** The credentials, or what they belong to, are not accepted. */
  | 'unauthorised'
  /** The credentials are accepted, and this may not be done with them; something else may. */
  | 'forbidden';

/** What is done to a path; `look_up` and `change` are of other things than files, which an API has. */
export type Operation =
  'list' | 'look' | 'read' | 'upload' | 'create_folder' | 'move' | 'remove' | 'look_up' | 'change' | 'watch';

export type ErrorCode =
  // the command line and its environment
  | 'usage'
  | 'config'
  | 'locked'
  /** This process may not lead any more: another may by now. */
  | 'lease_lost'
  | 'interrupted'
  /** As asked for, nothing more was begun after the first failure. */
  | 'first_failure'
  | 'state_unusable'
  // guards
  | 'guard_empty_source'
  | 'guard_max_delete'
  | 'guard_root_changed'
  /** A person did not confirm what cannot be undone. */
  | 'not_confirmed'
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
  // the destination, as the engine sees it
  /** There is nothing of that name, or its folder is missing. */
  | 'destination_missing'
  /** Something has the name already: a file that of the folder to sync into, for one. */
  | 'destination_taken'
  /** It cannot hold such a file or do such a thing. */
  | 'destination_refused'
  /** The permissions do not allow it. */
  | 'destination_denied'
  /** There is no room left. */
  | 'destination_full'
  /** The disk failed. */
  | 'destination_failed'
  /** What the destination shows contradicts what it did, or cannot be told. */
  | 'destination_unclear'
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
  // other things of the Management API
  | 'api_unreachable'
  | 'api_timeout'
  | 'api_unauthorised'
  /** Out of credits, or not allowed. */
  | 'api_credits'
  | 'api_not_found'
  /** Something has the name already, or its state does not allow the change. */
  | 'api_conflict'
  | 'api_rejected'
  /** Another change held the organization's lock for as long as we tried. */
  | 'api_locked'
  | 'api_throttled'
  | 'api_unavailable'
  | 'api_bad_reply'
  /** What was waited for FAILED, or is gone. */
  | 'api_wait_failed'
  /** Not yet: the service goes on. */
  | 'api_wait_timeout'
  // the database that pipelines load into
  | 'database_unreachable'
  | 'database_unauthorised'
  /** The workspace sleeps, or is about to. */
  | 'database_suspended'
  | 'database_rejected'
  /** What somebody named is not there: a database, or a pipeline in it. */
  | 'database_missing'
  | 'database_bad_reply'
  /** A file that was sent is not in its table: it was skipped, or the time was up. */
  | 'not_loaded'
  // what several processes share
  | 'queue_unreachable'
  | 'queue_unauthorised'
  /** The server is too old, or set up so that it may lose what it holds. */
  | 'queue_misconfigured';

export interface SyncErrorOptions {
  readonly verdict: Verdict;
  readonly fact?: Fact | undefined;
  /** What was being done. */
  readonly operation?: Operation | undefined;
  /** What it was done to, as the end itself names it. */
  readonly path?: string | undefined;
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

/** A sentence about a path: `name` is the path, or 'it' where the path stands beside the sentence. */
export type Sentence = (name: string) => string;

/** The one error class: a stable code, a verdict, and a message for a person (what failed, why, the way out). */
export class SyncError extends Error {
  override readonly name = 'SyncError';
  readonly code: ErrorCode;
  readonly verdict: Verdict;
  readonly fact: Fact | undefined;
  readonly operation: Operation | undefined;
  readonly path: string | undefined;
  /** The message for a place where the path is shown already: without it. */
  readonly besidePath: string;
  readonly retryAfterMs: number | undefined;
  readonly details: Readonly<Record<string, string | number>>;
  readonly inDoubt: boolean;
  readonly #said: string | Sentence;

  /** A message that names `options.path` is given as a Sentence. */
  constructor(code: ErrorCode, message: string | Sentence, options: SyncErrorOptions) {
    super(
      typeof message === 'string' ? message : message(options.path ?? 'it'),
      options.cause === undefined ? undefined : { cause: options.cause },
    );
    this.#said = message;
    this.code = code;
    this.besidePath = typeof message === 'string' ? message : message('it');
    this.verdict = options.verdict;
    this.fact = options.fact;
    this.operation = options.operation;
    this.path = options.path;
    this.retryAfterMs = options.retryAfterMs;
    this.details = options.details ?? {};
    this.inDoubt = options.inDoubt ?? false;
    Object.defineProperty(this, BRAND, { value: true });
  }

  /** A copy that differs in `changes` alone; its cause is this error unless they say otherwise. */
  with(changes: Partial<SyncErrorOptions>): SyncError {
    return new SyncError(this.code, this.#said, { ...this.#options(), ...changes });
  }

  /** A copy whose message begins with these words. */
  prefixed(words: string): SyncError {
    const said = this.#said;
    const message = typeof said === 'string' ? words + said : (name: string) => words + said(name);
    return new SyncError(this.code, message, this.#options());
  }

  #options(): SyncErrorOptions {
    const { verdict, fact, operation, path, retryAfterMs, details, inDoubt } = this;
    return { verdict, fact, operation, path, retryAfterMs, details, inDoubt, cause: this };
  }
}

export function isSyncError(value: unknown): value is SyncError {
  return typeof value === 'object' && value !== null && BRAND in value;
}

/** Whether it is an error that says this of the world. */
export const hasFact = (error: unknown, ...facts: readonly Fact[]): error is SyncError =>
  isSyncError(error) && error.fact !== undefined && facts.includes(error.fact);

/** Whether a file could not be read. An upload reads too: such an error says nothing of where the file was to go. */
export const isOfReading = (error: unknown): boolean => isSyncError(error) && error.operation === 'read';

const NOTHING_AT = 'there is nothing at ';

/** What every command says of an address at which there is neither a file nor a folder. */
export const nothingAtAddress = (address: string): string => NOTHING_AT + printable(address);

/** 'data/a.csv: it is a folder'. A message that names the whole address stands alone. */
export const messageWithPath = (path: string, message: string): string =>
  path === '' || message.startsWith(NOTHING_AT) ? message : `${printable(path)}: ${message}`;

/** The message of anything thrown, on one line. */
export const messageOf = (error: unknown): string =>
  onOneLine(error instanceof Error ? error.message : String(error));

const onOneLine = (text: string): string => text.replaceAll(/\s+/g, ' ').trim();

/** The same for a place where `path`, relative to the root of an end, is shown: a message about it does not repeat it. */
export function messageBeside(path: string, error: unknown): string {
  if (!isSyncError(error) || error.path === undefined || path === '') return messageOf(error);
  // an end names a path from its own top, as a key of a bucket
  const isOfPath = error.path === path || error.path.endsWith(`/${path}`);
  return isOfPath ? onOneLine(error.besidePath) : messageOf(error);
}

/** An error as data, as events, reports and states have it. */
export interface ErrorData {
  /** `unexpected`: a fault in the program. */
  readonly code: ErrorCode | 'unexpected';
  readonly fact?: Fact | undefined;
  readonly message: string;
}

export const errorData = (error: unknown): ErrorData => ({
  code: isSyncError(error) ? error.code : 'unexpected',
  ...(isSyncError(error) && error.fact !== undefined && { fact: error.fact }),
  message: messageOf(error),
});

/** The same for a place where `path` is shown. */
export const errorDataBeside = (path: string, error: unknown): ErrorData => ({
  ...errorData(error),
  message: messageBeside(path, error),
});

/** Whether this code of the system says that the process, or the machine, has as many files open as it may. */
export const isTooManyFiles = (code: unknown): boolean => code === 'EMFILE' || code === 'ENFILE';

/** The way out of that. */
export const RAISE_FILE_LIMIT = 'raise the limit on open files (ulimit -n)';
