/** The target of a request: what it asks for, and the host that it names beside the header when it is an absolute URL. */
export interface RequestTarget {
  /** Path and query. */
  readonly path: string;
  readonly authority: string | undefined;
}

/** Clients that take this server for a proxy send whole URLs; every server has to take them (RFC 9112, 3.2.2). */
export function readTarget(target: string): RequestTarget {
  const [whole, authority] = /^https?:\/\/([^/?#]*)/i.exec(target) ?? [];
  if (whole === undefined) return { path: target, authority: undefined };
  const rest = target.slice(whole.length);
  return { path: rest.startsWith('/') ? rest : `/${rest}`, authority };
}

const TOKEN = "[\\w!#$%&'*+.^`|~-]+";
const MEDIA_TYPE = new RegExp(`^\\s*${TOKEN}/${TOKEN}\\s*(?:;|$)`);

/** Whether a Content-Type is one; some clients send an empty one with a request that carries nothing. */
export const isMediaType = (contentType: string): boolean => MEDIA_TYPE.test(contentType);
