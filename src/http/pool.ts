import type { Agent, Dispatcher, Pool } from 'undici';
import type { LargeGet, OwnConnections } from './own-connections.ts';
import { type Proxied, type ProxySettings, loadProxied } from './proxy.ts';
import type { Answer } from './streamed-exchange.ts';

/** Bounds of connections; times in milliseconds, 0 is no limit. */
export interface ConnectionLimits {
  /** To one host. A request beyond waits for one of them, without a time-out. */
  readonly connections: number;
  /** The longest time until a connection is there. */
  readonly connectMs: number;
  /** The longest time from the end of a request to the headers of its reply. */
  readonly headersMs: number;
  /** The longest time without a byte of a reply, while somebody reads. */
  readonly idleMs: number;
}

export interface OutgoingRequest {
  /** Scheme, host and port. */
  readonly origin: Pick<URL, 'origin' | 'protocol' | 'hostname'>;
  /** Path and query, encoded. */
  readonly target: string;
  readonly method: string;
  /** By name, or flat: name, value, name, value. */
  readonly headers: Readonly<Record<string, string>> | string[];
  readonly body?: Uint8Array | string | AsyncIterable<Uint8Array> | null | undefined;
  /** In place of the limit for all requests. */
  readonly headersMs?: number | undefined;
}

/** Connections that are kept and used again: direct ones, and those that go by a proxy. */
export class Connections {
  readonly #direct: Dispatcher;
  readonly #proxied: Proxied | undefined;
  readonly #limits: ConnectionLimits | undefined;
  #own: Promise<OwnConnections> | undefined;

  /** `limits`: those of connections that are made for one request each; absent, none are made. */
  constructor(direct: Dispatcher, proxied?: Proxied, limits?: ConnectionLimits) {
    this.#direct = direct;
    this.#proxied = proxied;
    this.#limits = limits;
  }

  /** Sends a request as soon as a connection is free. `exchange` is told of everything that follows. */
  dispatch(request: OutgoingRequest, exchange: Dispatcher.DispatchHandler): void {
    const { origin, target, method, headers, body = null, headersMs } = request;
    const dispatcher = this.#proxied?.leadsTo(origin) === true ? this.#proxied.dispatcher : this.#direct;
    dispatcher.dispatch(
      {
        origin: origin.origin,
        path: target,
        method,
        headers,
        // undici takes an async iterable here, which its types leave out
        body: body as Buffer | null,
        ...(headersMs !== undefined && { headersTimeout: headersMs }),
      },
      exchange,
    );
  }

  /**
   * Asks for a large body on a connection of its own, which needs half of the processor time. Undefined: the request has to be
   * dispatched, because it goes by a proxy, or was answered with what this way does not read. Rejects as a StreamedExchange does.
   */
  async getLarge(request: LargeGet): Promise<Answer | undefined> {
    const limits = this.#limits;
    if (limits === undefined || this.#proxied?.leadsTo(request.url) === true) return undefined;
    this.#own ??= import('./own-connections.ts').then((module) => new module.OwnConnections(limits));
    return (await this.#own).get(request);
  }

  /** Breaks off what is still under way. */
  async close(): Promise<void> {
    const own = this.#own?.then((connections) => connections.close());
    await Promise.all([this.#direct.destroy(), this.#proxied?.dispatcher.destroy(), own]);
  }
}

const poolOptions = ({ connections, connectMs, headersMs, idleMs }: ConnectionLimits) => ({
  connections,
  // One request at a time: when a connection with several requests breaks, nobody can tell which of them were
  // answered.
  pipelining: 1,
  // The pacing of transfers and the reading of failures rely on HTTP/1.1.
  allowH2: false,
  connect: { timeout: connectMs },
  headersTimeout: headersMs,
  bodyTimeout: idleMs,
  // Servers keep an idle connection for 5 s or longer; ours ends before that. Otherwise the server could close it
  // just when a new request begins, which the official client of Stage calls its most common failure. Where a server
  // names its own time, that time less a second counts.
  keepAliveTimeout: 4_000,
  keepAliveMaxTimeout: 60_000,
});

/** Connections to one origin. Loads the HTTP client; rejects with `config` for a proxy that cannot be used. */
export async function openConnectionsTo(
  origin: URL,
  limits: ConnectionLimits,
  proxy: ProxySettings | undefined,
): Promise<Connections> {
  const [OnePool, openProxied] = await Promise.all([loadPart<typeof Pool>('pool'), loadProxied(proxy)]);
  const options = poolOptions(limits);
  return new Connections(new OnePool(origin.origin, options), openProxied?.(options, limits.connectMs));
}

/** Connections to wherever requests go; each call of the result opens its own. Rejects as openConnectionsTo does. */
export async function loadConnections(
  limits: ConnectionLimits,
  proxy: ProxySettings | undefined,
): Promise<() => Connections> {
  const [AnyAgent, openProxied] = await Promise.all([loadPart<typeof Agent>('agent'), loadProxied(proxy)]);
  const options = poolOptions(limits);
  return () => new Connections(new AnyAgent(options), openProxied?.(options, limits.connectMs), limits);
}

const PARTS = { pool: 'Pool', agent: 'Agent' } as const;

/**
 * Loads one class alone: undici's index also loads fetch, WebSocket and caches, which would take a third of the time
 * of every short command. Where a release of undici keeps the class in another file, the index is loaded.
 */
async function loadPart<T extends typeof Pool | typeof Agent>(part: keyof typeof PARTS): Promise<T> {
  const place: string = `undici/lib/dispatcher/${part}.js`;
  try {
    return ((await import(place)) as { default: T }).default;
  } catch {
    return (await import('undici'))[PARTS[part]] as T;
  }
}
