import {
  type ErrorCode,
  type Fact,
  isSyncError,
  isTooManyFiles,
  messageOf,
  type Operation,
  RAISE_FILE_LIMIT,
  type Sentence,
  SyncError,
  type Verdict,
} from '../model/errors.ts';
import { proxyErrorIn } from '../http/proxy-error.ts';
import { EARLY_SUCCESS, NO_HEADERS, REPLY_TOO_LONG, REPLY_TOO_SLOW } from '../http/exchange.ts';
import { excerpt, printable } from '../model/printable.ts';
import { parseRetryAfter } from './api-times.ts';

/** What was asked, for the message: `upload data/a.csv`. The path is made printable where it is used. */
export interface ApiCall {
  readonly operation: Operation;
  /** The operation in words. */
  readonly verb: string;
  readonly path: string;
  /** It changes something: a reply that is none leaves it in doubt, and is worth another attempt. */
  readonly changes?: boolean;
}

/** What a reply says that is not a success. */
export interface RefusedReply {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
  readonly text: string;
  /** The host that answered, for a refusal that asks for a wait. */
  readonly server?: string;
  /** Whether the object store says so, to an address that was signed for a while. */
  readonly byStore?: boolean;
}

interface Row {
  readonly code: ErrorCode;
  readonly verdict: Verdict;
  readonly fact?: Fact;
  readonly inDoubt?: boolean;
  readonly hint: string;
}

const UNAUTHORISED: Row = {
  code: 'stage_unauthorised',
  verdict: 'end_run',
  fact: 'unauthorised',
  hint: 'Check the API key: it may be wrong, expired, of another organisation, or not allowed from this address.',
};
const REJECTED: Row = {
  code: 'stage_rejected',
  verdict: 'skip_entry',
  fact: 'refused',
  hint: 'Its folder may be missing, its name taken, or the name not allowed.',
};
/** The signed address ran out; the next attempt is given a new one. */
const ADDRESS_EXPIRED: Row = {
  code: 'stage_unavailable',
  verdict: 'retry',
  hint: 'Its signed address may have run out. Try again.',
};
const UNAVAILABLE: Row = {
  code: 'stage_unavailable',
  verdict: 'retry',
  inDoubt: true,
  hint: 'Try again later.',
};

/**
 * HTTP statuses with a meaning of their own; 4xx that are not here are REJECTED and 5xx UNAVAILABLE. `refused` and `taken`
 * are the answers to a name that may be free under another one: a file that is too large, or a full Stage, is neither.
 */
const STATUSES: ReadonlyMap<number, Row> = new Map<number, Row>([
  [401, UNAUTHORISED],
  [403, UNAUTHORISED],
  [
    404,
    {
      code: 'stage_not_found',
      verdict: 'skip_entry',
      fact: 'missing',
      hint: 'There is nothing at this path.',
    },
  ],
  [408, { code: 'stage_timeout', verdict: 'retry', inDoubt: true, hint: 'Try again later.' }],
  [
    409,
    {
      code: 'stage_exists',
      verdict: 'skip_entry',
      fact: 'taken',
      hint: 'Something of this name is there already; --delete or --mirror removes what is in the way.',
    },
  ],
  [413, { code: 'stage_too_large', verdict: 'skip_entry', hint: 'Exclude the file or split it.' }],
  [
    429,
    { code: 'stage_throttled', verdict: 'retry', fact: 'slow_down', hint: 'Send fewer requests at a time.' },
  ],
  [501, REJECTED],
  [505, REJECTED],
  [507, { code: 'stage_quota', verdict: 'end_run', hint: 'Stage is full: remove files or raise its quota.' }],
]);

/**
 * A refused request as an error. The status decides; the text is kept for a person and decides one case only, the
 * malformed deployment ID, which the service answers with 400 and a text that starts with `uuid:`.
 * `nowMs` is for a Retry-After that is a date.
 */
export function errorFromReply(call: ApiCall, reply: RefusedReply, nowMs: number): SyncError {
  const { status } = reply;
  const text = excerpt(reply.text);
  const retryAfterMs = retryAfter(reply, nowMs);
  const waiting = status === 429 || retryAfterMs !== undefined;
  const details = {
    path: printable(call.path),
    status,
    ...(text === '' ? {} : { text }),
    ...(waiting && reply.server !== undefined && { server: reply.server }),
  };
  const { operation, path } = call;
  if (status >= 300 && status < 400)
    // Only a download has a use for one (the API names it for moves too, without saying where to): anywhere else the
    // base URL leads to something that is no Stage.
    return new SyncError(
      'stage_bad_reply',
      called(call, `was answered with a redirect (${status}). Check the base URL.`),
      { verdict: operation === 'move' ? 'skip_entry' : 'end_run', operation, path, details },
    );
  if (status === 400 && reply.text.trimStart().toLowerCase().startsWith('uuid:'))
    return new SyncError(
      'stage_deployment_missing',
      `Stage says the deployment ID is malformed (${text}). Check the ID.`,
      { verdict: 'end_run', fact: 'unauthorised', operation, path, details },
    );
  const row = rowOf(status, reply.byStore === true);
  const why = text === '' ? `status ${status}` : `status ${status}: ${withoutFullStop(text)}`;
  return new SyncError(
    row.code,
    (name) => `Stage refused to ${call.verb} ${shown(name)} (${why}). ${row.hint}`,
    {
      verdict: row.verdict,
      fact: row.fact,
      operation,
      path,
      inDoubt: row.inDoubt ?? false,
      retryAfterMs,
      details,
    },
  );
}

function rowOf(status: number, byStore: boolean): Row {
  const row = STATUSES.get(status) ?? (status >= 500 ? UNAVAILABLE : REJECTED);
  return byStore && row === UNAUTHORISED ? ADDRESS_EXPIRED : row;
}

/** The root of a deployment was not found: there is no such deployment, or it has no Stage. */
export function deploymentMissing(deployment: string, status: number): SyncError {
  return new SyncError(
    'stage_deployment_missing',
    `There is no Stage for the deployment ${printable(deployment)}. Check the ID, the API version and the organisation.`,
    {
      verdict: 'end_run',
      fact: 'unauthorised',
      operation: 'list',
      path: '',
      details: { deployment: printable(deployment), status },
    },
  );
}

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
    'stage_bad_reply',
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

const TIMEOUTS: ReadonlyMap<string, { readonly what: string; readonly inDoubt: boolean }> = new Map([
  ['UND_ERR_CONNECT_TIMEOUT', { what: 'no connection in time', inDoubt: false }],
  [NO_HEADERS, { what: 'no answer in time', inDoubt: true }],
  ['UND_ERR_BODY_TIMEOUT', { what: 'no further data in time', inDoubt: true }],
  [REPLY_TOO_SLOW, { what: 'its reply came too slowly to ever end', inDoubt: true }],
  ['ETIMEDOUT', { what: 'the connection timed out', inDoubt: true }],
]);

/** Certificates and handshakes: another attempt meets the same certificate. */
const TLS =
  /^(?:ERR_TLS_|ERR_SSL_|CERT_|UNABLE_TO_|SELF_SIGNED_|DEPTH_ZERO_|EPROTO$|HOSTNAME_MISMATCH$|CRL_)/;
/** Calls of the system that come before the first byte of the request. */
const BEFORE_SENDING: ReadonlySet<unknown> = new Set(['connect', 'getaddrinfo', 'bind', 'socket']);
const REFUSED: ReadonlySet<string> = new Set([
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
]);

/**
 * A request that got no reply, as an error. Codes decide (undici's UND_ERR_* and the system's); a SyncError passes
 * through as it is, so that what the source of an upload threw reaches the caller.
 */
export function errorFromNetwork(call: ApiCall, error: unknown): SyncError {
  if (isSyncError(error)) return error;
  const { code, syscall } = codesOf(error);
  const details = { path: printable(call.path), ...(code === '' ? {} : { cause: code }) };
  const { operation, path } = call;
  const failed = (name: ErrorCode, why: string, verdict: Verdict, inDoubt: boolean): SyncError =>
    new SyncError(name, called(call, `failed: ${why}`), {
      verdict,
      // A request that timed out may be one that takes long; others are answered.
      fact: name === 'stage_unreachable' ? 'out_of_reach' : undefined,
      operation,
      path,
      inDoubt,
      details,
      cause: error,
    });

  const proxy = proxyErrorIn(error);
  if (proxy !== undefined) return failed('stage_unreachable', `${proxy.message}.`, proxy.verdict, false);
  const timeout = TIMEOUTS.get(code);
  if (timeout !== undefined)
    return failed(
      'stage_timeout',
      `${timeout.what}.`,
      'retry',
      timeout.inDoubt && !BEFORE_SENDING.has(syscall),
    );
  if (TLS.test(code))
    return failed(
      'stage_unreachable',
      `no secure connection (${code}). Check the base URL and its certificate.`,
      'end_run',
      false,
    );
  if (code === REPLY_TOO_LONG)
    return badReply(call, 'is longer than allowed', {
      verdict: call.changes === true ? 'retry' : 'skip_entry',
      inDoubt: true,
      cause: error,
    });
  if (code === EARLY_SUCCESS)
    return badReply(call, 'came before the whole file was sent', { inDoubt: true, cause: error });
  // Without its cause: the parser's error has what the other side sent, and that may be our own header.
  if (code === 'UND_ERR_HEADERS_OVERFLOW' || (error instanceof Error && error.name === 'HTTPParserError'))
    return badReply(call, 'is not valid HTTP', { inDoubt: true });
  if (isTooManyFiles(code))
    return failed(
      'stage_unreachable',
      `too many open files (${code}). ${capitalised(RAISE_FILE_LIMIT)}.`,
      'retry',
      false,
    );
  const inDoubt = !REFUSED.has(code) && !BEFORE_SENDING.has(syscall);
  return failed(
    'stage_unreachable',
    `${excerpt(messageOf(error)) || code}. Check the network, the base URL and any proxy.`,
    'retry',
    inDoubt,
  );
}

function codesOf(error: unknown): { code: string; syscall: unknown } {
  if (typeof error !== 'object' || error === null) return { code: '', syscall: undefined };
  // A host with several addresses fails with one error for each of them.
  const first: unknown = error instanceof AggregateError ? error.errors[0] : undefined;
  const { code, syscall } = { ...pick(error), ...(first === undefined ? {} : pick(first)) };
  return { code: typeof code === 'string' ? code : '', syscall };
}

const pick = (error: unknown): { code: unknown; syscall: unknown } => {
  const { code, syscall } = error as { code?: unknown; syscall?: unknown };
  return { code, syscall };
};

function retryAfter(reply: RefusedReply, nowMs: number): number | undefined {
  const value = reply.headers['retry-after'];
  const date = reply.headers['date'];
  if (typeof value !== 'string') return undefined;
  return parseRetryAfter(value, typeof date === 'string' ? date : undefined, nowMs);
}

/** As a sentence has it: the root of a Stage has no name. */
const shown = (name: string): string => (name === '' ? 'the root folder' : printable(name));

/** 'Upload data/a.csv failed: …'; beside its path 'Upload failed: …', and 'Look at it failed: …'. */
const called =
  ({ verb, path }: ApiCall, rest: string): Sentence =>
  (name) => {
    const object = name === path ? ` ${shown(name)}` : verb.includes(' ') ? ' it' : '';
    return `${capitalised(verb)}${object} ${rest}`;
  };

const capitalised = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);
const withoutFullStop = (text: string): string => (text.endsWith('.') ? text.slice(0, -1) : text);
