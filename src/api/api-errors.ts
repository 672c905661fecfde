import { failureIn } from '../http/transport-error.ts';
import type { FailureKind } from '../http/codes.ts';
import {
  type ErrorCode,
  isSyncError,
  type Operation,
  RAISE_FILE_LIMIT,
  type Sentence,
  SyncError,
  type Verdict,
} from '../model/errors.ts';
import { excerpt, printable } from '../model/printable.ts';

/** What was asked, for the message: `upload data/a.csv`. The path is made printable where it is used. */
export interface ApiCall {
  readonly operation: Operation;
  /** The operation in words. */
  readonly verb: string;
  readonly path: string;
  /**
   * Whether the request changes something. Then a reply that cannot come from the API leaves the change in doubt, and
   * another attempt is worth it.
   */
  readonly changes?: boolean;
  /** What messages call the service. Default: Stage. */
  readonly service?: string;
  /** Whose codes its errors have. Default: 'stage'. */
  readonly codes?: 'stage' | 'api' | undefined;
  /** What a text of the server must not show, besides the token. */
  readonly mask?: ((text: string) => string) | undefined;
}

type StageCode = Extract<ErrorCode, `stage_${string}`>;

/** What the same failure is called where other things of the API are asked for than files. */
const OF_API: Readonly<Record<StageCode, ErrorCode> & Partial<Record<ErrorCode, ErrorCode>>> = {
  stage_unreachable: 'api_unreachable',
  stage_timeout: 'api_timeout',
  stage_unauthorised: 'api_unauthorised',
  stage_deployment_missing: 'api_not_found',
  stage_not_found: 'api_not_found',
  stage_exists: 'api_conflict',
  stage_rejected: 'api_rejected',
  stage_too_large: 'api_rejected',
  stage_quota: 'api_rejected',
  stage_throttled: 'api_throttled',
  stage_unavailable: 'api_unavailable',
  stage_bad_reply: 'api_bad_reply',
};

export const codeFor = ({ codes }: ApiCall, code: ErrorCode): ErrorCode =>
  codes === 'api' ? (OF_API[code] ?? code) : code;

export interface BadReplyOptions {
  readonly verdict?: Verdict;
  readonly inDoubt?: boolean;
  readonly text?: string;
  readonly cause?: unknown;
}

/** A reply that is not what the API promises; `why` ends the sentence "… got a reply that". */
export function badReply(call: ApiCall, why: string, options: BadReplyOptions = {}): SyncError {
  const text = excerpt(options.text ?? '');
  return new SyncError(
    codeFor(call, 'stage_bad_reply'),
    called(call, `got a reply that ${why}. A proxy may stand between.`),
    {
      verdict: options.verdict ?? 'retry',
      operation: call.operation,
      path: call.path,
      inDoubt: options.inDoubt ?? false,
      details: { path: printable(call.path), ...(text === '' ? {} : { text }) },
      cause: options.cause,
    },
  );
}

/** What a person can do, where waiting is not enough. */
const HINTS: Partial<Record<FailureKind, string>> = {
  connection: ' Check the network, the base URL and any proxy.',
  security: ' Check the base URL and its certificate.',
  open_files: ` ${capitalised(RAISE_FILE_LIMIT)}.`,
};

/**
 * A request that got no reply, as an error. A SyncError passes through as it is, so that what the source of an upload
 * threw reaches the caller.
 */
export function errorFromNetwork(call: ApiCall, error: unknown): SyncError {
  if (isSyncError(error)) return error;
  const { kind, reason, what, inDoubt, fact, verdict } = failureIn(error);
  switch (kind) {
    case 'reply_too_long':
      return badReply(call, 'is longer than allowed', {
        verdict: call.changes === true ? 'retry' : 'skip_entry',
        inDoubt,
        cause: error,
      });
    case 'early_success':
      return badReply(call, 'came before the whole file was sent', { inDoubt, cause: error });
    case 'not_http':
      // Without its cause: the parser's error has what the other side sent, and that may be our own header.
      return badReply(call, 'is not valid HTTP', { inDoubt });
    default:
      return new SyncError(
        codeFor(call, kind === 'timeout' ? 'stage_timeout' : 'stage_unreachable'),
        called(call, `failed: ${what}.${HINTS[kind] ?? ''}`),
        {
          verdict,
          fact,
          operation: call.operation,
          path: call.path,
          inDoubt,
          details: { path: printable(call.path), ...(reason === '' ? {} : { cause: reason }) },
          cause: error,
        },
      );
  }
}

/**
 * The error of a change that is not made again, because it may have been made. `change` names the change, escaped, where the
 * error is that of a look.
 */
export function outcomeUnknown(error: SyncError, change?: string): SyncError {
  const more =
    change === undefined
      ? ' Nobody knows whether it was done: look before you do it again.'
      : ` Nobody knows whether the request before, to ${change}, was carried out: look before you make it again.`;
  const { fact, operation, path, details } = error;
  return new SyncError(error.code, (name) => (name === 'it' ? error.besidePath : error.message) + more, {
    verdict: 'skip_entry',
    fact,
    operation,
    path,
    details,
    inDoubt: true,
    cause: error,
  });
}

export const serviceOf = (call: ApiCall): string => call.service ?? 'Stage';

/** A path as a sentence has it: the root of a Stage has no name. */
export const shown = (name: string): string => (name === '' ? 'the root folder' : printable(name));

/** 'Upload data/a.csv failed: …'; beside its path 'Upload failed: …', and 'Look at it failed: …'. */
export const called =
  ({ verb, path }: ApiCall, rest: string): Sentence =>
  (name) => {
    const object = name === path ? ` ${shown(name)}` : verb.includes(' ') ? ' it' : '';
    return `${capitalised(verb)}${object} ${rest}`;
  };

function capitalised(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
