import { SyncError } from '../../model/errors.ts';

/** Where a Redis or Valkey server is, and as whom it is asked. */
export interface RedisUrl {
  readonly host: string;
  readonly port: number;
  readonly database: number;
  /** `rediss://`: the connection is encrypted, and the server's certificate is checked. */
  readonly tls: boolean;
  readonly user: string | undefined;
  /** Secret. */
  readonly password: string | undefined;
  /** A file that holds the password; read when the connection is opened. */
  readonly passwordFile: string | undefined;
  /** What else stands after the `?`, by name. */
  readonly parameters: ReadonlyMap<string, string>;
  /** The address without a password, for people. */
  readonly shown: string;
}

export interface RedisUrlForm {
  /** The flag, variable or key that has the address, for messages. */
  readonly from: string;
  /** The parameters that it may have besides `password-file`. */
  readonly parameters?: readonly string[] | undefined;
  /** False where others can read the text, as they can a command line: a password in it is then refused. */
  readonly mayHavePassword: boolean;
  /** The variable that may have a password, for messages. */
  readonly variable: string;
}

const PORT = 6379;

/**
 * 'redis://host:6379/0', 'rediss://user:password@host', 'redis://host?password-file=/run/secrets/redis'. Throws `config` where it
 * is none of these; what could be a password is never shown.
 */
export function parseRedisUrl(text: string, form: RedisUrlForm): RedisUrl {
  const { from, variable } = form;
  const url = URL.parse(text);
  if (url === null || !/^rediss?:$/.test(url.protocol) || url.hostname === '' || url.hash !== '')
    throw mistaken(
      `${from} has to be an address like redis://HOST:6379/0, or rediss://HOST:6379 for an encrypted connection; what is special in a password is written with "%"`,
    );
  if (url.password !== '' && !form.mayHavePassword)
    throw mistaken(
      `${from} has a password, and other users of this machine can read command lines; set ${variable} instead, or name a file that holds it: ${url.protocol}//HOST?password-file=FILE`,
    );
  const database = /^\/?(\d{0,5})$/.exec(url.pathname)?.[1];
  if (database === undefined)
    throw mistaken(
      `${from} names a database that is no number: write ${url.protocol}//HOST:6379/0; a "/" in a password is written "%2F"`,
    );
  const { passwordFile, parameters } = parametersOf(url, form);
  if (passwordFile !== undefined && url.password !== '')
    throw mistaken(`${from} has a password and a password-file: leave one of them out`);
  const shown = new URL(text);
  shown.password = '';
  return {
    // a host of IPv6 stands in brackets
    host: url.hostname.replaceAll(/^\[|\]$/g, ''),
    port: url.port === '' ? PORT : Number(url.port),
    database: Number(database),
    tls: url.protocol === 'rediss:',
    user: decoded(url.username, from),
    password: decoded(url.password, from),
    passwordFile,
    parameters,
    shown: shown.href,
  };
}

function parametersOf(
  { searchParams }: URL,
  { from, parameters: known = [] }: RedisUrlForm,
): Pick<RedisUrl, 'passwordFile' | 'parameters'> {
  const given = new Map<string, string>();
  for (const [name, value] of searchParams) {
    if (given.has(name)) throw mistaken(`${from} has the parameter ${name} twice`);
    if (name !== 'password-file' && !known.includes(name))
      throw mistaken(
        `${from} has a parameter that is not known: it may have ${[...known, 'password-file'].join(', ')}`,
      );
    if (value.trim() === '') throw mistaken(`${from} has the parameter ${name} without a value`);
    given.set(name, value);
  }
  const passwordFile = given.get('password-file');
  given.delete('password-file');
  return { passwordFile, parameters: given };
}

function decoded(text: string, from: string): string | undefined {
  if (text === '') return undefined;
  try {
    return decodeURIComponent(text);
  } catch {
    throw mistaken(`${from} has a "%" that stands for nothing: write "%25" for each "%"`);
  }
}

const mistaken = (message: string): SyncError => new SyncError('config', message, { verdict: 'end_run' });
