import type { IncomingHttpHeaders } from 'node:http';

export interface OriginRefusal {
  readonly message: string;
}

/**
 * Why a request that a page of another origin began is refused; another port of this machine is another origin, though
 * the browser sends our cookie along. Programs without a browser send none of these headers. Following a link to the page
 * is allowed: that shows the page alone, which then asks for everything itself.
 */
export function otherOrigin(
  headers: IncomingHttpHeaders,
  { changes }: { readonly changes: boolean },
): OriginRefusal | undefined {
  const { origin, host } = headers;
  const site = headers['sec-fetch-site'];
  if (origin !== undefined && !isOwn(origin, host))
    return { message: 'a page of another origin may not ask this server' };
  if (site === undefined || site === 'same-origin' || site === 'none') return undefined;
  const follows =
    !changes && headers['sec-fetch-mode'] === 'navigate' && headers['sec-fetch-dest'] === 'document';
  return follows ? undefined : { message: 'a page of another site may not ask this server' };
}

/** `host` was checked to be this server's. A proxy in front of it may speak https. */
function isOwn(origin: string, host: string | undefined): boolean {
  const url = URL.parse(origin);
  if (url === null || host === undefined || (url.protocol !== 'http:' && url.protocol !== 'https:'))
    return false;
  return url.host === URL.parse(`${url.protocol}//${host}`)?.host;
}
