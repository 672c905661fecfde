import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Whether there is a redis-server on this machine: `.ci/redis/install-and-start.sh` installs one. */
export const HAS_REDIS = spawnSync('redis-server', ['--version']).status === 0;

export interface RedisServerOptions {
  readonly password?: string | undefined;
  /** What was written outlives a kill. */
  readonly keeps?: boolean | undefined;
  /** Further settings, as of the command line: `['--maxmemory', '3mb']`. */
  readonly settings?: readonly string[] | undefined;
}

/** A redis-server on a port of its own and with a folder of its own. */
export interface RedisServer {
  readonly port: number;
  /** With the password, where there is one. */
  readonly url: string;
  readonly pid: number;
  /** The folder of its files, for a copy of them. */
  readonly folder: string;
  /** Ends it at once, as a power cut would. */
  kill(): Promise<void>;
  /** It forgets everything. */
  flush(): Promise<void>;
  /** Starts it again on its port after it ended. */
  start(): Promise<void>;
  send(signal: NodeJS.Signals): void;
}

/** Starts a redis-server that runs until it is closed. */
export async function openRedisServer({
  password,
  keeps = false,
  settings = [],
}: RedisServerOptions = {}): Promise<RedisServer & { close(): Promise<void> }> {
  const folder = await mkdtemp(join(tmpdir(), 'stagesync-redis-'));
  const port = await freePort();
  const args = ['--bind', '127.0.0.1', '--port', String(port), '--dir', folder, '--save', ''];
  args.push('--maxmemory-policy', 'noeviction', '--loglevel', 'warning');
  if (keeps) args.push('--appendonly', 'yes', '--appendfsync', 'always');
  if (password !== undefined) args.push('--requirepass', password);
  args.push(...settings);
  const launch = () => spawn('redis-server', args, { stdio: 'ignore' });
  let child = launch();
  const ended = async (signal: NodeJS.Signals): Promise<void> => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    const exit = once(child, 'exit');
    child.kill(signal);
    await exit;
  };
  const answers = async (): Promise<void> => {
    while (!(await isAnswering(port))) {
      if (child.exitCode !== null) throw new Error(`redis-server ended with ${child.exitCode}`);
    }
  };
  await answers();
  return {
    port,
    url: `redis://${password === undefined ? '' : `:${password}@`}127.0.0.1:${port}/0`,
    get pid() {
      return child.pid!;
    },
    folder,
    kill: () => ended('SIGKILL'),
    async start() {
      child = launch();
      await answers();
    },
    flush: () => flushed(port, password),
    send: (signal) => void child.kill(signal),
    async close() {
      child.kill('SIGCONT');
      await ended('SIGKILL');
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** Whether the server answers a PING, be it with "no password" or "still loading": loading ends before the answer counts. */
function isAnswering(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    const end = (answers: boolean): void => {
      socket.destroy();
      setTimeout(resolve, answers ? 0 : 20, answers);
    };
    socket.on('error', () => end(false));
    socket.on('data', (data) => end(!data.toString().startsWith('-LOADING')));
    socket.write('PING\r\n');
  });
}

function flushed(port: number, password: string | undefined): Promise<void> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1');
    let text = '';
    socket.on('error', reject);
    socket.on('data', (data) => {
      text += data.toString();
      if (text.split('\r\n').length < (password === undefined ? 2 : 3)) return;
      socket.destroy();
      if (text.includes('-')) reject(new Error(text));
      else resolve();
    });
    if (password !== undefined) socket.write(`AUTH ${password}\r\n`);
    socket.write('FLUSHALL\r\n');
  });
}

/** Below those that the system gives to whoever asks for any: while the server is down, nobody else gets its port. */
async function freePort(): Promise<number> {
  for (;;) {
    const port = 20_000 + Math.floor(Math.random() * 10_000);
    const server = createServer().listen(port, '127.0.0.1');
    const isFree = await once(server, 'listening').then(
      () => true,
      () => false,
    );
    if (!isFree) continue;
    server.close();
    await once(server, 'close');
    return port;
  }
}
