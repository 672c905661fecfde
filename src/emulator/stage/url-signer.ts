import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import { Refusal } from '../http/refusal.ts';

/** Makes and checks URLs that work without credentials for a while, as an object store's do. */
export class UrlSigner {
  readonly #key = randomBytes(32);

  /** A path with query, to be put behind the download port's address. */
  sign(deployment: string, path: string, lifetimeSeconds: number): string {
    const expires = Math.floor(Date.now() / 1000 + lifetimeSeconds);
    const target = `/${deployment}/${path.split('/').map(encodeURIComponent).join('/')}`;
    return `${target}?expires=${expires}&signature=${this.#signature(deployment, path, String(expires))}`;
  }

  /** Throws the 403. */
  check(deployment: string, path: string, query: URLSearchParams): void {
    const expires = query.get('expires') ?? '';
    const given = Buffer.from(query.get('signature') ?? '');
    const expected = Buffer.from(this.#signature(deployment, path, expires));
    if (given.length !== expected.length || !timingSafeEqual(given, expected))
      throw new Refusal(403, 'SignatureDoesNotMatch');
    if (Date.now() / 1000 >= Number(expires)) throw new Refusal(403, 'AccessDenied: Request has expired');
  }

  #signature(deployment: string, path: string, expires: string): string {
    return createHmac('sha256', this.#key).update(`${deployment}\n${path}\n${expires}`).digest('hex');
  }
}
