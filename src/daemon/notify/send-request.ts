import { Exchange } from '../../http/exchange.ts';
import { loadConnections, type Connections } from '../../http/pool.ts';
import type { ProxySettings } from '../../http/proxy.ts';
import { failureIn } from '../../http/transport-error.ts';

/** How one attempt ended. What `why` says names no address: paths of webhooks are secrets. */
export type Attempt =
  | { readonly ended: 'taken' }
  /** Trying it again may help; `afterMs`: the other side asked for this pause. */
  | { readonly ended: 'again'; readonly why: string; readonly afterMs?: number | undefined }
  | { readonly ended: 'refused'; readonly why: string };

export interface OutgoingNotice {
  readonly url: URL;
  readonly method: 'POST' | 'GET';
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | undefined;
  readonly signal: AbortSignal;
}

export type SendRequest = ((notice: OutgoingNotice) => Promise<Attempt>) & { close(): Promise<void> };

/** Milliseconds. Receivers have to answer before they do what they do. */
const ANSWER_MS = 15_000;
/** Bytes of an answer; nobody reads it. */
const MOST_BYTES = 64 * 1024;

const LIMITS = { connections: 2, connectMs: 10_000, headersMs: ANSWER_MS, idleMs: ANSWER_MS };

/** Sends by the project's own HTTP, which knows proxies. Redirects are not followed. Loads the HTTP client at the first request. */
export function requestSender(proxy: ProxySettings | undefined): SendRequest {
  let opening: Promise<Connections> | undefined;
  const send = async ({ url, method, headers, body, signal }: OutgoingNotice): Promise<Attempt> => {
    try {
      const connections = await (opening ??= loadConnections(LIMITS, proxy).then((open) => open()));
      const limited = AbortSignal.any([signal, AbortSignal.timeout(2 * ANSWER_MS)]);
      const exchange = new Exchange({
        signal: limited,
        maxBytes: MOST_BYTES,
        headersMs: ANSWER_MS,
        watch: undefined,
      });
      connections.dispatch(
        { origin: url, target: url.pathname + url.search, method, headers: { ...headers }, body },
        exchange,
      );
      const { status, headers: answered } = await exchange.reply;
      return judged(status, answered['retry-after']);
    } catch (error) {
      // the text of an error can hold the address
      return { ended: 'again', why: signal.aborted ? 'there was no time left' : failureIn(error).what };
    }
  };
  return Object.assign(send, {
    async close() {
      await (await opening?.catch(() => undefined))?.close();
    },
  });
}

function judged(status: number, retryAfter: string | string[] | undefined): Attempt {
  if (status >= 200 && status < 300) return { ended: 'taken' };
  const why = `it answered ${status}`;
  if (status >= 500 || status === 429 || status === 408) {
    const seconds =
      typeof retryAfter === 'string' && /^\d{1,6}$/.test(retryAfter) ? Number(retryAfter) : undefined;
    return { ended: 'again', why, ...(seconds !== undefined && { afterMs: seconds * 1000 }) };
  }
  return { ended: 'refused', why };
}
