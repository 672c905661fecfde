import { gzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { createStageClient, type StageClientOptions } from '../../src/stage/stage-client.ts';
import {
  type Answer,
  type LoopbackServer,
  sendText,
  startLoopbackServer,
  startRawServer,
} from '../support/network/loopback-server.ts';

const call = { signal: new AbortController().signal };

/** One that a listing shows as large comes on a connection of its own. */
const WAYS = [
  { kind: 'a download', expectedBytes: undefined },
  { kind: 'a large download', expectedBytes: 100_000_000 },
] as const;

describe.each(WAYS)('$kind', ({ expectedBytes }) => {
  async function readAll(
    baseUrl: string,
    more: Partial<StageClientOptions> = {},
    signal = call.signal,
  ): Promise<Buffer> {
    const client = await createStageClient({ baseUrl, token: 'secret-token', deployment: 'd', ...more });
    try {
      const parts: Uint8Array[] = [];
      for await (const chunk of await client.download('dir/a b.gz', { signal, expectedBytes }))
        parts.push(chunk);
      return Buffer.concat(parts);
    } finally {
      await client.close();
    }
  }

  const redirectTo = (location: string | undefined, status = 307): Promise<LoopbackServer> =>
    startLoopbackServer((_, response) => {
      response.writeHead(status, location === undefined ? {} : { location }).end();
    });
  const store = (answer: Answer): Promise<LoopbackServer> => startLoopbackServer(answer);

  test('follows the redirect without the token and asks for the stored bytes', async () => {
    const stored = gzipSync('packed');
    await using target = await store((_, response) => {
      response.writeHead(200, { 'content-encoding': 'gzip' }).end(stored);
    });
    await using api = await redirectTo(`${target.url}/bucket/key%20x?X-Signature=abc%2F`);
    expect(await readAll(api.url)).toEqual(stored);
    expect(api.seen[0]?.headers.authorization).toBe('Bearer secret-token');
    expect(target.seen[0]).toMatchObject({ method: 'GET', url: '/bucket/key%20x?X-Signature=abc%2F' });
    expect(target.seen[0]?.headers).not.toHaveProperty('authorization');
    expect(target.seen[0]?.headers['accept-encoding']).toBe('identity');
    expect(JSON.stringify(target.seen[0]?.headers)).not.toContain('secret-token');
  });

  test('sends no token back to the API when the redirect stays there', async () => {
    await using api = await startLoopbackServer((request, response) => {
      if (request.url.startsWith('/v1/')) response.writeHead(307, { location: '/elsewhere' }).end();
      else response.end('content');
    });
    expect((await readAll(api.url)).toString()).toBe('content');
    expect(api.seen[1]?.headers).not.toHaveProperty('authorization');
  });

  test('takes the bytes when they come without a redirect', async () => {
    await using api = await store((_, response) => response.end('content') && undefined);
    expect((await readAll(api.url)).toString()).toBe('content');
  });

  test.each([
    'ftp://127.0.0.1/x',
    'file:///etc/passwd',
    'data:,x',
    'http://store.test/x',
    'http://[',
    'http://10.0.0.1/',
  ])('does not follow %s', async (location) => {
    await using api = await redirectTo(location);
    await expect(readAll(api.url)).rejects.toMatchObject({ code: 'stage_bad_reply', verdict: 'skip_entry' });
  });

  test('does not say where it was led, for that address is a key', async () => {
    await using api = await redirectTo('http://store.test/x?X-Signature=abc');
    await expect(readAll(api.url)).rejects.not.toThrow(/abc/);
  });

  test('gives up on a circle', async () => {
    await using api = await redirectTo('/again');
    await expect(readAll(api.url)).rejects.toMatchObject({ code: 'stage_bad_reply' });
    expect(api.seen.length).toBeLessThan(10);
  });

  test('a redirect without an address is a bad reply', async () => {
    await using api = await redirectTo(undefined);
    await expect(readAll(api.url)).rejects.toMatchObject({ code: 'stage_bad_reply' });
  });

  test('a missing file is not found', async () => {
    await using api = await store((_, response) => sendText(response, 404, 'not found'));
    await expect(readAll(api.url)).rejects.toMatchObject({
      code: 'stage_not_found',
      details: { text: 'not found' },
    });
  });

  test('a refusal without end is left after its beginning', async () => {
    await using api = await startRawServer((_, response) => {
      response.writeHead(404);
      const more = (): void => {
        if (!response.destroyed) response.write('no '.repeat(1000), () => setImmediate(more));
      };
      more();
    });
    await expect(readAll(api.url)).rejects.toMatchObject({ code: 'stage_not_found' });
  });

  test('a signed address that ran out is worth another attempt', async () => {
    await using target = await store((_, response) => sendText(response, 403, 'Request has expired'));
    await using api = await redirectTo(target.url);
    await expect(readAll(api.url)).rejects.toMatchObject({ code: 'stage_unavailable', verdict: 'retry' });
    await using refusing = await store((_, response) => sendText(response, 403, 'no'));
    await expect(readAll(refusing.url)).rejects.toMatchObject({
      code: 'stage_unauthorised',
      verdict: 'skip_entry',
      fact: 'forbidden',
    });
  });

  test('a body that breaks off rejects', async () => {
    await using api = await startRawServer((_, response) => {
      response.writeHead(200, { 'content-length': '1000' });
      response.write('half', () => response.destroy());
    });
    await expect(readAll(api.url)).rejects.toMatchObject({ code: 'stage_unreachable', verdict: 'retry' });
  });

  test('no answer in time rejects', async () => {
    await using api = await startRawServer(() => {});
    await expect(readAll(api.url, { timeouts: { headers: 300 } })).rejects.toMatchObject({
      code: 'stage_timeout',
      verdict: 'retry',
    });
  });

  test('a body that stalls rejects', async () => {
    await using api = await startRawServer((_, response) => {
      response.writeHead(200, { 'content-length': '1000' });
      response.write('half');
    });
    await expect(readAll(api.url, { timeouts: { idle: 300 } })).rejects.toMatchObject({
      code: 'stage_timeout',
    });
  });

  test('an abort midway rejects with its reason', async () => {
    const controller = new AbortController();
    const reason = new Error('stopped');
    await using api = await startRawServer((_, response) => {
      response.writeHead(200, { 'content-length': '1000' });
      response.write('half', () => controller.abort(reason));
    });
    await expect(readAll(api.url, {}, controller.signal)).rejects.toBe(reason);
  });
});
