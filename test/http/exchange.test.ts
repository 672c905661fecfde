import { once } from 'node:events';
import { createServer } from 'node:net';
import type { AddressInfo, Socket } from 'node:net';
import { Agent } from 'undici';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { NO_DATA } from '../../src/http/codes.ts';
import { Exchange, type ExchangeOptions } from '../../src/http/exchange.ts';
import { Connections, type OutgoingRequest } from '../../src/http/pool.ts';
import { ProgressWatch } from '../../src/http/progress-watch.ts';

const KIB = 1024;
const OK = 'HTTP/1.1 200 OK\r\n';
const NO = 'HTTP/1.1 400 No\r\n';

describe('a whole reply over a real connection', () => {
  let answer: (socket: Socket) => void;
  let origin: URL;
  let pool: Connections;
  let started: number;
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
    socket.on('error', () => undefined);
    socket.once('data', () => answer(socket));
  });

  beforeEach(async () => {
    started = 0;
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    origin = new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
    pool = new Connections(new Agent({ connections: 1, headersTimeout: 10_000, bodyTimeout: 10_000 }));
  });
  afterEach(async () => {
    await pool.close();
    for (const socket of sockets) socket.destroy();
    server.close();
    await once(server, 'close');
  });

  function send(options: Partial<ExchangeOptions> = {}, more: Partial<OutgoingRequest> = {}): Exchange {
    const exchange = new Exchange({
      signal: new AbortController().signal,
      maxBytes: 100 * KIB,
      watch: undefined,
      onStart: () => (started += 1),
      ...options,
    });
    pool.dispatch({ origin, target: '/', method: 'PUT', headers: [], ...more }, exchange);
    return exchange;
  }

  test('has its status, its headers and its bytes', async () => {
    answer = (socket) => {
      socket.write(`${OK}content-length: 5\r\nx-a: b\r\n\r\nhel`);
      setImmediate(() => socket.write('lo'));
    };
    const { status, headers, body } = await send().reply;
    expect([status, headers['x-a'], body.toString()]).toEqual([200, 'b', 'hello']);
    expect(started).toBe(1);
  });

  test('is not asked for where a last look right before the first byte says no', async () => {
    answer = (socket) => socket.write(`${OK}content-length: 2\r\n\r\nok`);
    let mayStart = true;
    const look = (): void => {
      if (!mayStart) throw new Error('not any more');
    };
    // the second waits for the connection of the first, and things change meanwhile
    const first = send({ mayStart: look, onStart: () => (mayStart = false) });
    const second = send({ mayStart: look });
    expect((await first.reply).status).toBe(200);
    await expect(second.reply).rejects.toThrow('not any more');
    expect(started).toBe(0);
  });

  test('of refusal is kept in its beginning, and its connection serves again', async () => {
    answer = (socket) => {
      socket.write(`${NO}content-length: ${200 * KIB}\r\n\r\n${'n'.repeat(200 * KIB)}`);
      socket.once('data', () => socket.write(`${OK}content-length: 2\r\n\r\nok`));
    };
    const { status, body } = await send().reply;
    expect(status).toBe(400);
    expect(body.byteLength).toBeLessThan(200 * KIB);
    expect((await send().reply).body.toString()).toBe('ok');
    expect(sockets.size).toBe(1);
  });

  test('of refusal that has no end is given up, and is the refusal', async () => {
    answer = (socket) => {
      socket.write(`${NO}\r\n`);
      const more = (): void => {
        if (!socket.destroyed) socket.write(Buffer.alloc(64 * KIB), () => setImmediate(more));
      };
      more();
    };
    expect((await send().reply).status).toBe(400);
    await vi.waitFor(() => expect(sockets.size).toBe(0));
  });

  test('that is longer than allowed is broken off', async () => {
    answer = (socket) => socket.write(`${OK}content-length: ${KIB}\r\n\r\n${'x'.repeat(600)}`);
    await expect(send({ maxBytes: 500 }).reply).rejects.toMatchObject({
      code: 'REPLY_TOO_LONG',
      failure: { kind: 'reply_too_long', inDoubt: true },
    });
    await vi.waitFor(() => expect(sockets.size).toBe(0));
  });

  test('of success that comes before the whole body was sent is none', async () => {
    async function* endless(): AsyncGenerator<Uint8Array> {
      yield Buffer.from('a');
      await new Promise(() => undefined);
    }
    answer = (socket) => socket.end(`${OK}content-length: 2\r\n\r\nok`);
    const exchange = send({}, { body: endless(), headers: ['content-length', '100'] });
    await expect(exchange.reply).rejects.toMatchObject({ failure: { kind: 'early_success' } });
  });

  test('that is put off for longer than it may be is a time-out', async () => {
    let putting: NodeJS.Timeout | undefined;
    answer = (socket) => {
      putting = setInterval(() => socket.write('HTTP/1.1 102 Processing\r\n\r\n'), 5);
    };
    await expect(send({ headersMs: 50 }).reply).rejects.toMatchObject({
      code: 'ETIMEDOUT',
      failure: { reason: 'UND_ERR_HEADERS_TIMEOUT' },
    });
    clearInterval(putting);
  });

  test('that trickles is broken off', async () => {
    answer = (socket) => socket.write(`${OK}content-length: 100\r\n\r\nsome`);
    const watch = new ProgressWatch({ leastBytes: 100, withinMs: 40 });
    await expect(send({ watch }).reply).rejects.toMatchObject({ failure: { reason: 'REPLY_TOO_SLOW' } });
    await vi.waitFor(() => expect(sockets.size).toBe(0));
  });

  test('that does not follow the last sign of progress in time is broken off', async () => {
    answer = () => undefined;
    const exchange = send();
    exchange.expectProgress(20, NO_DATA);
    await expect(exchange.reply).rejects.toMatchObject({ failure: { reason: NO_DATA } });
    await vi.waitFor(() => expect(sockets.size).toBe(0));
  });

  test('is not waited for after the signal, whose reason comes back as it is', async () => {
    const controller = new AbortController();
    const reason = { any: 'thing' };
    answer = () => controller.abort(reason);
    await expect(send({ signal: controller.signal }).reply).rejects.toBe(reason);
    await vi.waitFor(() => expect(sockets.size).toBe(0));
  });

  test('is never asked for when its exchange ended while it waited for a connection', async () => {
    const controller = new AbortController();
    let release = (): void => undefined;
    answer = (socket) => (release = () => socket.write(`${OK}content-length: 2\r\n\r\nok`));
    const first = send();
    const second = send({ signal: controller.signal });
    await vi.waitFor(() => expect(started).toBe(1));
    controller.abort('enough');
    await expect(second.reply).rejects.toBe('enough');
    release();
    await first.reply;
    expect(started).toBe(1);
  });

  test('that is broken off by closing the connections rejects', async () => {
    answer = () => void pool.close();
    await expect(send().reply).rejects.toMatchObject({ failure: { kind: 'connection', inDoubt: true } });
  });
});
