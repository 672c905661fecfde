import { once } from 'node:events';
import { createServer, type AddressInfo, type Socket } from 'node:net';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { OwnConnections } from '../../src/http/own-connections.ts';
import type { Answer } from '../../src/http/streamed-exchange.ts';

const LIMITS = { connectMs: 5_000, headersMs: 5_000, idleMs: 5_000 };

/** A server that may send whatever it likes. */
describe('a large body from a hostile server', () => {
  let url: URL;
  let answer: (socket: Socket, request: string) => void;
  let requests: string[];
  let connections: OwnConnections;
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket.on('error', () => undefined).on('close', () => sockets.delete(socket)));
    let request = '';
    socket.on('data', (data) => {
      request += data.toString('latin1');
      if (!request.endsWith('\r\n\r\n')) return;
      requests.push(request);
      answer(socket, request);
    });
  });

  beforeEach(async () => {
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    url = new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}/v1/file?sig=a%2Fb`);
    requests = [];
    connections = new OwnConnections(LIMITS);
  });
  afterEach(async () => {
    connections.close();
    for (const socket of sockets) socket.destroy();
    server.close();
    await once(server, 'close');
  });

  const get = (limits = LIMITS, headers: string[] = []): Promise<Answer | undefined> => {
    if (limits !== LIMITS) connections = new OwnConnections(limits);
    return connections.get({ url, headers, signal: undefined, watch: undefined, onStart: undefined });
  };
  const textOf = async (asked: Promise<Answer | undefined>): Promise<string | undefined> => {
    const got = await asked;
    return got && Buffer.concat(await Array.fromAsync(got.body)).toString();
  };
  /** The connection is left at once, whatever the server has in mind. */
  const isLeft = (): Promise<void> => vi.waitFor(() => expect(sockets.size).toBe(0));

  test('is asked for in HTTP/1.1, as given, and for one answer', async () => {
    answer = (socket) => socket.write('HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok');
    expect(await textOf(get(LIMITS, ['authorization', 'Bearer x', 'range', 'bytes=5-']))).toBe('ok');
    expect(requests).toEqual([
      `GET /v1/file?sig=a%2Fb HTTP/1.1\r\nhost: ${url.host}\r\nconnection: close\r\nauthorization: Bearer x\r\nrange: bytes=5-\r\n\r\n`,
    ]);
    await isLeft();
  });

  test.each(['a\r\nx-more: b', 'a\nb', 'a\0b', '\u0100'])(
    'is never asked for with the header %j',
    async (value) => {
      const refused = await get(LIMITS, ['authorization', value]).catch((error: unknown) => error);
      expect(refused).toBeInstanceOf(TypeError);
      expect(String(refused)).not.toContain('x-more');
      expect(requests).toEqual([]);
    },
  );

  test('comes whole wherever its answer is split', async () => {
    const text =
      'HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 5\r\netag: "e"\r\n\r\nhello';
    for (let at = 1; at < text.length; at++) {
      answer = (socket) => {
        socket.setNoDelay(true).write(text.slice(0, at));
        setImmediate(() => socket.write(text.slice(at)));
      };
      const got = await get();
      expect([got?.status, got?.headers['etag'], await textOf(Promise.resolve(got))]).toEqual([
        200,
        '"e"',
        'hello',
      ]);
    }
  });

  test('has no byte more than its length', async () => {
    answer = (socket) => socket.write('HTTP/1.1 200 OK\r\ncontent-length: 3\r\n\r\nokay, and more');
    expect(await textOf(get())).toBe('oka');
    answer = (socket) => {
      socket.write('HTTP/1.1 200 OK\r\ncontent-length: 3\r\n\r\n');
      setImmediate(() => socket.write('okay, and more'));
    };
    expect(await textOf(get())).toBe('oka');
    await isLeft();
  });

  test.each([
    ['a chunked body', 'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n'],
    ['two lengths', 'HTTP/1.1 200 OK\r\ncontent-length: 2\r\ncontent-length: 3\r\n\r\nok'],
    ['no length', 'HTTP/1.1 200 OK\r\n\r\nok'],
    ['another version', 'HTTP/1.0 200 OK\r\ncontent-length: 2\r\n\r\nok'],
    ['a header that goes on', 'HTTP/1.1 200 OK\r\na: b\r\n c\r\ncontent-length: 2\r\n\r\nok'],
    ['a change of protocol', 'HTTP/1.1 101 Switching Protocols\r\nupgrade: x\r\n\r\n'],
    ['no HTTP at all', 'SSH-2.0-x\r\n'],
    ['a head without end', `HTTP/1.1 200 OK\r\nx: ${'y'.repeat(20_000)}`],
    [
      'announcements without end',
      'HTTP/1.1 103 Early Hints\r\nlink: x\r\n\r\n'.repeat(3) + 'HTTP/1.1 2OO OK\r\n\r\n',
    ],
  ])('is left to the other way when it comes with %s', async (_, text) => {
    answer = (socket) => socket.write(text);
    expect(await textOf(get())).toBeUndefined();
    await isLeft();
    // such a server is not asked in vain again
    expect(await textOf(get())).toBeUndefined();
    expect(requests).toHaveLength(1);
  });

  test('is asked for in this way again after a refusal, and not after a redirect', async () => {
    answer = (socket) => socket.write('HTTP/1.1 503 Slow\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n');
    expect(await get()).toBeUndefined();
    answer = (socket) => socket.write('HTTP/1.1 403 No\r\ncontent-length: 2\r\n\r\nno');
    expect(await textOf(get())).toBe('no');
    answer = (socket) =>
      socket.write('HTTP/1.1 307 x\r\nlocation: http://127.0.0.1/\r\ncontent-length: 0\r\n\r\n');
    expect(await get()).toMatchObject({ status: 307, headers: { location: 'http://127.0.0.1/' } });
    expect(await get()).toBeUndefined();
    expect(requests).toHaveLength(3);
    await isLeft();
  });

  test('is no redirect, whose own text is not read', async () => {
    answer = (socket) =>
      socket.write('HTTP/1.1 302 x\r\nlocation: /y\r\ntransfer-encoding: chunked\r\n\r\n2\r\nno\r\n');
    expect(await textOf(get())).toBe('');
    await isLeft();
  });

  test.each([
    ['is cut off', (socket: Socket) => socket.end(), 'ECONNRESET'],
    ['is reset', (socket: Socket) => socket.resetAndDestroy(), 'ECONNRESET'],
    ['stalls', () => undefined, 'ETIMEDOUT'],
  ])('that %s gives what came, and then fails', async (_, end, code) => {
    answer = (socket) => socket.write('HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\nhalf');
    const { body } = (await get({ ...LIMITS, idleMs: 300 }))!;
    const reader = body[Symbol.asyncIterator]();
    const first = await reader.next();
    expect(String(first.value)).toBe('half');
    for (const socket of sockets) end(socket);
    await expect(reader.next()).rejects.toMatchObject({ code });
    await isLeft();
  });

  test.each([
    ['nothing', ''],
    ['half of a head', 'HTTP/1.1 200 OK\r\n'],
    ['announcements for ever', 'HTTP/1.1 102 Processing\r\n\r\n'],
  ])('that never begins, after %s, is a time-out', async (_, text) => {
    let sending: NodeJS.Timeout | undefined;
    answer = (socket) => {
      sending = setInterval(() => socket.write(text), 20);
      if (!text.includes('102')) clearInterval(sending);
      if (text !== '') socket.write(text);
    };
    await expect(get({ ...LIMITS, headersMs: 200 })).rejects.toMatchObject({ code: 'ETIMEDOUT' });
    clearInterval(sending);
    await isLeft();
  });

  test('time in which its reader has enough is no stall', async () => {
    const size = 4 * 1024 * 1024;
    answer = (socket) =>
      socket.write('HTTP/1.1 200 OK\r\ncontent-length: ' + size + '\r\n\r\n') &&
      socket.write(Buffer.alloc(size));
    const { body } = (await get({ ...LIMITS, idleMs: 300 }))!;
    await vi.waitFor(() => expect(body).toMatchObject({ held: true }));
    await new Promise((resolve) => setTimeout(resolve, 700));
    let got = 0;
    for await (const chunk of body) {
      got += chunk.length;
      body.recycle?.(chunk);
    }
    expect(got).toBe(size);
  });

  test('ends when the connections are closed', async () => {
    answer = (socket) => socket.write('HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\n');
    const { body } = (await get())!;
    const reading = Array.fromAsync(body);
    connections.close();
    await expect(reading).rejects.toMatchObject({ code: 'ECONNABORTED' });
    await isLeft();
  });
});
