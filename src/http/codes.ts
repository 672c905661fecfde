import { type Fact, isTooManyFiles, messageOf, type Verdict } from '../model/errors.ts';
import { excerpt } from '../model/printable.ts';

/** Bounds of ours, with codes as undici has for its own. */
export const REPLY_TOO_LONG = 'REPLY_TOO_LONG';
export const REPLY_TOO_SLOW = 'REPLY_TOO_SLOW';
export const EARLY_SUCCESS = 'EARLY_SUCCESS';
/** undici's own codes for the same. */
export const NO_HEADERS = 'UND_ERR_HEADERS_TIMEOUT';
export const NO_DATA = 'UND_ERR_BODY_TIMEOUT';
export const BROKEN_OFF = 'UND_ERR_ABORTED';

/** What kind of failure kept a request from getting a reply. */
export type FailureKind =
  /** Nobody was reached, or the connection broke. */
  | 'connection'
  | 'timeout'
  /** No secure connection: another attempt meets the same certificate. */
  | 'security'
  | 'proxy'
  /** This process has as many files open as it may. */
  | 'open_files'
  | 'reply_too_long'
  /** A success that came before the whole request was sent. */
  | 'early_success'
  /** What answered does not speak HTTP. */
  | 'not_http';

/** What a failure of the network means, in words that every user of HTTP shares. */
export interface TransportFailure {
  readonly kind: FailureKind;
  /** The name by undici, by the system or by one of our own limits; '' where it has no name. */
  readonly reason: string;
  /** The same as Node names it, where Node has a name: libraries know those. */
  readonly code: string;
  /** What happened; ends the sentence "… failed: ". Without a full stop. */
  readonly what: string;
  /** Whether the request may have been carried out. */
  readonly inDoubt: boolean;
  /** A timeout has none: the request may be one that takes long. */
  readonly fact: Fact | undefined;
  readonly verdict: Verdict;
}

interface Row {
  readonly kind: FailureKind;
  /** Node's name for it, unless it is the code itself. */
  readonly code?: string;
  /** The error's own message unless given. */
  readonly what?: string;
  /** True unless given. */
  readonly inDoubt?: boolean;
}

const UNSENT: Row = { kind: 'connection', inDoubt: false };
const BROKEN: Row = { kind: 'connection' };
const RESET: Row = { kind: 'connection', code: 'ECONNRESET' };
const ABORTED: Row = { kind: 'connection', code: 'ECONNABORTED' };
const NOT_HTTP: Row = { kind: 'not_http', what: 'the answer is not valid HTTP' };
const SECURITY: Row = { kind: 'security', inDoubt: false };
const timeout = (what: string): Row => ({
  kind: 'timeout',
  code: 'ETIMEDOUT',
  what,
  inDoubt: true,
});

/** The one table of codes; see also TLS. A request that failed with a code of none of these broke its connection. */
const CODES: ReadonlyMap<string, Row> = new Map<string, Row>([
  ['UND_ERR_CONNECT_TIMEOUT', { ...timeout('no connection in time'), inDoubt: false }],
  [NO_HEADERS, timeout('no answer in time')],
  [NO_DATA, timeout('no further data in time')],
  [REPLY_TOO_SLOW, timeout('its reply came too slowly to ever end')],
  ['ETIMEDOUT', timeout('the connection timed out')],
  ['ECONNREFUSED', UNSENT],
  ['ENOTFOUND', UNSENT],
  ['EAI_AGAIN', UNSENT],
  ['EHOSTUNREACH', UNSENT],
  ['ENETUNREACH', UNSENT],
  ['ECONNRESET', BROKEN],
  ['ECONNABORTED', BROKEN],
  ['EPIPE', BROKEN],
  ['ERR_STREAM_PREMATURE_CLOSE', BROKEN],
  ['UND_ERR_SOCKET', RESET],
  ['UND_ERR_RES_CONTENT_LENGTH_MISMATCH', RESET],
  [BROKEN_OFF, ABORTED],
  ['UND_ERR_CLOSED', ABORTED],
  ['UND_ERR_DESTROYED', ABORTED],
  ['UND_ERR_HEADERS_OVERFLOW', NOT_HTTP],
  [REPLY_TOO_LONG, { kind: 'reply_too_long', what: 'the reply is longer than allowed' }],
  [EARLY_SUCCESS, { kind: 'early_success', what: 'the reply came before the whole request was sent' }],
]);

/** Codes of certificates and handshakes. */
const TLS =
  /^(?:ERR_TLS_|ERR_SSL_|CERT_|UNABLE_TO_|SELF_SIGNED_|DEPTH_ZERO_|EPROTO$|HOSTNAME_MISMATCH$|CRL_)/;
/** Calls of the system that come before the first byte of the request. */
const BEFORE_SENDING: ReadonlySet<unknown> = new Set(['connect', 'getaddrinfo', 'bind', 'socket']);

/** Classifies what undici or the system threw. Nothing of what the other side sent is in the result. */
export function readFailure(error: unknown): TransportFailure {
  const { code, syscall } = codesOf(error);
  const row = rowOf(code, error);
  const what = row.what ?? (row.kind === 'security' ? `no secure connection (${code})` : undefined);
  return {
    kind: row.kind,
    reason: code,
    code: row.code ?? code,
    what: what ?? (excerpt(messageOf(error)) || code),
    inDoubt: (row.inDoubt ?? true) && !BEFORE_SENDING.has(syscall),
    fact: FACTS[row.kind],
    verdict: row.kind === 'security' ? 'end_run' : 'retry',
  };
}

/** The same for a code alone, whoever made it. Undefined for a code that no connection fails with. */
export function failureOfCode(code: string): TransportFailure | undefined {
  const isOurs = CODES.has(code) || TLS.test(code) || isTooManyFiles(code);
  return isOurs ? readFailure({ code }) : undefined;
}

const FACTS: Partial<Record<FailureKind, Fact>> = {
  connection: 'out_of_reach',
  security: 'out_of_reach',
  proxy: 'out_of_reach',
  open_files: 'out_of_reach',
};

function rowOf(code: string, error: unknown): Row {
  const row = CODES.get(code);
  if (row !== undefined) return row;
  // undici has codes for some ways of it only
  if (error instanceof Error && error.name === 'HTTPParserError')
    return code === '' ? { ...NOT_HTTP, code: 'HPE_INVALID' } : NOT_HTTP;
  if (TLS.test(code)) return SECURITY;
  if (isTooManyFiles(code))
    return { kind: 'open_files', what: `too many open files (${code})`, inDoubt: false };
  return BROKEN;
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
