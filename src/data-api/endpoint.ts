import { isLoopback } from '../http/loopback.ts';
import { SyncError } from '../model/errors.ts';
import { printable } from '../model/printable.ts';

/** The port of the MySQL protocol, which endpoints often name; the Data API is at the port of HTTPS. */
const SQL_PORT = '3306';

export interface EndpointOptions {
  /** Where the text comes from, for the error: '--sql-endpoint'. */
  readonly from: string;
  /** Also takes `http:` to other machines; the password then crosses the network in the clear. */
  readonly allowInsecure: boolean;
}

/**
 * The address of a Data API: of `svc-1.example.com`, of the same with a port, or of an address with https://. Without a scheme
 * it is HTTPS, but for this machine. Rejects with `config` what names no host, and http: to another machine unless allowed.
 */
export function parseEndpoint(text: string, { from, allowInsecure }: EndpointOptions): URL {
  const whole = text.includes('://') ? text : `https://${text}`;
  const url = URL.canParse(whole) ? new URL(whole) : undefined;
  // the text is not shown where it may hold a password
  if (url === undefined || !/^https?:$/.test(url.protocol) || url.hostname === '')
    throw unusable(`${from} has to name a host, as svc-1.example.com, or an address with https://`);
  if (url.username !== '' || url.password !== '')
    throw unusable(
      `${from} has a user or a password before its "@": leave them out, and set SINGLESTOREDB_USER and SINGLESTOREDB_PASSWORD`,
    );
  if (!/^\/?$/.test(url.pathname) || url.search !== '' || url.hash !== '')
    throw unusable(`${from} names more than a host: give ${printable(url.host)} alone`);
  if (url.port === SQL_PORT) url.port = '';
  if (!text.includes('://') && isLoopback(url)) return new URL(url.href.replace('https:', 'http:'));
  if (url.protocol === 'http:' && !isLoopback(url) && !allowInsecure)
    throw unusable(
      `${from}, ${url.origin}, would send the password in the clear: use https://, or allow it with --allow-insecure`,
    );
  return url;
}

const unusable = (message: string): SyncError => new SyncError('config', message, { verdict: 'end_run' });
