/** Where a secret comes from that may change while the process lives. */
export interface SecretSource {
  /** The secret as of now. */
  current(): Promise<string>;
  /** This one was refused: resolves with whether there is another one now. */
  renew(refused: string): Promise<boolean>;
}

/** As whom SQL is run: a user with a password, or whoever a JSON web token names. The key of the Management API is neither. */
export interface SqlCredentials {
  /** Undefined: the secret is a JSON web token. */
  readonly user: string | undefined;
  readonly secret: SecretSource;
}

/** A secret that stays the same. */
export const fixedSecret = (secret: string): SecretSource => ({
  current: () => Promise.resolve(secret),
  renew: () => Promise.resolve(false),
});

/** Three parts in base64url, the first of which begins with `{"`. */
const WEB_TOKEN = /^eyJ[\w-]+\.[\w-]+\.[\w-]*$/;

/** The value of the Authorization header. A password that is a JSON web token is sent as one, also with a user. */
export function authorization(user: string | undefined, secret: string): string {
  if (user === undefined || WEB_TOKEN.test(secret)) return `Bearer ${secret}`;
  return `Basic ${Buffer.from(`${user}:${secret}`).toString('base64')}`;
}

/** Too short to be looked for in a text: what is left of the text would be beyond reading. */
const LEAST_CHARACTERS = 4;

/** The text without the secret, also as the header has it. */
export function withoutSecret(text: string, user: string | undefined, secret: string): string {
  const [, encoded = ''] = authorization(user, secret).split(' ');
  return [secret, encoded].reduce(
    (left, each) => (each.length < LEAST_CHARACTERS ? left : left.replaceAll(each, '[password]')),
    text,
  );
}
