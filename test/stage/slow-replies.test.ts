import type { ServerResponse } from 'node:http';
import { setTimeout as wait } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { createStageClient, type StageClient } from '../../src/stage/stage-client.ts';
import { LEAST_BYTES, openApiConnection } from '../../src/api/connection.ts';
import { listDeployments } from '../../src/api/deployments/list-deployments.ts';
import {
  startLoopbackServer,
  startRawServer,
  type LoopbackServer,
} from '../support/network/loopback-server.ts';

const call = { signal: new AbortController().signal };
const bytes = Buffer.from('bytes');
const TIMEOUTS = { connect: 1000, progress: 200, idle: 30_000, headers: 30_000 };

const open = (server: LoopbackServer, headers = TIMEOUTS.headers): Promise<StageClient> =>
  createStageClient({
    baseUrl: server.url,
    token: 'secret-token',
    deployment: 'd',
    timeouts: { ...TIMEOUTS, headers },
  });

async function* chunks(): AsyncGenerator<Uint8Array> {
  yield bytes;
}

/** A byte now and then, for as long as anybody listens. */
async function trickle(response: ServerResponse, what = ' '): Promise<void> {
  while (!response.destroyed) {
    response.write(what);
    await wait(10);
  }
}

const REQUESTS: readonly (readonly [string, (client: StageClient) => Promise<unknown>])[] = [
  ['a listing', (client) => client.list('a/', call)],
  ['a look', (client) => client.metadata('a', call)],
  ['an upload', (client) => client.upload('a', { size: 5, bytes }, call)],
  ['a streamed upload', (client) => client.upload('a', { size: 5, chunks: chunks() }, call)],
  ['an empty file', (client) => client.createEmptyFile('a', call)],
  ['a new folder', (client) => client.createFolder('a/', call)],
  ['a move', (client) => client.move('a', 'b', call)],
  ['a removal', (client) => client.delete('a', call)],
  ['a download', readAll],
];

async function readAll(client: StageClient): Promise<string> {
  const parts: Uint8Array[] = [];
  for await (const chunk of await client.download('a', call)) parts.push(chunk);
  return Buffer.concat(parts).toString();
}

const SLOW = { code: 'stage_timeout', verdict: 'retry', inDoubt: true };

describe.each(REQUESTS)('%s', (name, make) => {
  test('is broken off when its reply only trickles', async () => {
    await using server = await startLoopbackServer((_, response) => {
      response.writeHead(200);
      return trickle(response);
    });
    const client = await open(server);
    await expect(make(client)).rejects.toMatchObject(SLOW);
    await client.close();
  });

  test('is broken off when a refusal only trickles', async () => {
    await using server = await startLoopbackServer((_, response) => {
      response.writeHead(400);
      return trickle(response, 'n');
    });
    const client = await open(server);
    // of a download's refusal the status is known, and no more is wanted
    const expected = name === 'a download' ? { code: 'stage_rejected' } : SLOW;
    await expect(make(client)).rejects.toMatchObject(expected);
    await client.close();
  });

  test('is broken off when it is put off again and again', async () => {
    await using server = await startLoopbackServer(async (_, response) => {
      while (!response.destroyed) {
        response.writeProcessing();
        await wait(10);
      }
    });
    const client = await open(server, 200);
    await expect(make(client)).rejects.toMatchObject(SLOW);
    await client.close();
  });
});

test('the look-up of a deployment is broken off too', async () => {
  await using server = await startLoopbackServer((_, response) => {
    response.writeHead(200);
    return trickle(response);
  });
  const api = await openApiConnection({ baseUrl: server.url, token: 'secret-token', timeouts: TIMEOUTS });
  await expect(listDeployments(api, call)).rejects.toMatchObject(SLOW);
  await api.close();
});

test('a reply that takes long and comes all the while is waited for', async () => {
  const content = `[${'"some name",'.repeat(1000)}0]`;
  await using server = await startLoopbackServer(async (_, response) => {
    response.writeHead(200);
    for (let i = 0; i < 5; i++) {
      response.write(content.slice(i * 2000, (i + 1) * 2000) + ' '.repeat(LEAST_BYTES));
      await wait(120);
    }
    response.end(content.slice(10_000));
  });
  const client = await open(server);
  await client.list('a/', call);
  await client.close();
});

test('a redirect that trickles is followed all the same', async () => {
  await using store = await startLoopbackServer((_, response) => void response.end('content'));
  await using server = await startLoopbackServer((_, response) => {
    response.writeHead(307, { location: store.url });
    return trickle(response);
  });
  const client = await open(server);
  expect(await readAll(client)).toBe('content');
  await client.close();
});

test('a reader of a download may take its time', async () => {
  let sent = (): void => undefined;
  const all = new Promise<void>((resolve) => (sent = resolve));
  await using server = await startRawServer(async (_, response) => {
    response.writeHead(200);
    for (let i = 0; i < 5; i++) {
      await new Promise((resolve) => response.write('0123456789', resolve));
      await wait(5);
    }
    response.end(sent);
  });
  const client = await open(server);
  let text = '';
  for await (const chunk of await client.download('a', call)) {
    text += Buffer.from(chunk).toString();
    await all;
    await wait(TIMEOUTS.progress * 1.5);
  }
  expect(text).toHaveLength(50);
  await client.close();
});

test('0 is no limit', async () => {
  await using server = await startLoopbackServer(async (_, response) => {
    response.writeHead(200);
    for (let i = 0; i < 30; i++) {
      response.write(' ');
      await wait(10);
    }
    response.end('{}');
  });
  const options = { baseUrl: server.url, token: 'secret-token', deployment: 'd' };
  const client = await createStageClient({ ...options, timeouts: { ...TIMEOUTS, progress: 0 } });
  expect(await client.list('a/', call)).toMatchObject({ value: {} });
  await client.close();
});
