import type { Dispatcher, EnvHttpProxyAgent, Pool } from 'undici';
import { SyncError } from '../model/errors.ts';
import { isLoopback } from './base-url.ts';

/** Proxies as the environment names them; URLs may hold a user and a password, which are secret. */
export interface ProxySettings {
  /** For https: addresses (HTTPS_PROXY). */
  readonly https?: string | undefined;
  /** For http: addresses (HTTP_PROXY). */
  readonly http?: string | undefined;
  /** Hosts that are reached without one (NO_PROXY): names with all below them, addresses, `host:port`, `*`. */
  readonly except?: string | undefined;
}

/** This machine is never reached through a proxy, as curl's and Go's users know it of `localhost`. */
const ALWAYS_EXCEPT = 'localhost,127.0.0.1,::1';

/**
 * What sends requests to `base` through the proxy that is set for its scheme; undefined when none is, or `base` is this
 * machine. It also reaches any other origin, by the same rules. Rejects with `config` for a proxy that cannot be used.
 */
export async function openProxied(
  base: URL,
  settings: ProxySettings | undefined,
  options: Pool.Options,
  connectTimeout: number,
): Promise<Dispatcher | undefined> {
  const https = proxyUrl('HTTPS_PROXY', settings?.https);
  const http = proxyUrl('HTTP_PROXY', settings?.http);
  if ((base.protocol === 'https:' ? https : http) === undefined || isLoopback(base)) return undefined;
  const undici = await import('undici');
  const agentOptions: EnvHttpProxyAgent.Options = {
    ...options,
    connections: options.connections ?? null,
    // what is not given it would read from the environment itself
    httpsProxy: https ?? '',
    httpProxy: http ?? '',
    noProxy: `${settings?.except ?? ''},${ALWAYS_EXCEPT}`,
    connectTimeout,
    // or a proxy that never answers would be waited for five minutes
    clientFactory: (proxy, more) => new undici.Pool(proxy, { ...more, headersTimeout: connectTimeout }),
  };
  return new undici.EnvHttpProxyAgent(agentOptions);
}

/** `host:port` alone is an http: proxy. The error does not show the text, which may hold a password. */
function proxyUrl(name: string, text: string | undefined): string | undefined {
  if (text === undefined) return undefined;
  const url = URL.parse(text.includes('://') ? text : `http://${text}`);
  if (url !== null && /^https?:$/.test(url.protocol) && url.hostname !== '') return url.href;
  throw new SyncError(
    'config',
    `The proxy for Stage, ${name}, must begin with http:// or https:// and name a host.`,
    { verdict: 'end_run' },
  );
}
