import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';

/** Milliseconds in which a one-time link can be used: it stands in a log that others may read later. */
const CODE_LIFE_MS = 60 * 60_000;
/** Milliseconds without a request after which a session ends. */
const SESSION_IDLE_MS = 7 * 24 * 60 * 60_000;
/** Of each kind; the oldest goes when there are more. */
const MOST = 64;

const secret = (): string => randomBytes(24).toString('base64url');
/** Secrets are kept as digests: what is in memory signs nobody in. */
const digest = (text: string): string => createHash('sha256').update(text).digest('base64url');

/** Who may use the page: the codes of one-time links, sessions, and the token where there is one. */
export class Access {
  readonly #codes = new Map<string, number>();
  /** When each session was last used. */
  readonly #sessions = new Map<string, number>();
  readonly #token: string | undefined;
  readonly #now: () => number;

  constructor({
    token,
    now = Date.now,
  }: {
    readonly token?: string | undefined;
    readonly now?: () => number;
  }) {
    this.#token = token === undefined ? undefined : digest(token);
    this.#now = now;
  }

  get takesToken(): boolean {
    return this.#token !== undefined;
  }

  /** A code that signs in once, within an hour. */
  newCode(): string {
    const code = secret();
    keep(this.#codes, digest(code), this.#now());
    return code;
  }

  /** A new session for a code that was not used before. */
  signInByCode(code: string): string | undefined {
    const key = digest(code);
    const madeMs = this.#codes.get(key);
    this.#codes.delete(key);
    return madeMs === undefined || this.#now() - madeMs > CODE_LIFE_MS ? undefined : this.#newSession();
  }

  signInByToken(token: string): string | undefined {
    return this.isToken(token) ? this.#newSession() : undefined;
  }

  isToken(token: string): boolean {
    return this.#token !== undefined && timingSafeEqual(Buffer.from(digest(token)), Buffer.from(this.#token));
  }

  isSession(session: string): boolean {
    const key = digest(session);
    const usedMs = this.#sessions.get(key);
    if (usedMs === undefined) return false;
    this.#sessions.delete(key);
    if (this.#now() - usedMs > SESSION_IDLE_MS) return false;
    keep(this.#sessions, key, this.#now());
    return true;
  }

  signOut(session: string): void {
    this.#sessions.delete(digest(session));
  }

  #newSession(): string {
    const session = secret();
    keep(this.#sessions, digest(session), this.#now());
    return session;
  }
}

function keep(map: Map<string, number>, key: string, ms: number): void {
  map.set(key, ms);
  const [oldest] = map.keys();
  if (map.size > MOST && oldest !== undefined) map.delete(oldest);
}
