import { expect, test } from 'vitest';
import { workspaces } from '../../../src/api/resources/workspaces.ts';
import { awaitedAfter } from '../../../src/api/waiting/after-change.ts';
import { pingUrl } from '../../../src/api/waiting/endpoint.ts';
import { openManagement } from '../../support/api/open-management.ts';
import { sendJson, sendText, startLoopbackServer } from '../../support/network/loopback-server.ts';

test.each([
  ['svc-1.aws-oregon-1.svc.singlestore.com', 'https://svc-1.aws-oregon-1.svc.singlestore.com/ping'],
  ['svc-1.svc.singlestore.com:3306', 'https://svc-1.svc.singlestore.com/ping'],
  ['192.168.224.3:30342', 'https://192.168.224.3:30342/ping'],
  ['127.0.0.1:4321', 'http://127.0.0.1:4321/ping'],
  ['user@host', undefined],
  ['host/path?', undefined],
  ['', undefined],
])('an endpoint %j is asked at %s', (endpoint, url) => {
  expect(pingUrl(endpoint)?.href).toBe(url);
});

test('ready for SQL is a workspace whose endpoint answers; it is not sent the token', async () => {
  let pings = 0;
  await using server = await startLoopbackServer(({ url, headers }, response) => {
    if (url !== '/ping') {
      const endpoint = pings === 0 ? undefined : headers.host;
      sendJson(response, { workspaceID: 'w', name: 'etl', state: 'ACTIVE', endpoint });
      pings++;
    } else if (pings++ < 8) sendText(response, 503, 'suspended');
    else sendText(response, 200, 'pong');
  });
  await using opened = await openManagement(server.url);
  const awaited = awaitedAfter(workspaces.resume, { input: { workspaceID: 'w' }, reply: {} })!;
  await opened.api.waitFor(awaited, { ready: 'sql' });
  const asked = server.seen.filter(({ url }) => url === '/ping');
  expect(asked.length).toBeGreaterThan(2);
  expect(asked.filter(({ headers }) => headers.authorization !== undefined)).toEqual([]);
});

test('an endpoint that stays silent is given up on, with its name', async () => {
  await using server = await startLoopbackServer((_, response) => {
    sendJson(response, { workspaceID: 'w', name: 'etl', state: 'ACTIVE', endpoint: '127.0.0.1:1' });
  });
  await using opened = await openManagement(server.url);
  const awaited = awaitedAfter(workspaces.resume, {
    input: { workspaceID: 'w' },
    reply: {},
    what: 'workspace etl',
  })!;
  await expect(opened.api.waitFor(awaited, { ready: 'sql', timeoutMs: 5000 })).rejects.toMatchObject({
    code: 'api_wait_timeout',
    message: expect.stringMatching(
      /^The endpoint of workspace etl is still silent \(127\.0\.0\.1:1\) after /,
    ),
  });
});
