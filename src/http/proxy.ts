import type { buildConnector, Dispatcher, EnvHttpProxyAgent, Pool } from 'undici';
import { SyncError } from '../model/errors.ts';
import { isLoopback } from './loopback.ts';
import { proxyRefused, proxyUnreachable } from './proxy-error.ts';

/** Proxies as the environment names them; URLs may hold a user and a password, which are secret. */
export interface ProxySettings {
  /** For https: addresses (HTTPS_PROXY). */
  readonly https?: string | undefined;
  /** For http: addresses (HTTP_PROXY). */
  readonly http?: string | undefined;
  /** Hosts that are reached without one (NO_PROXY): names with all below them, addresses, `host:port`, `*`. */
  readonly except?: string | undefined;
}

/** Connections that may go by a proxy. */
export interface Proxied {
  /**
   * Whether `dispatcher` is the one for this address: a proxy is set for its scheme, and the address is not this machine,
   * which is never reached through a proxy. The dispatcher then looks at NO_PROXY.
   */
  leadsTo(address: Pick<URL, 'protocol' | 'hostname'>): boolean;
  /** Requests reject with an error that proxyErrorIn knows when the proxy failed. */
  readonly dispatcher: Dispatcher;
}

export type OpenProxied = (options: Pool.Options, connectTimeoutMs: number) => Proxied;

/**
 * Opens connections by the rules of `settings`; undefined when no proxy is set, and then nothing is loaded. Rejects with
 * `config` for a proxy that cannot be used.
 */
export async function loadProxied(settings: ProxySettings | undefined): Promise<OpenProxied | undefined> {
  const https = proxyUrl('HTTPS_PROXY', settings?.https);
  const http = proxyUrl('HTTP_PROXY', settings?.http);
  if (https === undefined && http === undefined) return undefined;
  const undici = await import('undici');

  return (options, connectTimeout) => {
    const agentOptions: EnvHttpProxyAgent.Options = {
      ...options,
      connections: options.connections ?? null,
      // undici would read from the environment what is not given here
      httpsProxy: https?.href ?? '',
      httpProxy: http?.href ?? '',
      noProxy: settings?.except ?? '',
      connectTimeout,
      // For https: addresses, a way through the proxy.
      clientFactory(proxy, given) {
        // without this limit, a proxy that never answers would be waited for five minutes
        const pool = new undici.Pool(proxy, { ...given, headersTimeout: connectTimeout });
        const connect = pool.connect.bind(pool);
        return Object.assign(pool, {
          connect: (request: Dispatcher.ConnectOptions) => openTunnel(proxy.host, connect(request)),
        });
      },
      // For http: addresses, connections to the proxy itself, which undici would make without our limits.
      factory: (origin, given) =>
        http !== undefined && String(origin) === http.href
          ? new undici.Pool(origin, { ...options, connect: toProxy(http.host, given) })
          : new undici.Pool(origin, given),
    };
    return {
      leadsTo: (address) =>
        (address.protocol === 'https:' ? https : http) !== undefined && !isLoopback(address),
      dispatcher: new undici.EnvHttpProxyAgent(agentOptions),
    };
  };
}

async function openTunnel(
  place: string,
  connecting: Promise<Dispatcher.ConnectData>,
): Promise<Dispatcher.ConnectData> {
  const data = await connecting.catch((error: unknown) => {
    throw proxyUnreachable(place, error);
  });
  if (data.statusCode === 200) return data;
  data.socket.on('error', () => undefined).destroy();
  throw proxyRefused(place, data.statusCode);
}

/** The connector that undici made for the proxy, whose failures are the proxy's. */
function toProxy(place: string, given: object): buildConnector.connector {
  const { connect } = given as { connect: buildConnector.connector };
  return (options, callback) =>
    connect(options, (...[error, socket]) => {
      if (error === null) callback(null, socket);
      else callback(proxyUnreachable(place, error), null);
    });
}

/** `host:port` alone is an http: proxy. The error does not show the text, which may hold a password. */
function proxyUrl(name: string, text: string | undefined): URL | undefined {
  if (text === undefined) return undefined;
  const url = URL.parse(text.includes('://') ? text : `http://${text}`);
  if (url === null || !/^https?:$/.test(url.protocol) || url.hostname === '')
    throw unusable(`The proxy in ${name} must begin with http:// or https:// and name a host.`);
  if (!isDecodable(url.username) || !isDecodable(url.password))
    throw unusable(`The user and password in ${name} must have "%25" for each "%".`);
  return url;
}

function isDecodable(text: string): boolean {
  try {
    decodeURIComponent(text);
    return true;
  } catch {
    return false;
  }
}

const unusable = (message: string): SyncError => new SyncError('config', message, { verdict: 'end_run' });
