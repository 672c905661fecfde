import { createHash, randomBytes } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { describe, expect, test } from 'vitest';
import { SyncError } from '../../src/model/errors.ts';
import {
  createStageClient,
  type StageClient,
  type StageClientOptions,
} from '../../src/stage/stage-client.ts';
import {
  filePartOf,
  sendNamed,
  sendText,
  startLoopbackServer,
  startRawServer,
} from '../support/network/loopback-server.ts';

const call = { signal: new AbortController().signal };
const open = (baseUrl: string, more: Partial<StageClientOptions> = {}): Promise<StageClient> =>
  createStageClient({ baseUrl, token: 'secret-token', deployment: 'd', ...more });

async function* pieces(bytes: Uint8Array, by: number): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.byteLength; at += by) yield Uint8Array.from(bytes.subarray(at, at + by));
}

describe('an upload', () => {
  test('gives its chunks back only when they have been sent', async () => {
    const bytes = randomBytes(8_000_011);
    const spare: Uint8Array[] = [];
    let buffers = 0;
    async function* reused(): AsyncGenerator<Uint8Array> {
      for (let at = 0; at < bytes.byteLength; at += 300_000) {
        const part = bytes.subarray(at, at + 300_000);
        const chunk = spare.pop() ?? (buffers++, new Uint8Array(300_000));
        chunk.set(part);
        yield chunk.subarray(0, part.byteLength);
      }
    }
    let arrived = '';
    await using server = await startRawServer(async (request, response) => {
      arrived = await digestOfFile(request);
      sendNamed(request, response);
    });
    const client = await open(server.url);
    const recycle = (chunk: Uint8Array): void => {
      // what is still to be sent would now arrive as zeros
      chunk.fill(0);
      if (chunk.byteLength === 300_000) spare.push(chunk);
    };
    await client.upload('f', { size: bytes.byteLength, chunks: reused(), recycle }, call);
    await client.close();
    expect(arrived).toBe(createHash('sha256').update(bytes).digest('hex'));
    expect(buffers).toBeLessThan(5);
  });

  test.each([0, 1, 4096, 100_000])(
    'of %i bytes is one form with one file and its exact length',
    async (size) => {
      await using server = await startLoopbackServer((request, response) => sendNamed(request, response));
      const client = await open(server.url);
      const bytes = randomBytes(size);
      await client.upload('dir/a.bin', { size, bytes }, call);
      await client.upload('dir/b.bin', { size, chunks: pieces(bytes, 999) }, call);
      await client.close();
      expect(server.seen).toHaveLength(2);
      for (const request of server.seen) {
        expect(request.method).toBe('PUT');
        expect(request.headers['content-length']).toBe(String(request.body.byteLength));
        expect(request.headers['transfer-encoding']).toBeUndefined();
        expect(request.headers.authorization).toBe('Bearer secret-token');
        expect(await filePartOf(request)).toEqual({ name: 'file', bytes });
      }
      expect(client.requests).toEqual({ GET: 0, POST: 0, PUT: 2, PATCH: 0, DELETE: 0 });
    },
  );

  test.each([1, 7, 1000, 16_383, 16_384, 65_537, 524_288])(
    'in chunks of %i bytes arrives unchanged, also when each chunk is overwritten later',
    async (by) => {
      const size = by === 1 ? 5000 : 5_000_011;
      const bytes = randomBytes(size);
      let arrived = '';
      await using server = await startRawServer(async (request, response) => {
        arrived = await digestOfFile(request);
        sendNamed(request, response);
      });
      const client = await open(server.url);
      await client.upload('big.bin', { size, chunks: pieces(bytes, by) }, call);
      await client.close();
      expect(arrived).toBe(createHash('sha256').update(bytes).digest('hex'));
    },
  );

  test('takes from its source only what the network took: no more than a few chunks wait', async () => {
    let received = 0;
    await using server = await startRawServer(async (request, response) => {
      for await (const part of request) received += (part as Buffer).byteLength;
      sendNamed(request, response);
    });
    const client = await open(server.url);
    const [count, by] = [400, 512 * 1024];
    let given = 0;
    let waiting = 0;
    async function* chunks(): AsyncGenerator<Uint8Array> {
      for (let i = 0; i < count; i++) {
        waiting = Math.max(waiting, given - received);
        given += by;
        yield Buffer.allocUnsafeSlow(by);
      }
    }
    await client.upload('big.bin', { size: count * by, chunks: chunks() }, call);
    await client.close();
    expect(received).toBeGreaterThan(count * by);
    // The sockets of both ends hold a few megabytes of the 200.
    expect(waiting).toBeLessThan(32 * 1024 * 1024);
  });
});

describe('a body that is not what was promised never completes', () => {
  test.each([
    ['short', 9999, 'entry_changed'],
    ['long', 10_001, 'entry_changed'],
    ['far longer', 100_000, 'entry_changed'],
    ['empty', 0, 'entry_changed'],
  ])('%s', async (_, given, code) => {
    await using server = await startLoopbackServer((request, response) => sendNamed(request, response));
    const client = await open(server.url);
    const bytes = randomBytes(given);
    const chunks = pieces(bytes, 1000);
    await expect(client.upload('a', { size: 10_000, chunks }, call)).rejects.toMatchObject({ code });
    await expect(client.upload('a', { size: 10_000, bytes }, call)).rejects.toMatchObject({ code });
    await client.close();
    expect(server.seen).toHaveLength(0);
  });

  test.each([
    new SyncError('entry_changed', 'it changed', { verdict: 'skip_entry' }),
    Object.assign(new Error('input/output error'), { code: 'ECONNRESET' }),
  ])('the error of its source is what the upload rejects with: %s', async (thrown) => {
    await using server = await startLoopbackServer((request, response) => sendNamed(request, response));
    const client = await open(server.url);
    async function* chunks(): AsyncGenerator<Uint8Array> {
      yield randomBytes(50_000);
      throw thrown;
    }
    await expect(client.upload('a', { size: 100_000, chunks: chunks() }, call)).rejects.toBe(thrown);
    // The connection was given up; the client goes on with another.
    await client.upload('b', { size: 1, bytes: randomBytes(1) }, call);
    await client.close();
    expect(server.seen).toHaveLength(1);
  });

  test('the source is ended when the network fails', async () => {
    await using server = await startRawServer((request) => {
      request.once('data', () => request.socket.destroy());
    });
    const client = await open(server.url);
    let ended = false;
    async function* chunks(): AsyncGenerator<Uint8Array> {
      try {
        for (;;) yield randomBytes(100_000);
      } finally {
        ended = true;
      }
    }
    await expect(client.upload('a', { size: 1e9, chunks: chunks() }, call)).rejects.toMatchObject({
      code: 'stage_unreachable',
      verdict: 'retry',
      inDoubt: true,
    });
    await expect.poll(() => ended).toBe(true);
    await client.close();
  });

  test('a source that nobody began to read is ended too', async () => {
    const client = await open('http://127.0.0.1:1');
    let returned = 0;
    const chunks = {
      [Symbol.asyncIterator]: () => ({
        next: () => Promise.resolve({ done: true as const, value: undefined }),
        return: () => {
          returned++;
          return Promise.resolve({ done: true as const, value: undefined });
        },
      }),
    };
    await expect(client.upload('a', { size: 5, chunks }, call)).rejects.toMatchObject({ inDoubt: false });
    await expect(client.upload('a//b', { size: 5, chunks }, call)).rejects.toMatchObject({
      code: 'stage_rejected',
    });
    await expect(client.upload('a', { size: 5, chunks }, { signal: AbortSignal.abort() })).rejects.toThrow();
    expect(returned).toBe(3);
    await client.close();
  });
});

describe('replies that come too early', () => {
  test('a refusal before the body was sent is the answer', async () => {
    await using server = await startRawServer((request, response) => {
      sendText(response, 413, 'too big');
      request.resume();
    });
    const client = await open(server.url);
    async function* chunks(): AsyncGenerator<Uint8Array> {
      for (let i = 0; i < 100; i++) {
        yield randomBytes(10_000);
        await new Promise((resolve) => {
          setImmediate(resolve);
        });
      }
    }
    await expect(client.upload('a', { size: 1_000_000, chunks: chunks() }, call)).rejects.toMatchObject({
      code: 'stage_too_large',
    });
    await client.close();
  });

  test('a success before the body was sent is none', async () => {
    await using server = await startRawServer((request, response) => {
      request.once('data', () => sendNamed(request, response));
    });
    const client = await open(server.url);
    async function* chunks(): AsyncGenerator<Uint8Array> {
      yield randomBytes(10_000);
      await expect(uploaded).rejects.toThrow();
      yield randomBytes(10_000);
    }
    const uploaded = client.upload('a', { size: 20_000, chunks: chunks() }, call);
    await expect(uploaded).rejects.toMatchObject({
      code: 'stage_bad_reply',
      verdict: 'retry',
      inDoubt: true,
    });
    await client.close();
  });
});

/** SHA-256 of the file in a form, found by its frame alone: nothing is kept. */
async function digestOfFile(request: IncomingMessage): Promise<string> {
  const hash = createHash('sha256');
  const boundary = /boundary=(.+)$/.exec(request.headers['content-type'] ?? '')?.[1] ?? '';
  let left = -1;
  let head = Buffer.alloc(0);
  for await (const part of request) {
    let data = part as Buffer;
    if (left === -1) {
      head = Buffer.concat([head, data]);
      const end = head.indexOf('\r\n\r\n');
      if (end === -1) continue;
      data = head.subarray(end + 4);
      const tail = `\r\n--${boundary}--\r\n`.length;
      left = Number(request.headers['content-length']) - (end + 4) - tail;
    }
    hash.update(data.subarray(0, Math.max(0, left)));
    left -= Math.min(left, data.byteLength);
  }
  return hash.digest('hex');
}
