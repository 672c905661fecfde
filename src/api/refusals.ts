import type { ErrorCode, Fact, Verdict } from '../model/errors.ts';
import { SyncError } from '../model/errors.ts';
import { excerpt, printable } from '../model/printable.ts';
import { type ApiCall, called, codeFor, serviceOf, shown } from './api-errors.ts';
import { parseRetryAfter } from './api-times.ts';

/** What a reply says that is not a success. */
export interface RefusedReply {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
  readonly text: string;
  /** The host that answered, for a refusal that asks for a wait. */
  readonly server?: string;
  /** Whether the object store answered, at a signed address, which is valid for some time only. */
  readonly byStore?: boolean;
}

interface Row {
  readonly code: ErrorCode;
  readonly verdict: Verdict;
  readonly fact?: Fact;
  readonly inDoubt?: boolean;
  /** The way out. */
  readonly hint: string;
  /** The hint helps with files, and not with other things of the API. */
  readonly forFiles?: true;
}

const UNAUTHORISED: Row = {
  code: 'stage_unauthorised',
  verdict: 'end_run',
  fact: 'unauthorised',
  hint: 'Check the API key: it may be wrong, expired, of another organization, or not allowed from this address.',
};
/** Of files: a rule of the service, or of what stands before it, may be about one name or one content. */
const FORBIDDEN: Row = {
  code: 'stage_unauthorised',
  verdict: 'skip_entry',
  fact: 'forbidden',
  hint: 'The API key may not do this, or a firewall before Stage does not let it pass: check its rights; where only some files are concerned, what is special about them.',
};
const REJECTED: Row = {
  code: 'stage_rejected',
  verdict: 'skip_entry',
  fact: 'refused',
  hint: 'Its folder may be missing, its name taken, or the name not allowed.',
  forFiles: true,
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
  [403, FORBIDDEN],
  [
    404,
    {
      code: 'stage_not_found',
      verdict: 'skip_entry',
      fact: 'missing',
      hint: 'There is nothing at this path.',
      forFiles: true,
    },
  ],
  [408, { code: 'stage_timeout', verdict: 'retry', inDoubt: true, hint: 'Try again later.' }],
  [
    409,
    {
      code: 'stage_exists',
      verdict: 'skip_entry',
      fact: 'taken',
      hint: 'Something of this name is there already: name another, or move that away; in a sync, --delete or --mirror removes what is in the way.',
      forFiles: true,
    },
  ],
  [
    413,
    { code: 'stage_too_large', verdict: 'skip_entry', hint: 'Exclude the file or split it.', forFiles: true },
  ],
  [
    429,
    { code: 'stage_throttled', verdict: 'retry', fact: 'slow_down', hint: 'Send fewer requests at a time.' },
  ],
  [501, REJECTED],
  [505, REJECTED],
  [
    507,
    {
      code: 'stage_quota',
      verdict: 'end_run',
      hint: 'Stage is full: remove files or raise its quota.',
      forFiles: true,
    },
  ],
]);

/** Statuses that mean something else where other things of the API are asked for than files. */
const API_STATUSES: ReadonlyMap<number, Row> = new Map<number, Row>([
  [
    403,
    {
      code: 'api_credits',
      verdict: 'end_run',
      fact: 'refused',
      hint: 'The organization may be out of credits, or the API key not allowed to do this.',
    },
  ],
  [
    404,
    {
      code: 'stage_not_found',
      verdict: 'skip_entry',
      fact: 'missing',
      hint: 'It may be terminated, or of another organization.',
    },
  ],
  [
    409,
    {
      code: 'stage_exists',
      verdict: 'skip_entry',
      fact: 'refused',
      hint: 'Its state may not allow this now: look at it, and try again.',
    },
  ],
]);

/** The service makes one such change at a time in an organization, and answers 500 when another one takes too long. */
const LOCKED: Row = {
  code: 'api_locked',
  verdict: 'retry',
  inDoubt: true,
  hint: 'Another change of the organization is under way. Try again later.',
};

/** A name that is taken is answered with 500 and a sentence. */
const TAKEN: Row = {
  code: 'stage_exists',
  verdict: 'skip_entry',
  fact: 'taken',
  hint: 'Choose another name.',
};
const TAKEN_TEXT = /\balready\b|(?<!not )\bexists?\b|\btaken\b|\bduplicate\b/i;

/**
 * A refused request as an error. The status decides; the text is kept for a person and decides three cases only: the
 * malformed deployment ID, which the service answers with 400 and a text that starts with `uuid:`, and, of other things
 * than files, a lock and a taken name, which it answers with 500.
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
    // Only a download is redirected. (The API documents a redirect of moves too, but not its target.) Elsewhere a
    // redirect shows that the base URL leads to something that is no Stage.
    return new SyncError(
      codeFor(call, 'stage_bad_reply'),
      called(call, `was answered with a redirect (${status}). Check the base URL.`),
      { verdict: operation === 'move' ? 'skip_entry' : 'end_run', operation, path, details },
    );
  // for other things of the API, the message of the call has the ID already
  if (
    status === 400 &&
    call.service === undefined &&
    reply.text.trimStart().toLowerCase().startsWith('uuid:')
  )
    return new SyncError(
      'stage_deployment_missing',
      `Stage says the deployment ID is malformed (${text}). Check the ID.`,
      { verdict: 'end_run', fact: 'unauthorised', operation, path, details },
    );
  const row = rowOf(call, reply);
  const hint = hintOf(row, call);
  const why = text === '' ? `status ${status}` : `status ${status}: ${withoutFullStop(text)}`;
  return new SyncError(
    codeFor(call, row.code),
    (name) => `${serviceOf(call)} refused to ${call.verb} ${shown(name)} (${why}).${hint}`,
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

function hintOf({ forFiles, fact, hint }: Row, { service }: ApiCall): string {
  if (forFiles !== true || service === undefined) return ` ${hint}`;
  // what is listed is always there, unless another service answers
  return fact === 'missing' ? ' Check the base URL.' : '';
}

function rowOf({ codes, changes }: ApiCall, { status, text, byStore }: RefusedReply): Row {
  if (codes === 'api') {
    if (status === 500 && changes === true) {
      if (/\block/i.test(text)) return LOCKED;
      if (TAKEN_TEXT.test(text)) return TAKEN;
    }
    const row = API_STATUSES.get(status);
    if (row !== undefined) return row;
  }
  const row = STATUSES.get(status) ?? (status >= 500 ? UNAVAILABLE : REJECTED);
  return byStore === true && (row === UNAUTHORISED || row === FORBIDDEN) ? ADDRESS_EXPIRED : row;
}

function retryAfter(reply: RefusedReply, nowMs: number): number | undefined {
  const value = reply.headers['retry-after'];
  const date = reply.headers['date'];
  if (typeof value !== 'string') return undefined;
  return parseRetryAfter(value, typeof date === 'string' ? date : undefined, nowMs);
}

const withoutFullStop = (text: string): string => (text.endsWith('.') ? text.slice(0, -1) : text);
