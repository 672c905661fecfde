import { createServer, type Server, type Socket } from 'node:net';
import type { AddressInfo } from 'node:net';
import { inspect } from 'node:util';
import { describe, expect, test } from 'vitest';
import {
  createStageClient,
  type StageClient,
  type StageClientOptions,
} from '../../src/stage/stage-client.ts';
import { createStageDestination } from '../../src/destinations/stage/stage-destination.ts';
import {
  type LoopbackServer,
  sendJson,
  sendNamed,
  sendText,
  startLoopbackServer,
  startRawServer,
} from '../support/network/loopback-server.ts';

const call = { signal: new AbortController().signal };
const TOKEN = 'secret-token-0123456789';
const open = (baseUrl: string, more: Partial<StageClientOptions> = {}): Promise<StageClient> =>
  createStageClient({ baseUrl, token: TOKEN, deployment: 'd', ...more });
const small = { size: 5, bytes: Buffer.from('bytes') };

/** A bare TCP server, for what no HTTP server would do. */
async function startTcp(onSocket: (socket: Socket) => void): Promise<{ url: string } & AsyncDisposable> {
  const sockets = new Set<Socket>();
  const server: Server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => {});
    onSocket(socket);
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => {
        server.close(resolve);
      });
    },
  };
}

describe('the base URL and the token', () => {
  test.each([
    'http://api.singlestore.test',
    'http://10.0.0.1',
    'http://127.0.0.1.evil.test',
    'ftp://127.0.0.1',
    'not a URL',
    '',
    'https://user:pass@api.test',
    'https://api.test/?x=1',
    'https://api.test/#x',
  ])('%j is refused as a base URL', async (baseUrl) => {
    await expect(open(baseUrl)).rejects.toMatchObject({ code: 'config', verdict: 'end_run' });
  });

  test.each([
    'http://localhost:1',
    'http://127.9.9.9',
    'http://[::1]:80',
    'https://api.singlestore.test/prefix/',
  ])('%s is accepted', async (baseUrl) => {
    await (await open(baseUrl)).close();
  });

  test('plain HTTP to elsewhere needs to be asked for', async () => {
    await (await open('http://10.0.0.1', { allowInsecure: true })).close();
  });

  test.each(['', 'a b', 'a\nb', 'a\r\nx: y', 'schlüssel'])(
    'the token %j is refused and not shown',
    async (token) => {
      const error = await open('https://api.test', { token }).catch((error: unknown) => error);
      expect(error).toMatchObject({ code: 'config' });
      if (token !== '') expect(inspect(error)).not.toContain(token);
    },
  );

  test('the path of the base URL stands in front of every request', async () => {
    await using server = await startLoopbackServer((request, response) => sendNamed(request, response));
    const client = await open(`${server.url}/prefix/`);
    await client.createFolder('a/', call);
    await client.close();
    expect(server.seen[0]?.url).toBe('/prefix/v1/stage/d/fs/a/');
  });

  test('the token is nowhere to be seen: not in objects, not in errors, also when a server sends it back', async () => {
    await using server = await startLoopbackServer((request, response) =>
      request.method === 'GET'
        ? response.end(request.headers.authorization?.slice(7)) && undefined
        : sendText(response, 500, `bad header ${request.headers.authorization}`),
    );
    const client = await open(server.url);
    const destination = createStageDestination({ client, root: 'x/' });
    await using echo = await startTcp((socket) => socket.once('data', (data) => socket.end(data)));
    const [nobody, echoed] = await Promise.all([open('http://127.0.0.1:1'), open(echo.url)]);
    const errors = await Promise.all(
      [
        client.upload('a', small, call),
        client.list('', call),
        destination.listFolder('', call),
        destination.stat('a', call),
        nobody.upload('a', small, call),
        echoed.upload('a', small, call),
      ].map((made) => made.catch((error: unknown) => error)),
    );
    await Promise.all([nobody.close(), echoed.close()]);
    for (const error of errors) {
      expect(error).toBeInstanceOf(Error);
      const all = inspect(error, { depth: 20, showHidden: true }) + JSON.stringify(error) + String(error);
      expect(all).not.toContain(TOKEN.slice(0, 8));
    }
    for (const object of [client, destination]) {
      expect(inspect(object, { depth: 20, showHidden: true })).not.toContain(TOKEN);
      expect(JSON.stringify(object)).not.toContain(TOKEN);
    }
    await client.close();
  });
});

describe('a connection that fails', () => {
  test('refused: certainly not carried out', async () => {
    const client = await open('http://127.0.0.1:1');
    await expect(client.upload('a', small, call)).rejects.toMatchObject({
      code: 'stage_unreachable',
      verdict: 'retry',
      inDoubt: false,
    });
    expect(client.requests.PUT).toBe(0);
    await client.close();
  });

  test('an unknown host: certainly not carried out', async () => {
    const client = await open('https://stage.invalid');
    await expect(client.upload('a', small, call)).rejects.toMatchObject({
      code: 'stage_unreachable',
      inDoubt: false,
    });
    await client.close();
  });

  test('closed or reset after the request: in doubt', async () => {
    for (const end of [(s: Socket) => s.end(), (s: Socket) => s.resetAndDestroy()]) {
      await using server = await startTcp((socket) => socket.once('data', () => end(socket)));
      const client = await open(server.url);
      await expect(client.upload('a', small, call)).rejects.toMatchObject({
        code: 'stage_unreachable',
        verdict: 'retry',
        inDoubt: true,
      });
      await client.close();
    }
  });

  test('an answer that is not HTTP', async () => {
    await using server = await startTcp((socket) =>
      socket.once('data', () => socket.end('SSH-2.0-server\r\n')),
    );
    const client = await open(server.url);
    await expect(client.upload('a', small, call)).rejects.toMatchObject({
      code: 'stage_bad_reply',
      inDoubt: true,
    });
    await client.close();
  });

  test('https to a server that speaks none ends the run', async () => {
    await using server = await startTcp((socket) =>
      socket.once('data', () => socket.end('HTTP/1.1 400 No\r\n\r\n')),
    );
    const client = await open(server.url.replace('http:', 'https:'));
    await expect(client.upload('a', small, call)).rejects.toMatchObject({
      code: 'stage_unreachable',
      verdict: 'end_run',
    });
    await client.close();
  });

  test('no answer in time', async () => {
    await using server = await startRawServer(() => {});
    const client = await open(server.url, { timeouts: { headers: 300 } });
    const expected = { code: 'stage_timeout', verdict: 'retry', inDoubt: true };
    await expect(client.upload('a', small, call)).rejects.toMatchObject(expected);
    async function* chunks(): AsyncGenerator<Uint8Array> {
      yield Buffer.from('bytes');
    }
    await expect(client.upload('a', { size: 5, chunks: chunks() }, call)).rejects.toMatchObject(expected);
    await client.close();
  });

  test('a reply that stops', async () => {
    await using server = await startRawServer((_, response) => {
      response.writeHead(200, { 'content-length': '100' });
      response.write('{');
    });
    const client = await open(server.url, { timeouts: { idle: 300 } });
    await expect(client.list('', call)).rejects.toMatchObject({ code: 'stage_timeout' });
    await client.close();
  });

  test('an upload that the other side takes no more of', async () => {
    await using server = await startTcp((socket) => socket.pause());
    const client = await open(server.url, { timeouts: { idle: 300 } });
    async function* chunks(): AsyncGenerator<Uint8Array> {
      for (;;) yield Buffer.alloc(1_000_000);
    }
    await expect(client.upload('a', { size: 1e12, chunks: chunks() }, call)).rejects.toMatchObject({
      code: 'stage_timeout',
      inDoubt: true,
    });
    await client.close();
  });

  test('a slow source is not the network: no time-out counts while the body waits for it', async () => {
    await using server = await startLoopbackServer((request, response) => sendNamed(request, response));
    const client = await open(server.url, { timeouts: { idle: 50, headers: 10_000 } });
    async function* chunks(): AsyncGenerator<Uint8Array> {
      yield Buffer.from('by');
      await new Promise((resolve) => {
        setTimeout(resolve, 300);
      });
      yield Buffer.from('tes');
    }
    await client.upload('a', { size: 5, chunks: chunks() }, call);
    await client.close();
  });

  test('a reply without end is broken off', async () => {
    await using server = await startRawServer((_, response) => {
      response.writeHead(200);
      const more = (): void => {
        if (!response.destroyed) response.write(Buffer.alloc(10_000), () => setImmediate(more));
      };
      more();
    });
    const client = await open(server.url, { maxReplyBytes: 100_000 });
    const expected = { code: 'stage_bad_reply', verdict: 'skip_entry', inDoubt: true };
    await expect(client.list('', call)).rejects.toMatchObject(expected);
    await expect(client.delete('a', call)).rejects.toMatchObject({ ...expected, verdict: 'retry' });
    await client.close();
  });
});

test('a refusal without end is the refusal', async () => {
  await using server = await startRawServer((_, response) => {
    response.writeHead(400);
    const more = (): void => {
      if (!response.destroyed) response.write('no '.repeat(10_000), () => setImmediate(more));
    };
    more();
  });
  const client = await open(server.url);
  const expected = { code: 'stage_rejected', verdict: 'skip_entry' };
  await expect(client.list('', call)).rejects.toMatchObject(expected);
  await expect(client.upload('a', small, call)).rejects.toMatchObject(expected);
  await client.close();
});

describe('an aborted signal', () => {
  const reason = new Error('stopped');

  test('ends a request that waits for its reply', async () => {
    const controller = new AbortController();
    await using server = await startRawServer(() => controller.abort(reason));
    const client = await open(server.url);
    await expect(client.move('a', 'b', { signal: controller.signal })).rejects.toBe(reason);
    await client.close();
  });

  test('keeps a request that waits for a connection from being sent', async () => {
    const controller = new AbortController();
    let release = (): void => {};
    const held = new Promise<void>((resolve) => {
      release = resolve;
    });
    await using server = await startLoopbackServer(async (request, response) => {
      await held;
      sendNamed(request, response);
    });
    const client = await open(server.url, { concurrency: 1 });
    const first = client.delete('first', call);
    const second = client.delete('second', { signal: controller.signal });
    await expect.poll(() => server.begun()).toBe(1);
    controller.abort(reason);
    await expect(second).rejects.toBe(reason);
    release();
    await first;
    await client.delete('third', call);
    await client.close();
    expect(server.seen.map(({ url }) => url.split('/').at(-1))).toEqual(['first', 'third']);
    expect(client.requests.DELETE).toBe(2);
  });

  test('a reason that is no error is what comes back', async () => {
    const client = await open('http://127.0.0.1:1');
    await expect(client.delete('a', { signal: AbortSignal.abort('enough') })).rejects.toBe('enough');
    await client.close();
  });
});

describe('requests', () => {
  const answered = (): Promise<LoopbackServer> =>
    startLoopbackServer((request, response) =>
      request.method === 'GET'
        ? sendJson(response, { type: 'directory', content: [] })
        : sendNamed(request, response),
    );

  test('go out as the API wants them, and are counted by verb', async () => {
    await using server = await answered();
    const verbs: string[] = [];
    const client = await open(server.url, { organizationID: 'org', onRequest: (verb) => verbs.push(verb) });
    await client.list('a/', call);
    await client.metadata('a.csv', call);
    await client.createEmptyFile('e.csv', call);
    await client.createFolder('f/', call);
    await client.move('a/', 'b c/', call);
    await client.delete('a.csv', call);
    await client.close();
    expect(server.seen.map(({ method, url, body }) => [method, url, body.toString()])).toEqual([
      ['GET', '/v1/stage/d/fs/a/?organizationID=org', ''],
      ['GET', '/v1/stage/d/fs/a.csv?metadata=1&organizationID=org', ''],
      ['PUT', '/v1/stage/d/fs/e.csv?organizationID=org', ''],
      ['PUT', '/v1/stage/d/fs/f/?organizationID=org', ''],
      ['PATCH', '/v1/stage/d/fs/a/?organizationID=org', '{"newPath":"b c/"}'],
      ['DELETE', '/v1/stage/d/fs/a.csv?organizationID=org', ''],
    ]);
    expect(server.seen[2]?.headers).toMatchObject({ 'content-length': '0' });
    expect(server.seen[2]?.headers).not.toHaveProperty('content-type');
    expect(server.seen[4]?.headers['content-type']).toBe('application/json');
    expect(verbs).toEqual(['GET', 'GET', 'PUT', 'PUT', 'PATCH', 'DELETE']);
    expect(client.requests).toEqual({ GET: 2, POST: 0, PUT: 2, PATCH: 1, DELETE: 1 });
  });

  test('that would remove or move the root are never sent', async () => {
    await using server = await answered();
    const client = await open(server.url);
    for (const made of [client.delete('', call), client.move('', 'a/', call), client.move('a/', '', call)])
      await expect(made).rejects.toMatchObject({ code: 'stage_rejected' });
    await client.close();
    expect(server.begun()).toBe(0);
  });

  test('run on as many connections as there may be requests, and keep them', async () => {
    const ports = new Set<number | undefined>();
    let [running, most] = [0, 0];
    await using server = await startRawServer(async (request, response) => {
      ports.add(request.socket.remotePort);
      most = Math.max(most, ++running);
      for await (const _ of request);
      await new Promise((resolve) => {
        setImmediate(resolve);
      });
      running--;
      sendNamed(request, response);
    });
    const client = await open(server.url, { concurrency: 3 });
    await Promise.all(Array.from({ length: 30 }, (_, i) => client.upload(`${i}`, small, call)));
    await client.close();
    expect(ports.size).toBe(3);
    expect(most).toBeLessThanOrEqual(3);
  });

  test('refusals with a long text leave the connection in use', async () => {
    const ports = new Set<number | undefined>();
    await using server = await startRawServer(async (request, response) => {
      ports.add(request.socket.remotePort);
      for await (const _ of request);
      sendText(response, 400, 'x'.repeat(200_000));
    });
    const client = await open(server.url, { concurrency: 1 });
    for (let i = 0; i < 3; i++)
      await expect(client.upload('a', small, call)).rejects.toMatchObject({ code: 'stage_rejected' });
    await client.close();
    expect(ports.size).toBe(1);
  });
});
