import { Readable } from 'node:stream';
import { loadConnections } from '../../../http/pool.ts';
import type { Connections } from '../../../http/pool.ts';
import { ProxyError } from '../../../http/proxy-error.ts';
import type { ProxySettings } from '../../../http/proxy.ts';
import { PROGRESS_LIMITS, ProgressWatch } from '../../../http/progress-watch.ts';
import type { ProgressLimits } from '../../../http/progress-watch.ts';
import { StreamedExchange } from '../../../http/streamed-exchange.ts';
import type { Answer, ByteStream } from '../../../http/streamed-exchange.ts';

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
  readonly headers: Answer['headers'];
  /**
   * The body as it comes from the network, which saves one copy in comparison with `body`. Only one of the two can be
   * read.
   */
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

  /** The SDK's middleware sets another body after it has read the first one. */
  set body(body: Readable) {
    this.#body = body;
  }
}

export interface HttpOptions {
  /** Connections to one host. */
  readonly connections: number;
  /** Milliseconds until a connection has to be there. */
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
  readonly #connections: Connections;
  readonly #watch: ProgressWatch;

  constructor(connections: Connections, progress: ProgressLimits = PROGRESS_LIMITS) {
    this.#connections = connections;
    this.#watch = new ProgressWatch(progress);
  }

  /** The SDK's way in. */
  async handle(
    request: HttpRequest,
    { abortSignal }: SendOptions = {},
  ): Promise<{ readonly response: SdkResponse }> {
    try {
      return { response: new SdkResponse(await this.send(request, abortSignal)) };
    } catch (error) {
      throw retryable(error);
    }
  }

  /** Rejects with an error that has a `code` when no answer comes, or with the signal's reason. */
  send(request: HttpRequest, signal: AbortSignal | undefined): Promise<Answer> {
    const { protocol, hostname, port, method, headers, body } = request;
    const exchange = new StreamedExchange({ signal, watch: this.#watch });
    const origin = `${protocol}//${hostname}${port === undefined ? '' : `:${port}`}`;
    this.#connections.dispatch(
      {
        origin: { origin, protocol, hostname },
        target: targetOf(request),
        method,
        headers,
        body: body as string | Buffer | undefined,
      },
      exchange,
    );
    return exchange.answer;
  }

  /** The SDK wants this method and the next; the only settings are the limits that the agent has. */
  updateHttpClientConfig(): void {
    return;
  }
  httpHandlerConfigs(): object {
    return {};
  }

  destroy(): void {
    void this.#connections.close();
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
  // A connection is idle as long as Stage takes its time with the bytes: ProgressWatch can tell that from a server that stopped.
  const open = await loadConnections({ connections, connectMs, headersMs, idleMs: 0 }, proxy);
  return () => new HttpHandler(open(), progress);
}

/** The SDK tries again what has `$retryable`. */
const retryable = (error: unknown): unknown =>
  error instanceof ProxyError && error.verdict === 'retry' ? Object.assign(error, { $retryable: {} }) : error;

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
