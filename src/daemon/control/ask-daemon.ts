import { createConnection, type Socket } from 'node:net';
import { setTimeout as wait } from 'node:timers/promises';
import { messageOf, SyncError, type ErrorCode } from '../../model/errors.ts';
import type { Answer, ControlReply, ControlRequest } from './control-messages.ts';
import { daemonPlace, isHeld } from './daemon-place.ts';

/** A daemon that has just started may not listen yet: it is asked again for so long, in milliseconds. */
const STARTING_MS = 10_000;
const AGAIN_EVERY_MS = 100;

export interface AskedDaemon {
  readonly stateFolder: string;
  /** The jobs file; absolute. */
  readonly file: string;
  /** Aborted: the answer is not waited for any longer. What was asked for goes on. */
  readonly signal: AbortSignal;
}

/**
 * Asks the daemon of a jobs file. Resolves with undefined where none runs. Rejects with the error that the daemon answers, and
 * with `interrupted` when it ends before it has answered.
 */
export async function askDaemon<Request extends ControlRequest>(
  { stateFolder, file, signal }: AskedDaemon,
  request: Request,
): Promise<Answer<Request> | undefined> {
  const place = daemonPlace(stateFolder, file);
  const socket = await connectToDaemon(place.socket, { isAlive: () => isHeld(place), signal });
  if (socket === undefined) return undefined;
  const line = await exchange(socket, `${JSON.stringify(request)}\n`, signal);
  const reply = replyIn(line);
  if ('answer' in reply) return reply.answer as Answer<Request>;
  throw new SyncError(reply.error.code as ErrorCode, reply.error.message, { verdict: 'end_run' });
}

/** A connection; undefined where nobody listens. */
async function connectToDaemon(
  path: string,
  { isAlive, signal }: { readonly isAlive: () => boolean; readonly signal: AbortSignal },
): Promise<Socket | undefined> {
  for (let waited = 0; ; waited += AGAIN_EVERY_MS) {
    signal.throwIfAborted();
    const connected = await connect(path);
    if (!(connected instanceof Error)) return connected;
    const { code } = connected as NodeJS.ErrnoException;
    const isAbsent = code === 'ENOENT' || code === 'ECONNREFUSED';
    if (!isAbsent)
      throw new SyncError(
        'config',
        `cannot ask the daemon at ${path}: ${messageOf(connected)}; it is asked by the user that runs it`,
        { verdict: 'end_run', cause: connected },
      );
    if (!isAlive() || waited >= STARTING_MS) return undefined;
    await wait(AGAIN_EVERY_MS, undefined, { signal });
  }
}

const connect = (path: string): Promise<Socket | Error> =>
  new Promise((resolve) => {
    const socket = createConnection(path);
    socket.once('error', resolve);
    socket.once('connect', () => {
      socket.off('error', resolve);
      resolve(socket);
    });
  });

/** Sends a line, and resolves with all that is answered. */
function exchange(socket: Socket, line: string, signal: AbortSignal): Promise<string> {
  return new Promise((resolve, reject) => {
    const parts: Buffer[] = [];
    const leave = (): void => {
      socket.destroy();
      reject(signal.reason as Error);
    };
    if (signal.aborted) return leave();
    signal.addEventListener('abort', leave, { once: true });
    socket.on('data', (part) => parts.push(Buffer.from(part)));
    // a connection that breaks off has answered what it has
    socket.on('error', () => undefined);
    socket.on('close', () => {
      signal.removeEventListener('abort', leave);
      resolve(Buffer.concat(parts).toString());
    });
    socket.write(line);
  });
}

function replyIn(line: string): ControlReply {
  try {
    if (line.endsWith('\n')) return JSON.parse(line) as ControlReply;
  } catch {
    // told below
  }
  throw new SyncError(
    'interrupted',
    'the daemon ended before it had answered; what it had begun, its next start goes on with',
    { verdict: 'end_run' },
  );
}
