import { failureIn } from '../http/transport-error.ts';
import type { FailureKind } from '../http/codes.ts';
import {
  type ErrorCode,
  type Fact,
  isSyncError,
  RAISE_FILE_LIMIT,
  SyncError,
  type Verdict,
} from '../model/errors.ts';
import { excerpt, printable } from '../model/printable.ts';

/** What was asked of a database, for the message. */
export interface SqlCall {
  /** Ends the sentence "the database could not …": 'read what pipelines have loaded'. Not escaped. */
  readonly what: string;
  /** The host that is asked. */
  readonly host: string;
  /** Whether the statement changes something: it is not sent again where it may have been carried out. */
  readonly changes: boolean;
}

/** An error that the database told, in either of the two ways. */
export interface ToldError {
  /** MySQL's number for it. */
  readonly code: number | undefined;
  /** The HTTP status; 200 where the error stood in a reply of success. */
  readonly status: number;
  readonly text: string;
}

interface Row {
  readonly code: ErrorCode;
  readonly verdict: Verdict;
  readonly fact?: Fact;
  /** The statement may have been carried out. */
  readonly inDoubt?: true;
  readonly hint: string;
}

const UNAUTHORISED: Row = {
  code: 'database_unauthorised',
  verdict: 'end_run',
  fact: 'unauthorised',
  hint: 'Check the user and the password (SINGLESTOREDB_USER, SINGLESTOREDB_PASSWORD): the API key is no login of a database.',
};
const DENIED: Row = {
  code: 'database_unauthorised',
  verdict: 'end_run',
  fact: 'unauthorised',
  hint: 'Grant the user what is missing, or log in as another one.',
};
const SUSPENDED: Row = {
  code: 'database_suspended',
  verdict: 'end_run',
  fact: 'out_of_reach',
  hint: 'The workspace may be suspended: wake it with --resume or "stagesync workspaces resume NAME".',
};
const BUSY: Row = { code: 'database_unreachable', verdict: 'retry', hint: 'Try again later.' };
const LOST: Row = { ...BUSY, inDoubt: true };
const REJECTED: Row = { code: 'database_rejected', verdict: 'skip_entry', fact: 'refused', hint: '' };
const MISSING: Row = { code: 'database_missing', fact: 'missing', verdict: 'end_run', hint: '' };

/** MySQL's numbers with a meaning of their own; others are REJECTED. */
const NUMBERS: ReadonlyMap<number, Row> = new Map<number, Row>([
  [1040, BUSY],
  [1044, DENIED],
  [1045, UNAUTHORISED],
  [1049, { ...MISSING, hint: 'Check the name of the database.' }],
  [1142, DENIED],
  [1143, DENIED],
  [1205, BUSY],
  [1213, BUSY],
  [1227, DENIED],
  [1370, DENIED],
]);

/** The Data API tells it without a number. */
const UNKNOWN_DATABASE = /^unknown database\b/i;

const NO_DATA_API: Row = {
  code: 'database_bad_reply',
  verdict: 'end_run',
  hint: 'This host has no Data API: check the endpoint.',
};

/** HTTP statuses with a meaning of their own; other 4xx are REJECTED and 5xx LOST. */
const STATUSES: ReadonlyMap<number, Row> = new Map<number, Row>([
  [401, UNAUTHORISED],
  [403, DENIED],
  [404, NO_DATA_API],
  [405, NO_DATA_API],
  [408, { ...LOST, hint: 'The statement took too long. Try again later.' }],
  [413, { ...REJECTED, hint: 'The Data API takes at most 1 MB in a request.' }],
  [429, { ...BUSY, fact: 'slow_down', hint: 'Send fewer requests at a time.' }],
  [503, SUSPENDED],
  [504, { ...LOST, hint: 'The statement took too long. Try again later.' }],
]);

/** A refusal as an error. The number of the error decides where it has one, else the status. */
export function errorFromDatabase(call: SqlCall, told: ToldError): SyncError {
  const { code: number, status } = told;
  const text = excerpt(told.text, 400);
  const row =
    NUMBERS.get(number ?? (UNKNOWN_DATABASE.test(text) ? 1049 : Number.NaN)) ??
    (number === undefined ? undefined : REJECTED) ??
    STATUSES.get(status) ??
    (status >= 500 ? LOST : REJECTED);
  const prefix = number === undefined ? (status === 200 ? '' : `status ${status}`) : `error ${number}`;
  const why = [prefix, text].filter((part) => part !== '').join(': ') || 'no reason given';
  return errorOf(call, row, `${withoutStop(why)}.`, {
    ...(status !== 200 && { status }),
    ...(number !== undefined && { number }),
    ...(text !== '' && { text }),
  });
}

function errorOf(
  call: SqlCall,
  { code, verdict, fact, inDoubt, hint }: Row,
  why: string,
  details: Readonly<Record<string, string | number>>,
  cause?: unknown,
): SyncError {
  const isLost = inDoubt === true && call.changes;
  const more = isLost ? 'Nobody knows whether it was done: look before you do it again.' : hint;
  return new SyncError(
    code,
    [`The database at ${printable(call.host)} could not ${printable(call.what)}: ${why}`, more]
      .filter((part) => part !== '')
      .join(' '),
    {
      verdict: isLost ? 'skip_entry' : verdict,
      fact,
      operation: call.changes ? 'change' : 'look_up',
      inDoubt: isLost,
      details: { host: printable(call.host), ...details },
      cause,
    },
  );
}

/** A reply that is not what the Data API promises; `why` ends the sentence "a reply that …". */
export const badReply = (call: SqlCall, why: string, cause?: unknown): SyncError =>
  errorOf(
    call,
    {
      code: 'database_bad_reply',
      verdict: 'skip_entry',
      hint: 'A proxy may stand between, or the endpoint be that of another service.',
      inDoubt: true,
    },
    `it sent a reply that ${why}.`,
    {},
    cause,
  );

const HINTS: Partial<Record<FailureKind, string>> = {
  connection:
    'Check the endpoint, the network and any proxy; the firewall may not allow this machine, or the workspace may be suspended (--resume wakes it).',
  security: 'Check the endpoint and its certificate.',
  open_files: `${RAISE_FILE_LIMIT.charAt(0).toUpperCase()}${RAISE_FILE_LIMIT.slice(1)}.`,
};

/** A request that got no reply, as an error. */
export function errorFromNetwork(call: SqlCall, error: unknown): SyncError {
  if (isSyncError(error)) return error;
  const { kind, reason, what, inDoubt, fact, verdict } = failureIn(error);
  if (kind === 'reply_too_long') return badReply(call, 'is longer than allowed', error);
  // without its cause: the parser's error has what the other side sent, and that may be our own header
  if (kind === 'not_http') return badReply(call, 'is not valid HTTP');
  const row: Row = {
    code: 'database_unreachable',
    verdict,
    ...(fact !== undefined && { fact }),
    ...(inDoubt && { inDoubt: true }),
    hint: HINTS[kind] ?? 'Try again later.',
  };
  return errorOf(call, row, `${withoutStop(what)}.`, reason === '' ? {} : { cause: reason }, error);
}

const withoutStop = (text: string): string => (text.endsWith('.') ? text.slice(0, -1) : text);
