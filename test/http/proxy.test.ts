import { createServer } from 'node:http';
import { createServer as createSocketServer } from 'node:net';
import type { AddressInfo, Server } from 'node:net';
import { inspect } from 'node:util';
import { describe, expect, test } from 'vitest';
import { ProxyError, proxyErrorIn } from '../../src/http/proxy-error.ts';
import { loadProxied } from '../../src/http/proxy.ts';
import type { ProxySettings } from '../../src/http/proxy.ts';
import { refusingPort } from '../support/network/refusing-port.ts';

const PROXY = 'http://proxy.test:3128';

async function leads(address: string, settings: ProxySettings | undefined): Promise<boolean> {
  const proxied = (await loadProxied(settings))?.({ connections: 2 }, 1000);
  const answer = proxied?.leadsTo(new URL(address)) ?? false;
  await proxied?.dispatcher.destroy();
  return answer;
}

test.each<[string, string, ProxySettings | undefined]>([
  ['nothing is set', 'https://far.test', undefined],
  ['only one for http: is set', 'https://far.test', { http: PROXY }],
  ['only one for https: is set', 'http://far.test', { https: PROXY }],
  ['the address is this machine', 'http://127.9.9.9:80', { http: PROXY }],
  ['the address is this machine, over TLS', 'https://localhost', { https: PROXY }],
  ['the address is this machine, as IPv6 has it', 'http://[::1]:80', { http: PROXY }],
])('no proxy leads there when %s', async (_, address, settings) => {
  expect(await leads(address, settings)).toBe(false);
});

test('nothing is opened when no proxy is set', async () => {
  expect(await loadProxied(undefined)).toBeUndefined();
  expect(await loadProxied({ except: 'far.test' })).toBeUndefined();
});

test.each([PROXY, 'https://me:5ec2e7@proxy.test', 'proxy.test:3128', '127.0.0.1:1'])(
  'a proxy can be given as %s',
  async (https) => {
    expect(await leads('https://far.test', { https })).toBe(true);
  },
);

test.each([
  'socks5://me:5ec2e7@proxy.test',
  'me:5ec2e7@',
  'http://',
  'file:///5ec2e7',
  'http://:5ec2e7',
  'http://me:5ec2e7%@proxy.test',
])('what is no proxy is refused and not shown: %s', async (text) => {
  for (const [name, settings] of [
    ['HTTPS_PROXY', { https: text }],
    ['HTTP_PROXY', { http: text }],
  ] as const) {
    const error = await loadProxied(settings).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: 'config', verdict: 'end_run' });
    expect(inspect(error)).toContain(name);
    expect(inspect(error)).not.toContain('5ec2e7');
  }
});

/** Runs `work` with the address of a server on this machine. */
async function listening<T>(server: Server, work: (place: string) => Promise<T>): Promise<T> {
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
  try {
    return await work(`127.0.0.1:${(server.address() as AddressInfo).port}`);
  } finally {
    server.close();
  }
}

/** What a request says of the proxy that it was to go by. */
async function failure(
  place: string,
  address: string,
  settings: ProxySettings = {},
): Promise<ProxyError | undefined> {
  const proxy = `http://me:5ec2e7@${place}`;
  const open = await loadProxied({ https: proxy, http: proxy, ...settings });
  const { dispatcher } = open!({ connections: 1, connect: { timeout: 1000 } }, 1000);
  const { origin, pathname: path } = new URL(address);
  const error: unknown = await dispatcher
    .request({ origin, path, method: 'GET' })
    .catch((thrown: unknown) => thrown);
  await dispatcher.destroy();
  expect(inspect(proxyErrorIn(error))).not.toContain('5ec2e7');
  return proxyErrorIn(error);
}

describe('a proxy that fails', () => {
  test.each([
    [407, 'end_run', /does not accept the user and password.*\(407\)/],
    [403, 'end_run', /refuses the connection \(403\).*NO_PROXY/],
    [502, 'retry', /refuses the connection \(502\)/],
  ])('by refusing a tunnel with %i says so', async (status, verdict, message) => {
    const server = createServer().on('connect', (_request, socket) =>
      socket.end(`HTTP/1.1 ${status} No\r\n\r\n`),
    );
    await listening(server, async (place) => {
      const error = await failure(place, 'https://far.test/');
      expect(error).toMatchObject({ code: `PROXY_${status}`, verdict });
      expect(error?.message).toMatch(message);
      expect(error?.message).toContain(place);
    });
  });

  test('by wanting another password for a request that it hands on says so', async () => {
    const server = createServer((_request, response) => response.writeHead(407).end('no'));
    await listening(server, async (place) => {
      expect(await failure(place, 'http://far.test/')).toMatchObject({
        code: 'PROXY_407',
        verdict: 'end_run',
      });
    });
  });

  test.each(['https://far.test/', 'http://far.test/'])('by not being there says so: %s', async (address) => {
    await using refusing = await refusingPort();
    const place = `127.0.0.1:${refusing.port}`;
    const error = await failure(place, address);
    expect(error).toMatchObject({ code: 'ECONNREFUSED', verdict: 'retry' });
    expect(error?.message).toContain(`${place} cannot be reached (ECONNREFUSED)`);
  });

  test('by hanging up on who asks for a tunnel says so, once', async () => {
    const server = createSocketServer((socket) => socket.once('data', () => socket.destroy()));
    await listening(server, async (place) => {
      expect(await failure(place, 'https://far.test/')).toMatchObject({
        code: 'ECONNRESET',
        verdict: 'retry',
      });
    });
  });

  test('is not blamed for what NO_PROXY excepts', async () => {
    const nobody = await listening(createSocketServer(), (free) => Promise.resolve(free));
    const server = createServer((_request, response) => response.end('here'));
    await listening(server, async (place) => {
      expect(await failure(nobody, `http://${place}/`, { except: place })).toBeUndefined();
    });
  });
});

test('requests that a proxy hands on share the connections that are allowed', async () => {
  let connections = 0;
  const server = createServer((_request, response) => response.end('handed on'));
  server.on('connection', () => (connections += 1));
  await listening(server, async (place) => {
    const { dispatcher } = (await loadProxied({ http: place }))!({ connections: 1 }, 1000);
    const get = async () => {
      const { body } = await dispatcher.request({ origin: 'http://far.test', path: '/', method: 'GET' });
      return body.text();
    };
    expect(await Promise.all([get(), get(), get()])).toEqual(['handed on', 'handed on', 'handed on']);
    await dispatcher.destroy();
  });
  expect(connections).toBe(1);
});
