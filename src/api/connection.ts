import { Exchange, type LongReply, type Reply } from '../http/exchange.ts';
import { type Connections, loadConnections } from '../http/pool.ts';
import { ProgressWatch } from '../http/progress-watch.ts';
import type { ProxySettings } from '../http/proxy.ts';
import { shareConnectionsTo, type PoolUse } from '../http/shared-pool.ts';
import { type Answer, StreamedExchange } from '../http/streamed-exchange.ts';
import { DEFAULT_BASE_URL, checkToken, parseBaseUrl } from './base-url.ts';

export type ApiVerb = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';

/** How to reach the API; everything but the token has a default. */
export interface ApiConnectionOptions {
  /** Default: `https://api.singlestore.com`. A path is kept in front of every request's path. */
  readonly baseUrl?: string | undefined;
  readonly token: string;
  /** Where the token comes from, when it does not stay the same: then each request has the one of its time. */
  readonly tokenSource?: TokenSource | undefined;
  /** Needed by tokens that are not bound to one organization; sent with every request. */
  readonly organizationID?: string | undefined;
  /** Also allows `http:` to hosts other than this machine; the token then crosses the network in the clear. */
  readonly allowInsecure?: boolean | undefined;
  /** Default: none. The environment is not looked at. */
  readonly proxy?: ProxySettings | undefined;
  /** Requests at the same time, and connections kept for them. Default: 16. */
  readonly concurrency?: number | undefined;
  readonly timeouts?: Partial<ApiTimeouts> | undefined;
  /** Bytes; longer replies are refused, but for listings, which are read as they come. Default: 512 MiB. */
  readonly maxReplyBytes?: number | undefined;
  /** Told each time a request starts on a connection; redirects followed count too. */
  readonly onRequest?: ((verb: ApiVerb) => void) | undefined;
  /** Called right before the first byte of a request that changes something; what it throws is what the request rejects with. */
  readonly beforeChange?: (() => void) | undefined;
  /** Milliseconds since 1970. */
  readonly now?: (() => number) | undefined;
}

/** What gives the token when it is needed: a program prints it. */
export interface TokenSource {
  /** Tells accounts apart; no secret. */
  readonly account: string;
  /** The token as of now. Secret. */
  current(): Promise<string>;
  /** This token was refused: resolves with whether there is another one now. */
  renew(refused: string): Promise<boolean>;
}

/** All in milliseconds; 0 is no limit. */
export interface ApiTimeouts {
  readonly connect: number;
  /** From the end of the request to the beginning of the reply. A PUT of 8 bytes has taken 31 seconds. */
  readonly headers: number;
  /** The longest time without a byte sent or received. */
  readonly idle: number;
  /** In each span of this length a reply has to bring some kilobytes, or to end. */
  readonly progress: number;
}

const TIMEOUTS: ApiTimeouts = { connect: 10_000, headers: 180_000, idle: 60_000, progress: 60_000 };
const CONCURRENCY = 16;
const MAX_REPLY_BYTES = 512 * 1024 * 1024;
/**
 * Bytes that a reply has to bring in each span of `progress`: in a minute, even an extremely slow line brings more.
 */
export const LEAST_BYTES = 4096;
/** A body that is likely to be longer comes on a connection of its own: for shorter ones, to make it would cost what it saves. */
const LARGE_BYTES = 32 * 1024 * 1024;

export interface SendOptions {
  readonly signal: AbortSignal;
  readonly verb: ApiVerb;
  /** Path and query. */
  readonly target: string;
  /** Flat: name, value, name, value. */
  readonly headers: string[];
  /** Bytes; a longer reply of success is refused. Default: the limit of the connection. */
  readonly maxBytes?: number | undefined;
  /** Reads a success that is too long to be held whole. */
  readonly longReply?: LongReply | undefined;
}

/** A body that tells the exchange what it is doing, so that the exchange's time limits follow it. */
export type StreamedBody = (exchange: Exchange) => AsyncIterable<Uint8Array>;

/**
 * Opens a connection to the API, which holds as many sockets as requests run at the same time. Rejects with `config` for a
 * base URL, a token or a proxy that cannot be used. Loads the HTTP client; sends nothing.
 */
export async function openApiConnection(options: ApiConnectionOptions): Promise<ApiConnection> {
  const base = parseBaseUrl(options.baseUrl ?? DEFAULT_BASE_URL, options.allowInsecure === true);
  checkToken(options.token);
  const timeouts: ApiTimeouts = { ...TIMEOUTS, ...options.timeouts };
  const limits = {
    // One connection for each request that may run: more would sit idle, fewer would queue inside the pool, where a
    // request waits without a time-out.
    connections: options.concurrency ?? CONCURRENCY,
    connectMs: timeouts.connect,
    headersMs: timeouts.headers,
    idleMs: timeouts.idle,
  };
  const { proxy, token: account } = options;
  const pool = await shareConnectionsTo(base, limits, { proxy, account });
  const openAnywhere = async (): Promise<Connections> => (await loadConnections(limits, options.proxy))();
  return new ApiConnection({ options, base, timeouts, pool, openAnywhere });
}

interface Parts {
  readonly options: ApiConnectionOptions;
  readonly base: URL;
  readonly timeouts: ApiTimeouts;
  readonly pool: PoolUse;
  readonly openAnywhere: () => Promise<Connections>;
}

/** HTTP to the API, with its token. Errors are those of HTTP: callers know what was asked, and say so. */
export class ApiConnection implements AsyncDisposable {
  readonly origin: URL;
  /** The path of the base URL, without a slash at its end. */
  readonly basePath: string;
  readonly timeouts: ApiTimeouts;
  readonly allowInsecure: boolean;
  readonly organizationID: string | undefined;
  /** Requests started so far, by verb. */
  readonly requests: Readonly<Record<ApiVerb, number>>;
  readonly #started: Readonly<Record<ApiVerb, () => void>>;
  readonly #parts: Parts;
  readonly #watch: ProgressWatch | undefined;
  #anywhere: Promise<Connections> | undefined;
  /** All that were sent: a server may send back an earlier one. */
  readonly #tokens: Set<string>;
  /** Replies that refused a token in whose place there is another one now. */
  readonly #outdated = new WeakSet<object>();

  constructor(parts: Parts) {
    const { options, base, timeouts } = parts;
    this.#parts = parts;
    this.#tokens = new Set([options.token]);
    this.origin = new URL(base.origin);
    this.basePath = base.pathname.replace(/\/+$/, '');
    this.timeouts = timeouts;
    this.allowInsecure = options.allowInsecure === true;
    this.organizationID = options.organizationID;
    const requests = { GET: 0, POST: 0, PUT: 0, PATCH: 0, DELETE: 0 };
    // made once, because every small file passes here
    const counting = (verb: ApiVerb) => (): void => {
      requests[verb]++;
      options.onRequest?.(verb);
    };
    this.requests = requests;
    this.#started = {
      GET: counting('GET'),
      POST: counting('POST'),
      PUT: counting('PUT'),
      PATCH: counting('PATCH'),
      DELETE: counting('DELETE'),
    };
    const { progress: withinMs } = timeouts;
    this.#watch = withinMs === 0 ? undefined : new ProgressWatch({ leastBytes: LEAST_BYTES, withinMs });
  }

  /** Milliseconds since 1970. */
  now(): number {
    return (this.#parts.options.now ?? Date.now)();
  }

  /** A flat header array with the token and `more`. */
  authorize(...more: string[]): string[] {
    return ['authorization', bearer(this.#parts.options.token), ...more];
  }

  /** The text without the token, should a server send it back. */
  redact(text: string): string {
    let redacted = text;
    for (const token of this.#tokens) redacted = redacted.replaceAll(token, '[token]');
    return redacted;
  }

  /** Whether a reply refused a token that has been renewed since: the request is worth another attempt. */
  renewedAfter(reply: object): boolean {
    return this.#outdated.has(reply);
  }

  /** One request and its whole reply. Rejects as Exchange does. */
  async send(options: SendOptions, body: Uint8Array | null = null): Promise<Reply> {
    const headers = this.#isFixed ? options.headers : await this.#withToken(options.headers);
    const exchange = this.#begin(options);
    const { target, verb: method } = options;
    this.#parts.pool.dispatch({ origin: this.origin, target, method, headers, body }, exchange);
    return this.#judged(exchange.reply, headers);
  }

  async sendStream(options: SendOptions, body: StreamedBody): Promise<Reply> {
    const headers = this.#isFixed ? options.headers : await this.#withToken(options.headers);
    const exchange = this.#begin(options);
    const { target, verb: method } = options;
    this.#parts.pool.dispatch(
      // undici counts its time for headers from the start of the request; a long upload has its own clock.
      { origin: this.origin, target, method, headers, body: body(exchange), headersMs: 0 },
      exchange,
    );
    return this.#judged(exchange.reply, headers);
  }

  /**
   * For downloads: an answer whose body is read as it comes, from any origin. The token is sent where the headers have it.
   * `expectedBytes`: what a listing shows. Rejects as an exchange does.
   */
  async open(
    url: URL,
    given: string[],
    {
      signal,
      expectedBytes = 0,
    }: { readonly signal: AbortSignal; readonly expectedBytes?: number | undefined },
  ): Promise<Answer> {
    const headers = this.#isFixed || !isAuthorized(given) ? given : await this.#withToken(given);
    const anywhere = await (this.#anywhere ??= this.#parts.openAnywhere());
    const shared = { signal, watch: this.#watch, onStart: this.#started.GET };
    if (expectedBytes >= LARGE_BYTES) {
      const answer = anywhere.getLarge({ url, headers, ...shared });
      const large = await this.#judged(answer, headers);
      if (large !== undefined) return large;
    }
    const exchange = new StreamedExchange({ ...shared, headersMs: this.timeouts.headers });
    anywhere.dispatch({ origin: url, target: url.pathname + url.search, method: 'GET', headers }, exchange);
    return this.#judged(exchange.answer, headers);
  }

  /** Breaks off what is still under way, unless others use the same connections: their own signals end their requests. */
  async close(): Promise<void> {
    await Promise.all([this.#parts.pool.close(), this.#anywhere?.then((anywhere) => anywhere.close())]);
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  /** Whether the token stays the same. */
  get #isFixed(): boolean {
    return this.#parts.options.tokenSource === undefined;
  }

  /** The headers that `authorize` made, with the token as of now. */
  async #withToken(headers: string[]): Promise<string[]> {
    const token = await this.#parts.options.tokenSource!.current();
    this.#tokens.add(token);
    return headers.with(TOKEN_AT, bearer(token));
  }

  /** Asks for another token after a 401, so that the next attempt has it. */
  async #judged<T extends { readonly status: number } | undefined>(
    answer: Promise<T>,
    headers: string[],
  ): Promise<T> {
    const reply = await answer;
    const { tokenSource } = this.#parts.options;
    if (reply?.status !== 401 || tokenSource === undefined || !isAuthorized(headers)) return reply;
    const refused = headers[TOKEN_AT]!.slice(bearer('').length);
    if (await tokenSource.renew(refused)) this.#outdated.add(reply);
    return reply;
  }

  #begin({ signal, verb, maxBytes, longReply }: SendOptions): Exchange {
    const { maxReplyBytes = MAX_REPLY_BYTES, beforeChange } = this.#parts.options;
    return new Exchange({
      signal,
      maxBytes: maxBytes === undefined ? maxReplyBytes : Math.min(maxReplyBytes, maxBytes),
      headersMs: this.timeouts.headers,
      watch: this.#watch,
      longReply,
      mayStart: verb === 'GET' ? undefined : beforeChange,
      onStart: this.#started[verb],
    });
  }
}

const bearer = (token: string): string => `Bearer ${token}`;

/** Where `authorize` puts the token. */
const TOKEN_AT = 1;

const isAuthorized = (headers: readonly string[]): boolean => headers[0] === 'authorization';
