import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { expect, test } from 'vitest';
import type { Emulator } from '../../../src/emulator/options.ts';
import { useEmulators } from '../../support/cli/emulators.ts';
import { StageHttp } from '../../support/stage/stage-http.ts';

const start = useEmulators();

/** What the wire says, to a request head that is sent as it stands. */
async function wire(emulator: Emulator, head: string): Promise<string> {
  const socket = connect(emulator.port, '127.0.0.1');
  socket.write(`${head}\r\nHost: localhost\r\nConnection: close\r\n\r\n`);
  return text(socket);
}

test.each(['', 'undefined', 'json', '; charset=utf-8', 'a/b/c'])(
  'a request without a body may have the Content-Type %j',
  async (type) => {
    const stage = new StageHttp(await start());
    const headers = { 'content-type': type };
    expect((await stage.send('PUT', 'd/', { headers })).status).toBe(200);
    expect((await stage.send('PUT', 'f', { headers })).status).toBe(200);
    expect((await stage.send('DELETE', 'f', { headers })).status).toBe(200);
    expect(await stage.names('')).toEqual(['d/']);
  },
);

test('the token is looked at before the Content-Type, the body and the spelling of the path', async () => {
  const emulator = await start();
  const { prefix } = new StageHttp(emulator);
  for (const target of [`${prefix}f`, `${prefix}%zz`, '/v1/%zz'])
    for (const type of ['', 'nonsense', 'text/plain']) {
      const reply = await wire(
        emulator,
        `PUT ${target} HTTP/1.1\r\nContent-Type: ${type}\r\nContent-Length: 0`,
      );
      expect(reply).toMatch(
        /^HTTP\/1\.1 401 [^]*content-type: text\/plain[^]*\r\n\r\nUnauthorized: [^\n]+\n$/,
      );
    }
});

test('a target may be a whole URL, as to a proxy', async () => {
  const emulator = await start();
  const { prefix } = new StageHttp(emulator);
  const ask = (target: string) =>
    wire(emulator, `GET ${target} HTTP/1.1\r\nAuthorization: Bearer ${emulator.token}`);
  expect(await ask(`${emulator.url}${prefix}`)).toMatch(/^HTTP\/1\.1 200 [^]*"content":\[\]/);
  expect(await ask(`http://localhost/v1/organizations/current?a=1`)).toMatch(/^HTTP\/1\.1 200 /);
  expect(await ask('http://localhost')).toMatch(/^HTTP\/1\.1 404 [^]*404 page not found/);
  expect(await ask('http://rebound.example/v1/regions')).toMatch(/^HTTP\/1\.1 403 /);
});

test('fields that are null in a creation count as absent', async () => {
  const http = new StageHttp(await start());
  const nulls = { regionID: null, adminPassword: null, expiresAt: null, smartDR: null, updateWindow: null };
  const place = { provider: 'AWS', regionName: 'us-east-1' };
  const body = { name: 'g', ...nulls, ...place, firewallRanges: [] };
  expect((await http.api('POST', '/v1/workspaceGroups', body)).status).toBe(200);
  const nameless = await http.api('POST', '/v1/workspaceGroups', { ...body, name: null });
  expect(nameless.status).toBe(400);
});

test('regions of the shared tier and of v2 have names instead of IDs; a project holds clusters', async () => {
  const http = new StageHttp(await start());
  for (const path of ['/v2/regions', '/v1/regions/sharedtier', '/v2/regions/sharedtier']) {
    const regions = (await http.api('GET', path)).json<object[]>();
    expect(regions.length).toBeGreaterThan(0);
    for (const region of regions)
      expect(Object.keys(region).toSorted()).toEqual(['provider', 'region', 'regionName']);
  }
  const [project] = (await http.api('GET', '/v2/projects')).json<object[]>();
  expect(project).toMatchObject({ projectID: expect.any(String) as string, name: 'default' });
});

test('a body that is too large is refused when it has arrived, on a connection that stays usable', async () => {
  const emulator = await start();
  const headers = { authorization: `Bearer ${emulator.token}`, 'content-type': 'application/json' };
  const body = JSON.stringify({ name: 'x'.repeat(8_000_000) });
  const refused = await fetch(`${emulator.url}/v1/workspaces`, { method: 'POST', headers, body });
  expect(refused.status).toBe(413);
  expect((await fetch(`${emulator.url}/v1/regions`, { headers })).status).toBe(200);
});
