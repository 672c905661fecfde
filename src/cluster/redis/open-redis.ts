import { readFileSync } from 'node:fs';
import { isIP } from 'node:net';
import { resolve } from 'node:path';
import type { Redis, RedisOptions } from 'ioredis';
import { messageOf, SyncError } from '../../model/errors.ts';
import { loadIoredis } from './load-ioredis.ts';
import type { RedisUrl } from './redis-url.ts';
import { readServerInfo, serverProblem, serverWarning, type ServerNeeds } from './server-info.ts';

export interface OpenRedisOptions extends ServerNeeds {
  /** The flag, variable or key that has the address, for messages. */
  readonly from: string;
  /** Where a relative `password-file` begins. */
  readonly folder: string;
  /** How this program is called in the server's list of clients. */
  readonly clientName?: string | undefined;
}

/** An open connection to Redis. It comes back by itself when it breaks; until then every command fails at once. */
export interface RedisConnection extends AsyncDisposable {
  readonly client: Redis;
  /** The address without a password, for people. */
  readonly shown: string;
  /** What a person should know of the server; undefined where there is nothing. */
  readonly warning: string | undefined;
  /** Whether commands reach the server now. */
  readonly isUp: boolean;
  /** Never rejects. */
  close(): Promise<void>;
}

/** No command takes longer, in milliseconds: one that would fails. */
export const COMMAND_MS = 2000;
/** The first connection takes no longer, in milliseconds. */
const CONNECT_MS = 5000;
/**
 * A connection on which a question is open for so long, in milliseconds, is given up: a firewall or a lost machine that says nothing
 * would else keep it for a quarter of an hour. Longer than a command, so that the command says what was.
 */
const SILENT_MS = 2500;
/** A connection that is broken already keeps the process from ending for so long, in milliseconds. */
const LEAVE_MS = 50;
const RECONNECT_MS = { first: 50, longest: 2000 };

/**
 * Opens a connection. Rejects with `config` where ioredis is not installed or the password cannot be read, `queue_unreachable` where
 * nobody answers, `queue_unauthorised` where the password is not accepted, and `queue_misconfigured` where the server cannot
 * be used.
 */
export async function openRedis(url: RedisUrl, options: OpenRedisOptions): Promise<RedisConnection> {
  const { from, clientName = 'stagesync' } = options;
  const Client = await loadIoredis(from);
  const client = new Client(
    Object.assign(connectionOptions(url, options), {
      connectionName: clientName,
      commandTimeout: COMMAND_MS,
      socketTimeout: SILENT_MS,
      // after a fail-over the address may lead to another server, which a connection that is kept never reaches
      reconnectOnError: ({ message }: Error) => message.startsWith('READONLY'),
      // what cannot be asked now fails now: whoever asks has another way
      enableOfflineQueue: false,
      autoResendUnfulfilledCommands: false,
      maxRetriesPerRequest: 0,
      lazyConnect: true,
      disconnectTimeout: LEAVE_MS,
    }),
  );
  // each broken attempt is told here; without a listener it would be printed
  let latest: unknown;
  client.on('error', (error: unknown) => (latest = error));
  try {
    await client.connect();
    // the client itself stays in database 0 where the server has none of that number, and says nothing
    if (url.database !== 0) await client.select(url.database);
    const info = readServerInfo(await client.info());
    const problem = serverProblem(info, url.shown, options);
    if (problem !== undefined) throw problem;
    return {
      client,
      shown: url.shown,
      warning: serverWarning(info, url.shown, options),
      get isUp() {
        return client.status === 'ready';
      },
      close: () => closed(client),
      [Symbol.asyncDispose]: () => closed(client),
    };
  } catch (error) {
    client.disconnect();
    throw error instanceof SyncError ? error : redisError(latest ?? error, url.shown, from);
  }
}

/** What every connection to this server has in common, also those that other packages open. Holds the password: never to be printed. */
export function connectionOptions(
  url: RedisUrl,
  { from, folder }: Pick<OpenRedisOptions, 'from' | 'folder'>,
): Omit<RedisOptions, 'replyMapping'> {
  const { host, port, database, user, tls, passwordFile } = url;
  const password =
    passwordFile === undefined ? url.password : readPassword(resolve(folder, passwordFile), from);
  return {
    host,
    port,
    db: database,
    ...(user !== undefined && { username: user }),
    ...(password !== undefined && { password }),
    // an address of numbers is no name
    ...(tls && { tls: isIP(host) === 0 ? { servername: host } : {} }),
    connectTimeout: CONNECT_MS,
    retryStrategy: (times) => Math.min(RECONNECT_MS.longest, RECONNECT_MS.first * 2 ** Math.min(times, 10)),
  };
}

/** What a failure of the server, or on the way to it, means. The error itself may hold a password, and is not kept. */
export function redisError(error: unknown, shown: string, from: string): SyncError {
  const { code } = (error ?? {}) as { readonly code?: string };
  // an attempt at several addresses has a code alone
  const message = (messageOf(error) || (code ?? 'no answer')).slice(0, 200);
  // what the client says of itself while it has no connection
  const said = message.startsWith('Stream isn') ? 'the connection is broken' : message;
  if (said.startsWith('NOAUTH')) return unauthorised(`${shown} asks for a password, and ${from} gives none`);
  if (/^(WRONGPASS|NOPERM)|invalid password|invalid username/i.test(said))
    return unauthorised(`${shown} does not accept the user or the password that ${from} gives: ${said}`);
  if (/\bOOM\b/.test(said))
    return misconfigured(
      `${shown} is full, and takes nothing more (maxmemory): give it more memory, or remove what others keep there`,
    );
  if (/\b(READONLY|MISCONF)\b/.test(said)) return misconfigured(`${shown} takes no changes: ${said}`);
  if (said.includes('DB index is out of range'))
    return misconfigured(`${shown} has no database of this number; correct ${from}`);
  // something else listens there, a web server for one; the client would have that reported as a fault of its own
  if (said.startsWith('Unknown RESP type'))
    return new SyncError(
      'queue_unreachable',
      `what answers at ${shown} is no Redis: correct the host or the port in ${from}`,
      { verdict: 'end_run', fact: 'out_of_reach' },
    );
  return new SyncError(
    'queue_unreachable',
    `cannot reach ${shown}: ${said}; start the server, or correct ${from}`,
    { verdict: 'end_run', fact: 'out_of_reach' },
  );
}

const misconfigured = (message: string): SyncError =>
  new SyncError('queue_misconfigured', message, { verdict: 'end_run' });

const unauthorised = (message: string): SyncError =>
  new SyncError('queue_unauthorised', message, { verdict: 'end_run', fact: 'unauthorised' });

/** The error never shows what the file holds. */
function readPassword(file: string, from: string): string {
  let text: string;
  try {
    text = readFileSync(file, 'utf8').replace(/\r?\n$/, '');
  } catch (error) {
    throw unusable(`cannot read the password-file ${file} of ${from}: ${messageOf(error)}`);
  }
  if (text === '') throw unusable(`the password-file ${file} of ${from} is empty`);
  if (/[\r\n\0]/.test(text))
    throw unusable(
      `the password-file ${file} of ${from} has more than one line: it has to hold the password alone`,
    );
  return text;
}

const unusable = (message: string): SyncError => new SyncError('config', message, { verdict: 'end_run' });

async function closed(client: Redis): Promise<void> {
  if (client.status === 'ready') await client.quit().catch(() => undefined);
  client.disconnect();
}
