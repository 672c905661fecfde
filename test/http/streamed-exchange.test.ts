import { once } from 'node:events';
import { createServer } from 'node:net';
import type { AddressInfo, Socket } from 'node:net';
import { Agent } from 'undici';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { Connections } from '../../src/http/pool.ts';
import { ProgressWatch } from '../../src/http/progress-watch.ts';
import { type Answer, StreamedExchange } from '../../src/http/streamed-exchange.ts';
import { refusingPort } from '../support/network/refusing-port.ts';

const KIB = 1024;

/** The two ways to a body: by the pool's connections, and for a large one by a connection of its own. */
const WAYS = [
  { way: 'over a connection of the pool', isOwn: false },
  { way: 'over a connection of its own', isOwn: true },
] as const;

/** A server of bare sockets, so that every byte and every break is the test's own. */
describe.each(WAYS)('an answer $way', ({ isOwn }) => {
  let answer: (socket: Socket) => void;
  let port: number;
  let connections: number;
  let pool: Connections;
  let watch: ProgressWatch | undefined;
  const server = createServer((socket) => {
    connections += 1;
    socket.on('error', () => undefined);
    socket.on('data', () => answer(socket));
  });
  const sockets = new Set<Socket>();
  server.on('connection', (socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
  });

  beforeEach(async () => {
    connections = 0;
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    ({ port } = server.address() as AddressInfo);
    watch = undefined;
    pool = new Connections(
      new Agent({ connections: 1, headersTimeout: 500, bodyTimeout: 0 }),
      undefined,
      isOwn ? { connections: 1, connectMs: 5_000, headersMs: 500, idleMs: 0 } : undefined,
    );
  });
  afterEach(async () => {
    await pool.close();
    for (const socket of sockets) socket.destroy();
    server.close();
    await once(server, 'close');
  });

  async function ask(signal?: AbortSignal, at = port): Promise<Answer> {
    const origin = new URL(`http://127.0.0.1:${at}`);
    const large = await pool.getLarge({ url: origin, headers: [], signal, watch, onStart: undefined });
    if (large !== undefined) return large;
    const exchange = new StreamedExchange({ signal, watch });
    pool.dispatch({ origin, target: '/', method: 'GET', headers: {} }, exchange);
    return exchange.answer;
  }
  const head = (length: number, status = '200 OK'): string =>
    `HTTP/1.1 ${status}\r\ncontent-length: ${length}\r\netag: "e"\r\n\r\n`;

  test('has its status, its headers and its bytes', async () => {
    answer = (socket) => socket.write(`${head(5)}hello`);
    const { status, headers, body } = await ask();
    expect([status, headers['etag'], headers['content-length']]).toEqual([200, '"e"', '5']);
    expect(Buffer.concat(await Array.fromAsync(body)).toString()).toBe('hello');
  });

  test('waits for the real one behind an early hint', async () => {
    answer = (socket) =>
      socket.write(`HTTP/1.1 103 Early Hints\r\nlink: <x>\r\n\r\n${head(2, '404 Not Found')}no`);
    const { status, body } = await ask();
    expect(status).toBe(404);
    expect(Buffer.concat(await Array.fromAsync(body)).toString()).toBe('no');
  });

  test.each([
    ['breaks', (socket: Socket) => socket.resetAndDestroy()],
    ['ends early', (socket: Socket) => socket.end()],
  ])('hands out all bytes that came before the connection %s, and then says so', async (_, end) => {
    let written: (() => void) | undefined;
    answer = (socket) => {
      socket.write(head(100 * KIB));
      socket.write(Buffer.alloc(10 * KIB, 'x'), () => (written = () => end(socket)));
    };
    const { body } = await ask();
    let got = 0;
    const reading = (async () => {
      for await (const chunk of body) {
        got += chunk.length;
        if (got === 10 * KIB) written?.();
      }
    })();
    await expect(reading).rejects.toMatchObject({ code: 'ECONNRESET' });
    expect(got).toBe(10 * KIB);
  });

  test('that nobody reads makes the server wait', async () => {
    let taken = 0;
    const total = 64 * KIB * KIB;
    answer = (socket) => {
      socket.write(head(total));
      const more = (): void => {
        while (taken < total) {
          taken += 64 * KIB;
          if (!socket.write(Buffer.alloc(64 * KIB))) {
            socket.once('drain', more);
            return;
          }
        }
      };
      more();
    };
    const { body } = await ask();
    // Until nothing moves any more: what is left over fits the buffers of the system.
    let before = -1;
    await vi.waitFor(
      () => {
        const now = taken;
        const still = now === before;
        before = now;
        expect(still).toBe(true);
      },
      { interval: 100, timeout: 10_000 },
    );
    expect(taken).toBeLessThan(total / 2);
    expect(body).toMatchObject({ held: true });
    let got = 0;
    for await (const chunk of body) got += chunk.length;
    expect(got).toBe(total);
    expect(body).toMatchObject({ held: false, received: total });
  });

  test('that comes too slowly is broken off, and what came before is handed out', async () => {
    watch = new ProgressWatch({ leastBytes: 100, withinMs: 50 });
    answer = (socket) => socket.write(`${head(100)}some`);
    const { body } = await ask();
    // a look that comes late judges nothing
    await vi.waitFor(() => expect(sockets.size).toBe(0), { timeout: 15_000 });
    const { value } = await body[Symbol.asyncIterator]().next();
    expect(String(value)).toBe('some');
    await expect(Array.fromAsync(body)).rejects.toMatchObject({ code: 'ETIMEDOUT' });
  });

  test('whose headers come byte by byte is a time-out', async () => {
    let sending: NodeJS.Timeout | undefined;
    answer = (socket) => {
      const text = head(2).replace('etag', `${'x'.repeat(5_000)}: y\r\netag`);
      let at = 0;
      sending = setInterval(() => socket.write(text.charAt(at++)), 5);
    };
    await expect(ask()).rejects.toMatchObject({ code: 'ETIMEDOUT' });
    clearInterval(sending);
  });

  test('lets go of its connection when the reader leaves early', async () => {
    answer = (socket) => socket.write(`${head(100)}some`);
    const { body } = await ask();
    for await (const chunk of body) {
      expect(chunk.length).toBe(4);
      break;
    }
    await vi.waitFor(() => expect(sockets.size).toBe(0));
    await expect(Array.fromAsync(body)).rejects.toMatchObject({ code: 'ECONNABORTED' });
  });

  test('rejects with the error that it was destroyed with, also one who waits', async () => {
    answer = (socket) => socket.write(head(100));
    const { body } = await ask();
    const reading = Array.fromAsync(body);
    body.destroy(Object.assign(new Error('no byte came'), { code: 'ETIMEDOUT' }));
    await expect(reading).rejects.toMatchObject({ code: 'ETIMEDOUT' });
  });

  test.each(['before the answer', 'within the answer'])(
    'is cancelled %s with the reason of the signal',
    async (when) => {
      const controller = new AbortController();
      const reason = new Error('enough');
      answer = (socket) => (when === 'within the answer' ? socket.write(head(100)) : undefined);
      const asked = ask(controller.signal);
      if (when === 'within the answer') {
        const reading = Array.fromAsync((await asked).body);
        controller.abort(reason);
        await expect(reading).rejects.toBe(reason);
      } else {
        await vi.waitFor(() => expect(connections).toBe(1));
        controller.abort(reason);
        await expect(asked).rejects.toBe(reason);
      }
      await vi.waitFor(() => expect(sockets.size).toBe(0));
    },
  );

  test.skipIf(isOwn)('that is cancelled while it waits for a connection is never asked for', async () => {
    const controller = new AbortController();
    const reason = new Error('enough');
    let release: (() => void) | undefined;
    let asked = 0;
    answer = (socket) => {
      asked += 1;
      if (asked > 1) socket.write(`${head(2)}ok`);
      else release = () => socket.write(`${head(2)}ok`);
    };
    const first = ask();
    const second = ask(controller.signal);
    const third = ask();
    await vi.waitFor(() => expect(asked).toBe(1));
    controller.abort(reason);
    await expect(second).rejects.toBe(reason);
    release?.();
    await Array.fromAsync((await first).body);
    await Array.fromAsync((await third).body);
    expect(asked).toBe(2);
  });

  test('is not even asked for when the signal was aborted before', async () => {
    const reason = new Error('enough');
    await expect(Promise.resolve().then(() => ask(AbortSignal.abort(reason)))).rejects.toBe(reason);
    expect(connections).toBe(0);
  });

  test('that does not come in time is a time-out', async () => {
    answer = () => undefined;
    await expect(ask()).rejects.toMatchObject({ code: 'ETIMEDOUT' });
  });

  test('that is no HTTP has a code, and nothing of what came', async () => {
    answer = (socket) => socket.end('SSH-2.0-secret\r\n');
    const error: unknown = await ask().catch((caught: unknown) => caught);
    expect(error).toMatchObject({ code: expect.stringMatching(/^HPE_/) });
    expect(JSON.stringify({ ...(error as object) }) + String(error)).not.toContain('secret');
  });

  test('from a port where nobody listens is a refused connection', async () => {
    await using refusing = await refusingPort();
    await expect(ask(undefined, refusing.port)).rejects.toMatchObject({
      code: 'ECONNREFUSED',
    });
  });
});
