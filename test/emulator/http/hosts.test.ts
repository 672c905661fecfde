import { describe, expect, test } from 'vitest';
import type { Emulator, EmulatorOptions } from '../../../src/emulator/options.ts';
import { useEmulators } from '../../support/cli/emulators.ts';
import { rawRequest } from '../../support/network/raw-request.ts';
import { StageHttp } from '../../support/stage/stage-http.ts';

const start = useEmulators();

interface Served {
  readonly emulator: Emulator;
  /** The status and body of a request with these Host headers, on either port, with all that it needs otherwise. */
  readonly ask: (path: string, ...hosts: readonly string[]) => Promise<{ status: number; body: string }>;
  /** A path on the download port that gives `bytes`. */
  readonly download: string;
}

async function serve(options?: EmulatorOptions): Promise<Served> {
  const emulator = await start(options);
  const stage = new StageHttp(emulator);
  await stage.put('f', 'bytes');
  const location = new URL(String((await stage.send('GET', 'f')).headers['location']));
  const download = location.pathname + location.search;
  return {
    emulator,
    download,
    ask: (path, ...hosts) =>
      rawRequest(path === download ? emulator.downloadUrl : emulator.url, [
        `GET ${path} HTTP/1.1`,
        ...hosts.map((host) => `Host: ${host}`),
        ...(path === download ? [] : [`Authorization: Bearer ${emulator.token}`]),
      ]),
  };
}

const LIST = '/v1/stage/2cfea4c8-67f9-5553-8c2f-22457fbc335d/fs/';
const API = [LIST, '/v1/regions', '/_emulator/counters', '/_emulator/faults'];

describe('a Host that is not its own', () => {
  test.each([
    'evil.example',
    'evil.example:80',
    '127.0.0.1.evil.example',
    'localhost.evil.example:9999',
    'evil.example:127.0.0.1',
    'localhost@evil.example',
    'localhost/evil.example',
    '192.0.2.7',
    '[2001:db8::1]:80',
    '127.0.0.1, evil.example',
    '[::1',
    ':80',
  ])('is refused on every route of both ports: %s', async (host) => {
    const { ask, download } = await serve();
    for (const path of [...API, '/no/such/route', '/v1/%zz', download]) {
      const { status, body } = await ask(path, host);
      expect([path, status]).toEqual([path, 403]);
      expect(body).toContain(`the Host ${JSON.stringify(host)} is not this server's`);
      expect(body).toContain('allowedHosts');
    }
  });

  test('changes nothing, whatever the request is', async () => {
    const { emulator } = await serve();
    const url = new StageHttp(emulator).prefix;
    const before = emulator.counters.read().committed;
    for (const verb of ['PUT', 'DELETE', 'PATCH']) {
      const lines = [
        `${verb} ${url}f HTTP/1.1`,
        'Host: evil.example',
        `Authorization: Bearer ${emulator.token}`,
      ];
      expect((await rawRequest(emulator.url, lines)).status).toBe(403);
    }
    expect(emulator.counters.read().committed).toBe(before);
    expect(await new StageHttp(emulator).names('')).toEqual(['f']);
  });

  test('is not shown whole when it is long, nor with control characters', async () => {
    const { ask } = await serve();
    const { body } = await ask(LIST, `${'x'.repeat(5000)}\u0085`);
    expect(body.length).toBeLessThan(600);
  });
});

test.each([[[]], [['']], [['127.0.0.1', 'evil.example']], [['localhost', 'localhost']]])(
  'no Host, or not one, is refused on both ports: %j',
  async (hosts) => {
    const { ask, download } = await serve();
    for (const path of [...API, download]) {
      const { status, body } = await ask(path, ...hosts);
      expect([path, status]).toEqual([path, 400]);
      expect(body).toContain('exactly one Host');
    }
  },
);

test('HTTP/1.0 without a Host is refused too', async () => {
  const { emulator } = await serve();
  const lines = [`GET ${LIST} HTTP/1.0`, `Authorization: Bearer ${emulator.token}`];
  expect((await rawRequest(emulator.url, lines)).status).toBe(400);
});

test.each([
  '127.0.0.1',
  '127.0.0.1:1',
  'localhost',
  'LOCALHOST:65535',
  'localhost.',
  '[::1]',
  '[::1]:80',
  '[0:0::1]',
])('the Host %s is its own on both ports', async (host) => {
  const { ask, download } = await serve();
  for (const path of [...API, download]) expect([path, (await ask(path, host)).status]).toEqual([path, 200]);
  expect((await ask('/no/such/route', host)).status).toBe(404);
});

test('the right Host does not replace the token', async () => {
  const { emulator } = await serve();
  for (const path of API)
    expect((await rawRequest(emulator.url, [`GET ${path} HTTP/1.1`, 'Host: localhost'])).status).toBe(401);
});

test('names that are allowed are its own, in any case, at any port', async () => {
  const { ask, download } = await serve({ allowedHosts: ['Stage.Internal', '192.0.2.7', '[2001:DB8:0::1]'] });
  for (const host of ['stage.internal', 'STAGE.internal:81', '192.0.2.7', '[2001:db8::1]:8080', 'localhost'])
    for (const path of [LIST, download]) expect([host, (await ask(path, host)).status]).toEqual([host, 200]);
  for (const host of ['internal', 'x.stage.internal', 'stage.internal.example', '192.0.2.8'])
    for (const path of [LIST, download]) expect([host, (await ask(path, host)).status]).toEqual([host, 403]);
});

test.each(['https://stage.internal', 'stage.internal:80', 'a b', '', '*'])(
  '%j is no name to allow',
  async (name) => {
    await expect(start({ allowedHosts: [name] })).rejects.toThrow(/is no host name/);
  },
);

test('on all addresses every address is its own, and of the names localhost only', async () => {
  const { ask, download } = await serve({ host: '0.0.0.0' });
  for (const path of [LIST, download]) {
    for (const host of ['192.0.2.7', '10.1.2.3:80', '[2001:db8::1]', '127.0.0.1', 'localhost'])
      expect([host, (await ask(path, host)).status]).toEqual([host, 200]);
    expect((await ask(path, 'stage.internal')).status).toBe(403);
  }
});

test('on one address that address is its own, and localhost', async () => {
  const { ask } = await serve({ host: '127.0.0.5' });
  for (const host of ['127.0.0.5', 'localhost:3', '127.0.0.1'])
    expect((await ask(LIST, host)).status).toBe(200);
  expect((await ask(LIST, '10.1.2.3')).status).toBe(403);
});
