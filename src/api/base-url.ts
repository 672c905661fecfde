import { SyncError } from '../model/errors.ts';
import { isLoopback } from '../http/loopback.ts';

/** The API of SingleStore itself. */
export const DEFAULT_BASE_URL = 'https://api.singlestore.com';

/**
 * Rejects with `config` a text that is no URL, a URL with parts that a base URL cannot have, and one that would show
 * the token to others.
 */
export function parseBaseUrl(text: string, allowInsecure: boolean): URL {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url === undefined || (url.protocol !== 'https:' && url.protocol !== 'http:'))
    throw unusable('The base URL of Stage must begin with https:// and name a host.');
  if (url.username !== '' || url.password !== '')
    throw unusable('The base URL of Stage must not contain a user or a password.');
  if (url.search !== '' || url.hash !== '')
    throw unusable('The base URL of Stage must not contain "?" or "#".');
  if (url.protocol === 'http:' && !isLoopback(url) && !allowInsecure)
    throw unusable(
      `The base URL of Stage, ${url.origin}, would send the API key in the clear. Use https://, or allow it with --allow-insecure.`,
    );
  return url;
}

/** Rejects with `config` a token that no header can hold; it is not shown. */
export function checkToken(token: string): string {
  if (token === '') throw unusable('There is no API key for Stage. Set SINGLESTOREDB_MANAGEMENT_TOKEN.');
  if (!/^[\x21-\x7e]+$/.test(token))
    throw unusable('The API key for Stage contains a space, a line break or a character that is not ASCII.');
  return token;
}

const unusable = (message: string): SyncError => new SyncError('config', message, { verdict: 'end_run' });
