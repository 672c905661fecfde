import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import {
  type ConnectionLimits,
  type Connections,
  loadConnections,
  openConnectionsTo,
} from '../../src/http/pool.ts';
import { StreamedExchange } from '../../src/http/streamed-exchange.ts';
import { startLoopbackServer, startRawServer } from '../support/network/loopback-server.ts';
import { temporaryFolder } from '../support/trees/temporary-folder.ts';

const LIMITS: ConnectionLimits = { connections: 2, connectMs: 1000, headersMs: 5000, idleMs: 5000 };

async function get(pool: Connections, url: string): Promise<string> {
  const exchange = new StreamedExchange({ signal: undefined });
  const origin = new URL(url);
  pool.dispatch({ origin, target: origin.pathname, method: 'GET', headers: { 'x-a': 'b' } }, exchange);
  const { body } = await exchange.answer;
  return Buffer.concat(await Array.fromAsync(body)).toString();
}

test('no more connections than allowed are made, and they are used again', async () => {
  const ports = new Set<number | undefined>();
  let [running, most] = [0, 0];
  await using server = await startRawServer(async (request, response) => {
    ports.add(request.socket.remotePort);
    most = Math.max(most, ++running);
    await new Promise((resolve) => {
      setImmediate(resolve);
    });
    running--;
    response.end('ok');
  });
  for (const pool of [
    await openConnectionsTo(new URL(server.url), LIMITS, undefined),
    (await loadConnections(LIMITS, undefined))(),
  ]) {
    ports.clear();
    await Promise.all(Array.from({ length: 10 }, () => get(pool, server.url)));
    await pool.close();
    expect(ports.size).toBe(2);
  }
  expect(most).toBeLessThanOrEqual(2);
});

test('requests go by the proxy that is set for them, and to this machine by none', async () => {
  await using proxy = await startLoopbackServer(({ url }, response) => void response.end(`for ${url}`));
  await using server = await startLoopbackServer((_, response) => void response.end('here'));
  const pool = (await loadConnections(LIMITS, { http: proxy.url }))();
  expect(await get(pool, 'http://far.test/a')).toBe('for http://far.test/a');
  expect(await get(pool, server.url)).toBe('here');
  expect(server.seen[0]?.headers['x-a']).toBe('b');
  await pool.close();
});

test('a proxy that cannot be used is refused before anything is opened', async () => {
  const expected = { code: 'config', verdict: 'end_run' };
  const proxy = { https: 'socks5://far.test' };
  await expect(openConnectionsTo(new URL('https://a.test'), LIMITS, proxy)).rejects.toMatchObject(expected);
  await expect(loadConnections(LIMITS, proxy)).rejects.toMatchObject(expected);
});

test('opening connections loads the classes they need, and not all of undici', async () => {
  const list = join(await temporaryFolder(), 'imports.txt');
  const trace = fileURLToPath(new URL('../support/cli/trace-imports.mjs', import.meta.url));
  const entry = new URL('../../src/http/pool.ts', import.meta.url).href;
  const limits = JSON.stringify(LIMITS);
  const code = `const { openConnectionsTo, loadConnections } = await import('${entry}');
    await (await openConnectionsTo(new URL('http://127.0.0.1:1'), ${limits})).close();
    await (await loadConnections(${limits}))().close();`;
  execFileSync(process.execPath, ['--import', trace, '--input-type=module', '-e', code], {
    env: { ...process.env, TRACE_IMPORTS: list },
  });
  const modules = readFileSync(list, 'utf8');
  expect(modules).toMatch(/undici\/lib\/dispatcher\/pool\.js/);
  expect(modules).toMatch(/undici\/lib\/dispatcher\/agent\.js/);
  expect(modules).not.toMatch(/undici\/index\.js/);
});
