import { connect as connectPlain, isIP } from 'node:net';
import type { ProgressWatch } from './progress-watch.ts';
import { type ConnectInto, isRedirect, SocketExchange, type SocketLimits } from './socket-exchange.ts';
import type { Answer } from './streamed-exchange.ts';

export interface LargeGet {
  readonly url: URL;
  /** Flat: name, value, name, value. */
  readonly headers: readonly string[];
  readonly signal: AbortSignal | undefined;
  readonly watch: ProgressWatch | undefined;
  /** The request starts to be sent. */
  readonly onStart: (() => void) | undefined;
}

/**
 * GETs of large bodies, each on a connection of its own that reads into blocks. Why beside undici:
 * docs/decisions/requests/large-downloads.md.
 */
export class OwnConnections {
  readonly #limits: SocketLimits;
  readonly #exchanges = new Set<SocketExchange>();
  /** Origins whose answers were of another kind: their bytes come in another way, or from elsewhere. */
  readonly #unfit = new Set<string>();

  constructor(limits: SocketLimits) {
    this.#limits = limits;
  }

  /**
   * Undefined: this request has to be made in another way. It may have been sent, and answered with what this way does not read.
   * Rejects as a StreamedExchange does.
   */
  async get({ url, headers, signal, watch, onStart }: LargeGet): Promise<Answer | undefined> {
    if (this.#unfit.has(url.origin)) return undefined;
    const request = requestText(url, headers);
    const connect = url.protocol === 'https:' ? await securely(url) : plainly(url);
    const exchange: SocketExchange = new SocketExchange({
      connect,
      request,
      limits: this.#limits,
      signal,
      watch,
      onStart,
      onEnd: () => this.#exchanges.delete(exchange),
    });
    this.#exchanges.add(exchange);
    const answer = await exchange.answer;
    // a redirect leads to where the bytes are: the next ones are asked for on a connection that is kept
    const { status = 0 } = exchange;
    // what refuses with a text of another kind may still give files in this one
    if (isRedirect(status) || (answer === undefined && status < 400)) this.#unfit.add(url.origin);
    return answer;
  }

  /** Breaks off what is under way. */
  close(): void {
    for (const exchange of this.#exchanges) exchange.destroy();
  }
}

/** Throws for a header that would become two of them. */
function requestText(url: URL, headers: readonly string[]): string {
  const lines = [`GET ${url.pathname}${url.search} HTTP/1.1`, `host: ${url.host}`, 'connection: close'];
  for (let at = 0; at + 1 < headers.length; at += 2) lines.push(`${headers[at]!}: ${headers[at + 1]!}`);
  // without the text, which may hold the token
  if (lines.some((line) => !PRINTABLE.test(line)))
    throw new TypeError('a header has a character that cannot be sent');
  return `${lines.join('\r\n')}\r\n\r\n`;
}

const PRINTABLE = /^[\t\x20-\x7e\x80-\xff]*$/;

const placeOf = ({ hostname, port, protocol }: URL): { readonly host: string; readonly port: number } => ({
  host: hostname.startsWith('[') ? hostname.slice(1, -1) : hostname,
  port: port === '' ? DEFAULT_PORTS[protocol === 'https:' ? 'https' : 'http'] : Number(port),
});

const DEFAULT_PORTS = { http: 80, https: 443 } as const;

const plainly =
  (url: URL): ConnectInto =>
  (onread) => ({ socket: connectPlain({ ...placeOf(url), onread }), readyEvent: 'connect' });

/** With the certificates and settings of Node, as undici has them. */
async function securely(url: URL): Promise<ConnectInto> {
  const { connect } = await import('node:tls');
  const place = placeOf(url);
  // an address is no name that a certificate could be chosen by
  const name = isIP(place.host) === 0 ? { servername: place.host } : {};
  return (onread) => {
    // the types of `connect` leave `onread` out
    const options = { ...place, ...name, ALPNProtocols: ['http/1.1'], onread };
    return { socket: connect(options), readyEvent: 'secureConnect' };
  };
}
