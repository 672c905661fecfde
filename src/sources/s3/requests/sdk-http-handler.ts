import type { Agent } from 'undici';
import { Readable } from 'node:stream';
import { loadProxied } from '../../../http/proxy.ts';
import type { Proxied, ProxySettings } from '../../../http/proxy.ts';
import type { ByteStream } from '../bucket.ts';
import { PROGRESS_LIMITS, ProgressWatch } from '../reading/progress.ts';
import type { ProgressLimits } from '../reading/progress.ts';
import { StreamedExchange } from '../../../http/streamed-exchange.ts';
import type { Answer, Headers } from '../../../http/streamed-exchange.ts';

/** As the SDK's middleware builds and signs it. */
export interface HttpRequest {
  readonly method: string;
  /** With the colon. */
  readonly protocol: string;
  readonly hostname: string;
  readonly port?: number;
  /** Encoded, and without the query. */
  readonly path: string;
  readonly query: Record<string, string | string[] | null>;
  readonly headers: Record<string, string>;
  readonly body?: unknown;
}

/** What a command's send() can be given that matters here; the SDK hands it on with every attempt. */
export interface SendOptions {
  readonly abortSignal?: AbortSignal;
}

/** An answer as the SDK's middleware knows it. */
export class SdkResponse {
  readonly statusCode: number;
  /** Names in lower case. */
  readonly headers: Headers;
  /** The body as it comes from the network, with a copy less than `body`. Only one of the two can be read. */
  readonly bytes: ByteStream;
  #body: Readable | undefined;

  constructor({ status, headers, body }: Answer) {
    this.statusCode = status;
    this.headers = headers;
    this.bytes = body;
  }

  /** The body as all clients of the SDK expect it: those that get credentials use the same handler. */
  get body(): Readable {
    return (this.#body ??= Readable.from(this.bytes, { objectMode: false }));
  }

  /** The SDK's middleware puts another in its place when it looked at the first. */
  set body(body: Readable) {
    this.#body = body;
  }
}

export interface HttpOptions {
  /** Connections to one host. */
  readonly connections: number;
  /** Until a connection is there, in milliseconds. */
  readonly connectMs: number;
  /** From the request to the headers of its answer, in milliseconds. */
  readonly headersMs: number;
  readonly proxy: ProxySettings | undefined;
  /** How slowly the body of an answer may come. */
  readonly progress?: ProgressLimits | undefined;
}

/** HTTP for clients of the SDK. */
export class HttpHandler {
  readonly metadata = { handlerProtocol: 'http/1.1' };
  readonly #agent: Agent;
  readonly #proxied: Proxied | undefined;
  readonly #watch: ProgressWatch;

  constructor(agent: Agent, proxied?: Proxied, progress: ProgressLimits = PROGRESS_LIMITS) {
    this.#agent = agent;
    this.#proxied = proxied;
    this.#watch = new ProgressWatch(progress);
  }

  /** The SDK's way in. */
  async handle(
    request: HttpRequest,
    { abortSignal }: SendOptions = {},
  ): Promise<{ readonly response: SdkResponse }> {
    return { response: new SdkResponse(await this.send(request, abortSignal)) };
  }

  /** Rejects with an error that has a `code` when no answer comes, or with the signal's reason. */
  send(request: HttpRequest, signal: AbortSignal | undefined): Promise<Answer> {
    const { protocol, hostname, port, method, headers, body } = request;
    signal?.throwIfAborted();
    const transfer = new StreamedExchange(signal, this.#watch);
    const dispatcher = this.#proxied?.leadsTo(request) === true ? this.#proxied.dispatcher : this.#agent;
    dispatcher.dispatch(
      {
        origin: `${protocol}//${hostname}${port === undefined ? '' : `:${port}`}`,
        path: targetOf(request),
        method,
        headers,
        body: (body ?? null) as string | Buffer | null,
      },
      transfer,
    );
    return transfer.answer;
  }

  /** The SDK asks for both; there is nothing to set but the limits that the agent has. */
  updateHttpClientConfig(): void {
    return;
  }
  httpHandlerConfigs(): object {
    return {};
  }

  destroy(): void {
    void this.#agent.destroy();
    void this.#proxied?.dispatcher.destroy();
  }
}

/**
 * Loads the HTTP client; then each client of the SDK can have a handler of its own, and closes it with itself. Rejects
 * with a SyncError `config` for a proxy that cannot be used.
 */
export async function httpHandlers({
  connections,
  connectMs,
  headersMs,
  proxy,
  progress,
}: HttpOptions): Promise<() => HttpHandler> {
  const [AgentClass, openProxied] = await Promise.all([loadAgent(), loadProxied(proxy)]);
  const options = {
    connections,
    pipelining: 1,
    allowH2: false,
    connect: { timeout: connectMs },
    headersTimeout: headersMs,
    // A connection is idle as long as Stage takes its time with the bytes. ProgressWatch can tell that from a server that stopped.
    bodyTimeout: 0,
    // Shorter than S3 and its like keep an idle connection; one that says how long gets its way, less a second.
    keepAliveTimeout: 4_000,
    keepAliveMaxTimeout: 60_000,
  };
  return () => new HttpHandler(new AgentClass(options), openProxied?.(options, connectMs), progress);
}

/** The agent by itself: undici's index also loads fetch, WebSocket and caches. A release that keeps it elsewhere still has it there. */
async function loadAgent(): Promise<typeof Agent> {
  const place: string = 'undici/lib/dispatcher/agent.js';
  try {
    const { default: agent } = (await import(place)) as { default: typeof Agent };
    return agent;
  } catch {
    return (await import('undici')).Agent;
  }
}

function targetOf({ path, query }: HttpRequest): string {
  const parts: string[] = [];
  for (const [name, value] of Object.entries(query)) {
    if (value === null) parts.push(encode(name));
    else
      for (const each of Array.isArray(value) ? value : [value])
        parts.push(`${encode(name)}=${encode(each)}`);
  }
  return parts.length === 0 ? path : `${path}?${parts.join('&')}`;
}

/** Percent-encoding as signatures want it (RFC 3986): encodeURIComponent leaves five characters too many. */
const encode = (text: string): string =>
  encodeURIComponent(text).replaceAll(
    /[!'()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );
