import type { Dispatcher, Pool } from 'undici';
import { loadProxied, type ProxySettings } from '../http/proxy.ts';
import { DEFAULT_BASE_URL, checkToken, parseBaseUrl } from './base-url.ts';
import { Exchange, ExchangeError, NO_HEADERS, type Reply } from '../http/exchange.ts';

export type StageVerb = 'GET' | 'PUT' | 'PATCH' | 'DELETE';

/** How to reach the API; everything but the token has a default. */
export interface StageConnection {
  /** `https://api.singlestore.com` unless told; a path is kept in front of every request's path. */
  readonly baseUrl?: string | undefined;
  readonly token: string;
  /** Also allows `http:` to hosts other than this machine; the token then crosses the network in the clear. */
  readonly allowInsecure?: boolean | undefined;
  /** None unless told: the environment is not looked at. */
  readonly proxy?: ProxySettings | undefined;
  /** Requests at the same time, and connections kept for them. 16 unless told. */
  readonly concurrency?: number | undefined;
  readonly timeouts?: Partial<StageTimeouts> | undefined;
  /** Longer replies are refused, in bytes. A listing has some 300 bytes a file; 512 MiB unless told. */
  readonly maxReplyBytes?: number | undefined;
  /** Told each time a request starts on a connection; redirects followed count too. */
  readonly onRequest?: ((verb: StageVerb) => void) | undefined;
  /** Milliseconds since 1970. */
  readonly now?: (() => number) | undefined;
}

/** All in milliseconds; 0 is no limit. */
export interface StageTimeouts {
  readonly connect: number;
  /** From the end of the request to the beginning of the reply. A PUT of 8 bytes has taken 31 seconds. */
  readonly headers: number;
  /** Without a byte going out or coming in. */
  readonly idle: number;
  /** In each span of this length a reply has to bring some kilobytes, or to end. */
  readonly progress: number;
}

const TIMEOUTS: StageTimeouts = { connect: 10_000, headers: 180_000, idle: 60_000, progress: 60_000 };
const CONCURRENCY = 16;
const MAX_REPLY_BYTES = 512 * 1024 * 1024;

export interface SendOptions {
  readonly signal: AbortSignal;
  readonly verb: StageVerb;
  /** Path and query. */
  readonly target: string;
  /** Flat: name, value, name, value. */
  readonly headers: string[];
  /** A longer reply of success is refused, in bytes; as with all of the connection unless told. */
  readonly maxBytes?: number;
}

/** A body that says itself how far it is: the exchange's clock follows it. */
export type StreamedBody = (exchange: Exchange) => AsyncIterable<Uint8Array>;

/** HTTP to one origin. No error leaves it mapped: its callers know what was asked. */
export interface Transport {
  readonly origin: URL;
  readonly basePath: string;
  readonly timeouts: StageTimeouts;
  readonly now: () => number;
  /** A flat header array with the token and `more`; a function, so that nothing which can be printed holds the token. */
  authorize(...more: string[]): string[];
  /** Requests started so far, by verb. */
  readonly requests: Readonly<Record<StageVerb, number>>;
  send(options: SendOptions, body?: Uint8Array | null): Promise<Reply>;
  sendStream(options: SendOptions, body: StreamedBody): Promise<Reply>;
  /** For downloads: a reply whose body is read as it comes, from any origin. Nothing is added to the headers. */
  open(url: URL, headers: string[], signal: AbortSignal): Promise<Dispatcher.ResponseData>;
  /** The text without the token, should a server send it back. */
  redact(text: string): string;
  /** Breaks off what is still under way. */
  close(): Promise<void>;
}

/** Rejects with `config` for a base URL or a token that cannot be used. Loads the HTTP client. */
export async function createTransport(connection: StageConnection): Promise<Transport> {
  const base = parseBaseUrl(connection.baseUrl ?? DEFAULT_BASE_URL, connection.allowInsecure === true);
  const token = checkToken(connection.token);
  const Pool = await loadPool();
  const timeouts: StageTimeouts = { ...TIMEOUTS, ...connection.timeouts };
  const now = connection.now ?? Date.now;
  const maxBytes = connection.maxReplyBytes ?? MAX_REPLY_BYTES;
  const requests: Record<StageVerb, number> = { GET: 0, PUT: 0, PATCH: 0, DELETE: 0 };
  const count: Record<StageVerb, () => void> = {
    GET: () => started('GET'),
    PUT: () => started('PUT'),
    PATCH: () => started('PATCH'),
    DELETE: () => started('DELETE'),
  };
  function started(verb: StageVerb): void {
    requests[verb]++;
    connection.onRequest?.(verb);
  }

  const options: Pool.Options = {
    // One connection for each request that may run: more would sit idle, fewer would queue inside the pool, where a
    // request waits without a time-out.
    connections: connection.concurrency ?? CONCURRENCY,
    // A request put behind another on one connection cannot be told apart when that connection breaks.
    pipelining: 1,
    // Uploads are paced and their failures told apart as HTTP/1.1 does it.
    allowH2: false,
    connect: { timeout: timeouts.connect },
    headersTimeout: timeouts.headers,
    bodyTimeout: timeouts.idle,
    // Shorter than servers keep an idle connection (5 s and up): the far end closing it under a new request is what
    // the official client names as its commonest failure. A server that says how long gets its way, less a second.
    keepAliveTimeout: 4_000,
    keepAliveMaxTimeout: 60_000,
  };
  const proxied = (await loadProxied(connection.proxy))?.(options, timeouts.connect);
  const pool = proxied?.leadsTo(base) === true ? proxied.dispatcher : new Pool(base.origin, options);
  let agent: Promise<Dispatcher> | undefined;

  function dispatch(
    send: SendOptions,
    exchange: Exchange,
    body: unknown,
    headers: string[],
    wait: number,
  ): void {
    pool.dispatch(
      {
        origin: base.origin,
        path: send.target,
        method: send.verb,
        headers,
        body: body as Buffer | null,
        headersTimeout: wait,
      },
      exchange,
    );
  }

  function begin(send: SendOptions): Exchange {
    send.signal.throwIfAborted();
    const most = send.maxBytes === undefined ? maxBytes : Math.min(maxBytes, send.maxBytes);
    return new Exchange({
      signal: send.signal,
      maxBytes: most,
      timeouts,
      onStart: count[send.verb],
    });
  }

  return {
    origin: new URL(base.origin),
    basePath: base.pathname.replace(/\/+$/, ''),
    timeouts,
    now,
    authorize: (...more) => ['authorization', `Bearer ${token}`, ...more],
    requests,
    async send(options, body = null) {
      const exchange = begin(options);
      dispatch(options, exchange, body, options.headers, timeouts.headers);
      return exchange.reply;
    },
    async sendStream(options, body) {
      const exchange = begin(options);
      // undici counts its time for headers from the start of the request; a long upload has its own clock.
      dispatch(options, exchange, body(exchange), options.headers, 0);
      return exchange.reply;
    },
    async open(url, headers, signal) {
      const anywhere =
        proxied?.leadsTo(url) === true ? proxied.dispatcher : await (agent ??= openAgent(options));
      started('GET');
      // undici counts its own time for headers anew whenever the other side says that they are yet to come
      const slow = new AbortController();
      const late = (): void => slow.abort(new ExchangeError(NO_HEADERS, 'no headers in time'));
      const timer =
        timeouts.headers === 0 ? undefined : setTimeout(late, timeouts.connect + timeouts.headers);
      try {
        return await anywhere.request({
          origin: url.origin,
          path: url.pathname + url.search,
          method: 'GET',
          headers,
          signal: AbortSignal.any([signal, slow.signal]),
        });
      } finally {
        clearTimeout(timer);
      }
    },
    redact: (text) => text.replaceAll(token, '[token]'),
    async close() {
      await Promise.all([
        pool.destroy(),
        proxied?.dispatcher.destroy(),
        agent?.then((anywhere) => anywhere.destroy()),
      ]);
    },
  };
}

/**
 * The pool by itself: undici's index also loads fetch, WebSocket and caches, which would take a third of the time of
 * every short command. A release that keeps it elsewhere still has it in the index.
 */
async function loadPool(): Promise<typeof Pool> {
  const place: string = 'undici/lib/dispatcher/pool.js';
  try {
    const { default: pool } = (await import(place)) as { default: typeof Pool };
    return pool;
  } catch {
    return (await import('undici')).Pool;
  }
}

async function openAgent({ connections, ...options }: Pool.Options): Promise<Dispatcher> {
  const { Agent } = await import('undici');
  return new Agent({ ...options, connections: connections ?? null });
}
