import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { type ApiConnection, openApiConnection } from '../../src/api/connection.ts';

/** A server that answers everything, and counts its connections. */
async function serving(): Promise<{ readonly baseUrl: string; readonly connections: () => number }> {
  let connections = 0;
  const server = createServer((_, response) => response.end('{}'));
  server.on('connection', () => connections++);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void server.close());
  const { port } = server.address() as AddressInfo;
  return { baseUrl: `http://127.0.0.1:${port}`, connections: () => connections };
}

const { signal } = new AbortController();
const statusOf = async (user: ApiConnection): Promise<number> =>
  (await user.send({ signal, verb: 'GET', target: '/', headers: user.authorize() })).status;

test('who asks alike shares connections; the last that closes ends them', async () => {
  const { baseUrl, connections } = await serving();
  const open = (token: string) => openApiConnection({ baseUrl, token, concurrency: 1 });
  const [first, second, other] = [await open('a'), await open('a'), await open('b')];
  expect(await statusOf(first)).toBe(200);
  await first.close();
  await first.close();
  expect(await statusOf(second)).toBe(200);
  expect(connections()).toBe(1);
  expect(await statusOf(other)).toBe(200);
  expect(connections()).toBe(2);
  await second.close();
  await expect(statusOf(second)).rejects.toThrow();
  expect(await statusOf(other)).toBe(200);
  await other.close();
});

test('a hundred users of one API keep no more connections than one', async () => {
  const { baseUrl, connections } = await serving();
  const users = await Promise.all(
    Array.from({ length: 100 }, () => openApiConnection({ baseUrl, token: 'abc', concurrency: 3 })),
  );
  expect(new Set(await Promise.all(users.map(statusOf)))).toEqual(new Set([200]));
  expect(connections()).toBeLessThanOrEqual(3);
  await Promise.all(users.map((user) => user.close()));
});
