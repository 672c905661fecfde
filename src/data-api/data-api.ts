import { Exchange, type Reply } from '../http/exchange.ts';
import { ProgressWatch } from '../http/progress-watch.ts';
import type { OutgoingRequest } from '../http/pool.ts';
import type { ProxySettings } from '../http/proxy.ts';
import { shareConnectionsTo, type PoolUse } from '../http/shared-pool.ts';
import type { CallOptions } from '../model/ports.ts';
import type { GateUse } from '../remote/gate/gate-use.ts';
import { authorization, type SqlCredentials, withoutSecret } from './credentials.ts';
import {
  badReply,
  errorFromDatabase,
  errorFromNetwork,
  type SqlCall,
  type ToldError,
} from './database-errors.ts';
import {
  bodyOf,
  errorIn,
  errorInRefusal,
  executedIn,
  rowsIn,
  tuplesIn,
  UnreadableReply,
  type Executed,
  type Row,
  type SqlValue,
  type Tuples,
} from './replies.ts';

export interface DataApiOptions {
  /** What parseEndpoint made of the endpoint. */
  readonly endpoint: URL;
  readonly credentials: SqlCredentials;
  /** Every request passes it: repeated and slowed down where that is safe. */
  readonly gate: Pick<GateUse, 'request'>;
  readonly proxy?: ProxySettings | undefined;
  /** Milliseconds until the reply begins. Default: three minutes. */
  readonly headersMs?: number | undefined;
  /** Called right before the first byte of a statement that changes something; what it throws is what the call rejects with. */
  readonly beforeChange?: (() => void) | undefined;
}

/** A statement, and what it is for. */
export interface Statement {
  readonly sql: string;
  /** For each `?` of the statement. */
  readonly args?: readonly SqlValue[] | undefined;
  /** A request has no session: there is no USE. */
  readonly database?: string | undefined;
  /** Ends the sentence "the database could not …". Not escaped. */
  readonly what: string;
}

/** Bytes of a request's body that the Data API takes. */
export const MOST_BODY_BYTES = 1_000_000;

const MAX_REPLY_BYTES = 64 * 1024 * 1024;
const TIMEOUTS = { connectMs: 10_000, headersMs: 180_000, idleMs: 60_000 };
const PROGRESS = { leastBytes: 4096, withinMs: 60_000 };
const CONNECTIONS = 4;

/** Rejects with `config` for a proxy that cannot be used. Loads the HTTP client; sends nothing. */
export async function openDataApi(options: DataApiOptions): Promise<DataApi> {
  const { endpoint, credentials, proxy, headersMs = TIMEOUTS.headersMs } = options;
  const limits = { ...TIMEOUTS, headersMs, connections: CONNECTIONS };
  const account = `sql ${credentials.user ?? ''}`;
  const pool = await shareConnectionsTo(new URL(endpoint.origin), limits, { proxy, account });
  return new DataApi({ ...options, headersMs }, pool);
}

/**
 * SQL over HTTPS: the Data API of a workspace. Statements that only read are sent again after a failure; others only where they
 * were certainly not carried out. Calls reject with a SyncError, or with the reason of the signal; nothing of the password is
 * in any error.
 */
export class DataApi implements AsyncDisposable {
  readonly host: string;
  readonly #options: DataApiOptions & { readonly headersMs: number };
  readonly #pool: PoolUse;
  readonly #watch = new ProgressWatch(PROGRESS);

  constructor(options: DataApiOptions & { readonly headersMs: number }, pool: PoolUse) {
    this.host = options.endpoint.host;
    this.#options = options;
    this.#pool = pool;
  }

  /** The rows that a statement finds; names of columns are in capitals. */
  async rows(statement: Statement, call: CallOptions): Promise<Row[]> {
    return this.#ask('/api/v2/query/rows', { statement, changes: false }, call, rowsIn);
  }

  /** The same with the columns and their types. */
  async tuples(statement: Statement, call: CallOptions): Promise<Tuples> {
    return this.#ask('/api/v2/query/tuples', { statement, changes: false }, call, tuplesIn);
  }

  /** Carries a statement out that changes something. */
  async execute(statement: Statement, call: CallOptions): Promise<Executed> {
    return this.#ask('/api/v2/exec', { statement, changes: true }, call, executedIn);
  }

  /** Resolves when the workspace answers; the login is not looked at. */
  async ping({ signal }: CallOptions): Promise<void> {
    const asked: SqlCall = { what: 'be reached', host: this.host, changes: false };
    await this.#options.gate.request({ operation: 'look_up', path: '' }, async () => {
      const reply = await this.#exchange(asked, { target: '/ping', method: 'GET', headers: [], signal });
      if (reply.status >= 400) throw errorFromDatabase(asked, errorInRefusal(reply));
    });
  }

  close(): Promise<void> {
    return this.#pool.close();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  async #ask<T>(
    target: string,
    { statement, changes }: { readonly statement: Statement; readonly changes: boolean },
    { signal }: CallOptions,
    read: (body: object) => T,
  ): Promise<T> {
    const { sql, args = [], database, what } = statement;
    const asked: SqlCall = { what, host: this.host, changes };
    const body = Buffer.from(JSON.stringify({ sql, args, ...(database !== undefined && { database }) }));
    if (body.byteLength > MOST_BODY_BYTES)
      throw errorFromDatabase(asked, {
        status: 413,
        code: undefined,
        text: `the statement takes ${body.byteLength} bytes`,
      });
    const operation = changes ? 'change' : 'look_up';
    return this.#options.gate.request({ operation, path: '' }, async () => {
      const answer = await this.#send(asked, { target, body, signal });
      try {
        return read(answer);
      } catch (error) {
        throw error instanceof UnreadableReply ? badReply(asked, error.message) : error;
      }
    });
  }

  /** One attempt. Rejects with what the reply tells, wherever it tells it. */
  async #send(
    asked: SqlCall,
    {
      target,
      body,
      signal,
    }: { readonly target: string; readonly body: Buffer; readonly signal: AbortSignal },
  ): Promise<object> {
    const { user, secret: source } = this.#options.credentials;
    const secret = await source.current();
    const headers = ['authorization', authorization(user, secret), 'content-type', 'application/json'];
    const reply = await this.#exchange(asked, { target, method: 'POST', headers, body, signal });
    const told = toldBy(asked, reply);
    if ('body' in told) return told.body;
    const masked = { ...told.error, text: withoutSecret(told.error.text, user, secret) };
    const error = errorFromDatabase(asked, masked);
    // a secret that was renewed is worth another attempt: nothing was carried out
    const isNew = error.fact === 'unauthorised' && reply.status === 401 && (await source.renew(secret));
    throw isNew ? error.with({ verdict: 'retry' }) : error;
  }

  async #exchange(
    asked: SqlCall,
    { signal, ...request }: Omit<OutgoingRequest, 'origin'> & CallOptions,
  ): Promise<Reply> {
    const { endpoint, headersMs, beforeChange } = this.#options;
    const exchange = new Exchange({
      signal,
      maxBytes: MAX_REPLY_BYTES,
      headersMs,
      watch: this.#watch,
      mayStart: asked.changes ? beforeChange : undefined,
    });
    this.#pool.dispatch({ origin: endpoint, ...request }, exchange);
    try {
      return await exchange.reply;
    } catch (error) {
      throw signal.aborted && error === signal.reason ? error : errorFromNetwork(asked, error);
    }
  }
}

/** What a reply says: a body, or an error. */
function toldBy(asked: SqlCall, reply: Reply): { readonly body: object } | { readonly error: ToldError } {
  const { status } = reply;
  if (status >= 300 && status < 400) throw badReply(asked, `is a redirect (${status})`);
  if (status >= 400) return { error: errorInRefusal(reply) };
  try {
    const body = bodyOf(reply);
    const error = errorIn(body);
    return error === undefined ? { body } : { error };
  } catch (error) {
    throw error instanceof UnreadableReply ? badReply(asked, error.message) : error;
  }
}
