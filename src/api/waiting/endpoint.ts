import { isLoopback } from '../../http/loopback.ts';
import type { ApiConnection } from '../connection.ts';
import type { Awaited } from './awaited.ts';

/** The port of the MySQL protocol, which some replies add; the Data API is at the port of HTTPS. */
const SQL_PORT = '3306';

/**
 * Where the Data API of an endpoint says that it can be reached: HTTPS, but for this machine. Undefined for what names no
 * host.
 */
export function pingUrl(endpoint: string): URL | undefined {
  const text = `https://${endpoint}/ping`;
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url === undefined || url.pathname !== '/ping' || url.username !== '' || url.search !== '')
    return undefined;
  if (url.port === SQL_PORT) url.port = '';
  return isLoopback(url) ? new URL(url.href.replace('https:', 'http:')) : url;
}

/**
 * Whether the Data API of a workspace answers. It is asked without any credentials: even a refusal shows that somebody
 * listens. Rejects with the signal's reason alone.
 */
export async function answersSql(
  api: ApiConnection,
  endpoint: string,
  signal: AbortSignal,
): Promise<boolean> {
  const url = pingUrl(endpoint);
  if (url === undefined) return false;
  try {
    const { status, body } = await api.open(url, [], { signal });
    body.destroy();
    return status < 500;
  } catch {
    signal.throwIfAborted();
    return false;
  }
}

/** The endpoint that a look shows, and whether it answers. */
export interface EndpointLook {
  readonly endpoint: string | undefined;
  readonly answers: boolean;
}

/** Waits for the endpoint of what was waited for before. */
export const answering = ({ what, look }: Awaited): Awaited => ({
  what: `the endpoint of ${what}`,
  target: 'an answer (the firewall may not allow this machine)',
  look,
  judge: (shown) => {
    const { endpoint, answers } = shown as EndpointLook;
    if (answers) return { is: 'reached', state: 'answering' };
    return { is: 'not_yet', state: endpoint === undefined ? 'not there' : `silent (${endpoint})` };
  },
});
