import type { Socket } from 'node:net';

/** A request whose head is read; the body comes in pieces through `BodyReader`. */
export interface RequestHead {
  readonly method: string;
  /** Path and query, as sent. */
  readonly target: string;
  /** The whole head in lower case, for looking up a header. */
  readonly lowerHead: string;
  readonly bodyBytes: number;
}

/** The whole answer with its head; in pieces when it is long. */
export type Reply = string | Iterator<string | Buffer>;

/** Takes a request's body. `end` answers; the connection reads the next request only after that. */
export interface BodyReader {
  data(chunk: Buffer): void;
  end(answer: (reply: Reply) => void): void;
}

const HEAD_END = Buffer.from('\r\n\r\n');
const CONTINUE = 'HTTP/1.1 100 Continue\r\n\r\n';

/** A header's value in a lower-case head, or undefined. */
export function headerOf(lowerHead: string, name: string): string | undefined {
  const at = lowerHead.indexOf(`\r\n${name}:`);
  if (at === -1) return undefined;
  const start = at + name.length + 3;
  const end = lowerHead.indexOf('\r\n', start);
  return lowerHead.slice(start, end === -1 ? undefined : end).trim();
}

/**
 * Just enough of HTTP/1.1 for a server that must never be what is measured: bodies with Content-Length, kept
 * connections, one request at a time. Half a dozen microseconds a request, where node:http takes fifty.
 */
export function serveConnection(socket: Socket, begin: (head: RequestHead) => BodyReader): void {
  let pending: Buffer | undefined;
  let reader: BodyReader | undefined;
  let left = 0;
  let answering = false;
  let close = false;
  socket.setNoDelay(true);
  socket.on('error', () => socket.destroy());

  const answered = (): void => {
    answering = false;
    reader = undefined;
    if (close) socket.end();
    else if (pending !== undefined) take(undefined);
  };

  const pump = (pieces: Iterator<string | Buffer>): void => {
    for (let piece = pieces.next(); piece.done !== true; piece = pieces.next()) {
      if (socket.destroyed) return;
      if (!socket.write(piece.value)) {
        socket.once('drain', () => pump(pieces));
        return;
      }
    }
    answered();
  };

  const answer = (reply: Reply): void => {
    if (socket.destroyed) return;
    if (typeof reply === 'string') {
      socket.write(reply);
      answered();
    } else pump(reply);
  };

  const finish = (): void => {
    answering = true;
    reader!.end(answer);
  };

  const take = (chunk: Buffer | undefined): void => {
    let data = chunk;
    if (pending !== undefined) {
      data = data === undefined ? pending : Buffer.concat([pending, data]);
      pending = undefined;
    }
    while (data !== undefined && data.length > 0) {
      if (answering) {
        pending = data;
        return;
      }
      if (reader === undefined) {
        const end = data.indexOf(HEAD_END);
        if (end === -1) {
          pending = data;
          return;
        }
        const head = readHead(data.toString('latin1', 0, end));
        data = data.subarray(end + 4);
        left = head.bodyBytes;
        close = headerOf(head.lowerHead, 'connection') === 'close';
        reader = begin(head);
        if (left > 0 && data.length === 0 && headerOf(head.lowerHead, 'expect') === '100-continue')
          socket.write(CONTINUE);
        if (left === 0) {
          finish();
          continue;
        }
      }
      if (data.length === 0) return;
      const part: Buffer = data.length <= left ? data : data.subarray(0, left);
      left -= part.length;
      data = data.subarray(part.length);
      reader.data(part);
      if (left === 0) finish();
    }
  };
  socket.on('data', take);
}

function readHead(head: string): RequestHead {
  const methodEnd = head.indexOf(' ');
  const lowerHead = head.toLowerCase();
  return {
    method: head.slice(0, methodEnd),
    target: head.slice(methodEnd + 1, head.indexOf(' ', methodEnd + 1)),
    lowerHead,
    bodyBytes: Number(headerOf(lowerHead, 'content-length') ?? 0),
  };
}

/** A reply with a JSON or text body. */
export const reply = (status: string, body: string, more = ''): string =>
  `HTTP/1.1 ${status}\r\ncontent-type: application/json\r\n${more}content-length: ${Buffer.byteLength(body)}\r\n\r\n${body}`;
