import { chmodSync, rmSync } from 'node:fs';
import { createServer, type Server, type Socket } from 'node:net';
import { setTimeout as wait } from 'node:timers/promises';
import { errorData, messageOf } from '../../model/errors.ts';
import { configError, usageError } from '../../jobs/usage-errors.ts';
import {
  controlRequest,
  LONGEST_REQUEST,
  type ControlAnswers,
  type ControlReply,
  type ControlRequest,
} from './control-messages.ts';

/** Whoever connects has so long to say what they want, and then to take the answer, in milliseconds. */
const PATIENCE_MS = 10_000;
/** Connections at the same time; a further one is closed at once. */
const MOST_CONNECTIONS = 100;

/** A daemon that closes waits so long for its last answers, in milliseconds. */
const LAST_ANSWERS_MS = 1000;

/** Does what is asked. Rejections are told to whoever asked. */
export type ControlHandler = {
  readonly [Ask in ControlRequest['ask']]: (
    request: Extract<ControlRequest, { readonly ask: Ask }>,
  ) => Promise<ControlAnswers[Ask]>;
};

export interface ControlServer {
  /** Answers nobody any more; resolves once the socket is gone. */
  close(): Promise<void>;
}

/**
 * Answers requests on a Unix socket: one line of JSON each way for each connection. Whoever may connect is decided by the
 * rights of the folder and of the socket, which nobody but this user has. A socket that a killed daemon left is replaced: the
 * caller holds the lock of the place. Rejects with `config` where the socket cannot be made.
 */
export async function serveControl(socketPath: string, handler: ControlHandler): Promise<ControlServer> {
  const open = new Set<Socket>();
  const answering = new Set<Promise<void>>();
  const server = createServer({ allowHalfOpen: true }, (socket) => {
    open.add(socket);
    socket.on('close', () => open.delete(socket));
    // whoever went away wants no answer
    socket.on('error', () => socket.destroy());
    const answer = serveOne(socket, handler).finally(() => answering.delete(answer));
    answering.add(answer);
  });
  server.maxConnections = MOST_CONNECTIONS;
  try {
    rmSync(socketPath, { force: true });
    await listen(server, socketPath);
    chmodSync(socketPath, 0o600);
  } catch (error) {
    throw configError(
      `cannot make the control socket ${socketPath}: ${messageOf(error)}; make its folder writable, or set XDG_STATE_HOME`,
      error,
    );
  }
  return {
    async close() {
      // closing takes the socket away from the folder
      const closed = new Promise<void>((resolve) => void server.close(() => resolve()));
      // what was asked before is answered, as that the daemon has stopped
      await Promise.race([Promise.all(answering), wait(LAST_ANSWERS_MS, undefined, { ref: false })]);
      // one that does not read its answer keeps no daemon from ending
      for (const socket of open) socket.destroy();
      await closed;
    },
  };
}

const listen = (server: Server, path: string): Promise<void> =>
  new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(path, () => {
      server.off('error', reject);
      resolve();
    });
  });

async function serveOne(socket: Socket, handler: ControlHandler): Promise<void> {
  const reply = await answerTo(socket, handler);
  if (socket.destroyed || reply === undefined) return;
  // who neither reads the answer nor goes away holds a connection that others need
  socket.setTimeout(PATIENCE_MS, () => socket.destroy());
  await new Promise<void>((resolve) => {
    socket.once('close', () => resolve());
    socket.end(`${JSON.stringify(reply)}\n`, () => resolve());
  });
}

async function answerTo(socket: Socket, handler: ControlHandler): Promise<ControlReply | undefined> {
  try {
    const line = await readLine(socket);
    if (line === undefined) return undefined;
    const request = parse(line);
    // the table of handlers has one for each request, of its type
    const handle = handler[request.ask] as (asked: ControlRequest) => Promise<unknown>;
    return { answer: await handle(request) };
  } catch (error) {
    const { code, message } = errorData(error);
    return { error: { code, message } };
  }
}

function parse(line: string): ControlRequest {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    throw usageError('a request to the daemon is one line of JSON');
  }
  const parsed = controlRequest.safeParse(value);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  const place = issue?.path.join('.') ?? '';
  throw usageError(
    `the daemon does not understand the request${place === '' ? '' : ` (${place})`}: ${issue?.message ?? ''}; it may be of another release than the command: restart it`,
  );
}

/** The first line; undefined when the other side ends without one. Rejects one that is too long or does not come. */
function readLine(socket: Socket): Promise<string | undefined> {
  return new Promise((resolve, reject) => {
    const parts: Buffer[] = [];
    let size = 0;
    const timer = setTimeout(() => reject(usageError('no request came')), PATIENCE_MS);
    const over = (): void => {
      clearTimeout(timer);
      socket.off('data', onData);
      socket.resume();
    };
    const onData = (part: Buffer): void => {
      size += part.byteLength;
      parts.push(part);
      const isWhole = part.includes(0x0a);
      if (!isWhole && size <= LONGEST_REQUEST) return;
      over();
      if (size > LONGEST_REQUEST) reject(usageError('the request is too long'));
      else resolve(Buffer.concat(parts).toString().split('\n', 1)[0]);
    };
    socket.on('data', onData);
    socket.once('end', () => {
      over();
      resolve(undefined);
    });
    socket.once('close', () => {
      over();
      resolve(undefined);
    });
  });
}
