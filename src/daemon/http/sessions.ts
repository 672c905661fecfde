import type { IncomingHttpHeaders } from 'node:http';
import type { Access } from './access.ts';

/** Browsers keep one set of cookies for all ports of a machine, so each daemon has a name of its own. */
export const cookieName = (port: number): string => `stagesync-${port}`;

/** Longer than a session that is used now and then: the server ends those. */
const COOKIE_SECONDS = 30 * 24 * 60 * 60;

export const sessionCookie = (
  name: string,
  session: string,
  { secure }: { readonly secure: boolean },
): string =>
  `${name}=${session}; Path=/; HttpOnly; SameSite=Strict; Max-Age=${session === '' ? 0 : COOKIE_SECONDS}${secure ? '; Secure' : ''}`;

/** The value of the cookie; undefined where the request has none of that name. */
export function cookieOf({ cookie = '' }: IncomingHttpHeaders, name: string): string | undefined {
  for (const part of cookie.split(';')) {
    const at = part.indexOf('=');
    if (at > 0 && part.slice(0, at).trim() === name) return part.slice(at + 1).trim();
  }
  return undefined;
}

/** A session's cookie, or the token as a bearer's. */
export function isSignedIn(access: Access, headers: IncomingHttpHeaders, name: string): boolean {
  const session = cookieOf(headers, name);
  if (session !== undefined && access.isSession(session)) return true;
  const token = /^Bearer ([\w.~+/=-]+)$/i.exec(headers.authorization ?? '')?.[1];
  return token !== undefined && access.isToken(token);
}
