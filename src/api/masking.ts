/** The keys of requests and replies whose values nobody but their owner may see. */
const SECRET_KEYS: ReadonlySet<string> = new Set(['adminPassword', 'password', 'value']);

/** In JSON, also in JSON that was cut off. */
const SECRET_IN_JSON = /("(?:adminPassword|password|value)"\s*:\s*)"(?:[^"\\]|\\.)*"?/g;

/** Keys of bodies that are written by hand, for an operation that is not in the table. */
const SOUNDS_SECRET = /password|secret|token/i;

/** Whether nobody is to see the text under this key. */
export const isSecretKey = (key: string): boolean => SECRET_KEYS.has(key) || SOUNDS_SECRET.test(key);

/** The secrets of a request's body, wherever they stand in it: as they are, and as JSON writes them. */
export function secretsIn(body: unknown): readonly string[] {
  if (typeof body !== 'object' || body === null) return [];
  return Object.entries(body).flatMap(([key, value]: [string, unknown]) => {
    if (typeof value !== 'string') return secretsIn(value);
    return isSecretKey(key) && value !== '' ? [value, JSON.stringify(value).slice(1, -1)] : [];
  });
}

/** A server's text without these secrets, which it may send back, and without those that it made. */
export function masked(text: string, secrets: readonly string[]): string {
  const named = text.replaceAll(SECRET_IN_JSON, '$1"[secret]"');
  return secrets.reduce((left, secret) => left.replaceAll(secret, '[secret]'), named);
}
