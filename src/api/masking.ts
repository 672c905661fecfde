/** The keys of requests and replies whose values nobody but their owner may see. */
export const SECRET_KEYS: ReadonlySet<string> = new Set(['adminPassword', 'password', 'value']);

/** In JSON, also in JSON that was cut off. */
const SECRET_IN_JSON = /("(?:adminPassword|password|value)"\s*:\s*)"(?:[^"\\]|\\.)*"?/g;

/** The secrets of a request's body. */
export const secretsIn = (body: unknown): readonly string[] =>
  Object.entries((body ?? {}) as Readonly<Record<string, unknown>>).flatMap(([key, value]) =>
    SECRET_KEYS.has(key) && typeof value === 'string' && value !== '' ? [value] : [],
  );

/** A server's text without these secrets, which it may send back, and without those that it made. */
export function masked(text: string, secrets: readonly string[]): string {
  const named = text.replaceAll(SECRET_IN_JSON, '$1"[secret]"');
  return secrets.reduce((left, secret) => left.replaceAll(secret, '[secret]'), named);
}
