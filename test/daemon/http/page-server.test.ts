import { once } from 'node:events';
import { connect } from 'node:net';
import { describe, expect, onTestFinished, test } from 'vitest';
import { rawRequest } from '../../support/network/raw-request.ts';
import { openPage } from './open-page.ts';

const READS = [
  'api/events',
  'api/view',
  'api/jobs/a/runs',
  'api/jobs/a/runs/r1',
  'api/jobs/a/runs/r1/actions',
  'api/jobs/a/explain?path=x',
  'api/plans/p1',
  'api/plans/p1/lines',
  'api/stage/places',
  'api/stage/usage?address=stage://analytics/',
];
const CHANGES = ['run', 'flush', 'pause', 'resume', 'cancel', 'plans'].map((verb) => `api/jobs/a/${verb}`);

describe('who is not signed in', () => {
  test('reads nothing of the daemon and changes nothing', async () => {
    const { ask, post, control } = await openPage();
    for (const path of READS) expect((await ask(path)).status, path).toBe(401);
    for (const path of CHANGES) expect((await post(path, {})).status, path).toBe(401);
    expect((await post('api/plans/p1/apply', {})).status).toBe(401);
    expect((await ask('api/plans/p1', { method: 'DELETE' })).status).toBe(401);
    expect(control.asked).toEqual([]);
  });

  test('gets the page itself, health, and on loopback the metrics', async () => {
    const { ask } = await openPage();
    expect(await (await ask('')).text()).toContain('the page');
    expect(await (await ask('healthz')).json()).toEqual({ alive: true });
    expect(await (await ask('readyz')).json()).toEqual({ ready: true, jobs: { idle: 2 } });
    expect(await (await ask('metrics')).text()).toContain('stagesync_up');
    expect(await (await ask('api/session')).json()).toEqual({ signedIn: false, takesToken: false });
  });

  test('is told that a job stands still, and not which', async () => {
    const { ask, control } = await openPage();
    control.changeJob('b', { state: 'halted', reason: 'no source' });
    const reply = await ask('readyz');
    expect(reply.status).toBe(503);
    expect(await reply.json()).toEqual({ ready: false, jobs: { idle: 1, halted: 1 } });
  });

  test('reads no metrics where the address is not this machine alone', async () => {
    const { ask, signIn } = await openPage({ openMetrics: false, token: 'a-token-of-a-file-0123' });
    expect((await ask('metrics')).status).toBe(401);
    const bearer = { authorization: 'Bearer a-token-of-a-file-0123' };
    expect((await ask('metrics', { headers: bearer })).status).toBe(200);
    expect((await ask('metrics', { headers: await signIn() })).status).toBe(200);
  });
});

describe('signing in', () => {
  test('by the link, once; the cookie is for this server alone and no script reads it', async () => {
    const { post, ask, code } = await openPage();
    const link = code();
    const reply = await post('api/session', { code: link });
    expect(reply.status).toBe(204);
    const cookie = reply.headers.get('set-cookie')!;
    expect(cookie).toMatch(/^stagesync-\d+=[\w-]{32}; Path=\/; HttpOnly; SameSite=Strict; Max-Age=\d+$/);
    const headers = { cookie: `other=1; ${cookie.split(';')[0]}` };
    expect(await (await ask('api/session', { headers })).json()).toMatchObject({ signedIn: true });
    expect((await ask('api/jobs/a/runs', { headers })).status).toBe(200);
    expect((await post('api/session', { code: link })).status).toBe(401);
  });

  test('by the token, where there is one', async () => {
    const { post, ask } = await openPage({ token: 'a-token-of-a-file-0123' });
    expect((await post('api/session', { token: 'another' })).status).toBe(401);
    expect((await post('api/session', { token: 'a-token-of-a-file-0123' })).status).toBe(204);
    const headers = { authorization: 'Bearer a-token-of-a-file-0123' };
    expect((await ask('api/jobs/a/runs', { headers })).status).toBe(200);
    expect((await ask('api/jobs/a/runs', { headers: { authorization: 'Bearer a' } })).status).toBe(401);
  });

  test('out again: the session is over', async () => {
    const { ask, signIn } = await openPage();
    const headers = await signIn();
    const reply = await ask('api/session', { method: 'DELETE', headers });
    expect(reply.headers.get('set-cookie')).toContain('Max-Age=0');
    expect((await ask('api/jobs/a/runs', { headers })).status).toBe(401);
  });
});

describe('a request from elsewhere', () => {
  const ROUTES = ['/', '/healthz', '/metrics', '/api/session', '/api/jobs/a/runs', '/none', '/%zz'];

  test('that names another Host gets nothing, on every route', async () => {
    const { server } = await openPage();
    for (const path of ROUTES) {
      const reply = await rawRequest(server.url, [`GET ${path} HTTP/1.1`, 'Host: rebound.example']);
      expect([path, reply.status]).toEqual([path, 403]);
      expect(reply.body).toContain('is not this server');
    }
  });

  test.each([
    [{ origin: 'https://evil.example' }],
    [{ origin: 'null' }],
    // another port of this machine is the same site: the browser sends the cookie
    [{ origin: 'http://127.0.0.1:1', 'sec-fetch-site': 'same-site' }],
    [{ 'sec-fetch-site': 'same-site', 'sec-fetch-mode': 'no-cors' }],
    [{ 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'navigate', 'sec-fetch-dest': 'iframe' }],
  ])('with %j reads and changes nothing, though it has the cookie', async (from) => {
    const { server, signIn, control } = await openPage();
    const headers = Object.entries({ ...from, ...(await signIn()), host: new URL(server.url).host });
    const lines = headers.map(([name, value]) => `${name}: ${value}`);
    for (const path of ROUTES)
      expect((await rawRequest(server.url, [`GET ${path} HTTP/1.1`, ...lines])).status).toBe(403);
    expect((await rawRequest(server.url, ['POST /api/jobs/a/pause HTTP/1.1', ...lines])).status).toBe(403);
    expect(control.asked).toEqual([]);
  });

  test('that follows a link shows the page, and asks for no change', async () => {
    const { server } = await openPage();
    const follows = [
      `Host: ${new URL(server.url).host}`,
      'Sec-Fetch-Site: cross-site',
      'Sec-Fetch-Mode: navigate',
      'Sec-Fetch-Dest: document',
    ];
    expect((await rawRequest(server.url, ['GET / HTTP/1.1', ...follows])).status).toBe(200);
    expect((await rawRequest(server.url, ['POST /api/session HTTP/1.1', ...follows])).status).toBe(403);
  });

  test('is told to every browser by headers on every reply', async () => {
    const { ask, signIn } = await openPage();
    const headers = await signIn();
    for (const path of ['', 'healthz', 'none', 'api/session', 'api/jobs/a/runs']) {
      const reply = await ask(path, { headers });
      const policy = reply.headers.get('content-security-policy')!;
      expect(policy).toMatch(/^default-src 'none';/);
      expect(policy).toContain("frame-ancestors 'none'");
      expect(policy).not.toMatch(/unsafe|https?:|\*|data:/);
      expect(reply.headers.get('x-content-type-options')).toBe('nosniff');
      expect(reply.headers.get('referrer-policy')).toBe('no-referrer');
      expect(reply.headers.get('access-control-allow-origin')).toBeNull();
    }
  });
});

describe('who is signed in', () => {
  test('asks for what the daemon may be asked', async () => {
    const { post, signIn, control } = await openPage();
    const headers = await signIn();
    for (const path of CHANGES) expect((await post(path, {}, headers)).status, path).toBe(202);
    expect(control.asked).toEqual(['run a', 'flush a', 'pause a', 'resume a', 'cancel a']);
  });

  test('is told of a job, a run and a plan that is not there', async () => {
    const { ask, post, signIn } = await openPage();
    const headers = await signIn();
    const reply = await post('api/jobs/none/pause', {}, headers);
    expect(reply.status).toBe(400);
    expect(await reply.json()).toEqual({
      error: { code: 'usage', message: 'there is no job "none" in the jobs file' },
    });
    for (const path of ['api/jobs/a/runs/none', 'api/plans/none', 'api/plans/none/lines', 'api/none'])
      expect((await ask(path, { headers })).status, path).toBe(404);
    expect((await ask('api/jobs/a/runs?limit=100000', { headers })).status).toBe(400);
  });

  test('is told of every error in one shape', async () => {
    const { server, ask, post, signIn } = await openPage();
    const headers = await signIn();
    const text = { ...headers, 'content-type': 'text/plain' };
    const json = { ...headers, 'content-type': 'application/json' };
    const replies = [
      await ask('none'),
      await ask('api/none', { headers }),
      await ask('%zz', { headers }),
      await ask('api/session', { method: 'PUT', headers }),
      await ask('api/jobs/a/pause', { method: 'POST', body: '{}', headers: text }),
      await ask('api/jobs/a/pause', { method: 'POST', body: '{', headers: json }),
      await post('api/session', { code: 'x'.repeat(20_000) }, headers),
    ];
    expect(replies.map(({ status }) => status)).toEqual([404, 404, 400, 404, 415, 400, 413]);
    const shape = { error: { code: expect.any(String), message: expect.any(String) } };
    for (const reply of replies) expect(await reply.json()).toEqual(shape);
    const { status, body } = await rawRequest(server.url, ['no request']);
    expect([status, JSON.parse(body)]).toEqual([400, shape]);
  });

  test('sends small bodies of JSON alone', async () => {
    const { ask, post, signIn } = await openPage();
    const headers = await signIn();
    expect((await post('api/session', { code: 'x'.repeat(20_000) }, headers)).status).toBe(413);
    const form = { ...headers, 'content-type': 'text/plain' };
    const reply = await ask('api/jobs/a/pause', { method: 'POST', body: '{}', headers: form });
    expect(reply.status).toBe(415);
  });
});

describe('a client that does not read', () => {
  test('is let go', async () => {
    const plain = Buffer.alloc(20_000_000);
    const large = { type: 'text/plain', plain, gzip: plain, lasting: false };
    const { server } = await openPage({
      patienceMs: 100,
      files: new Map([['/', large]]),
    });
    const { hostname, port, host } = new URL(server.url);
    const socket = connect(Number(port), hostname);
    onTestFinished(() => void socket.destroy());
    let isGone = false;
    socket.on('error', () => (isGone = true));
    socket.pause();
    await once(socket, 'connect');
    const request = (path: string): string => `GET ${path} HTTP/1.1\r\nHost: ${host}\r\n\r\n`;
    socket.write(request('/'));
    // only who writes hears that the other end is gone
    await expect
      .poll(
        () => {
          if (!isGone) socket.write(request('/healthz'));
          return isGone;
        },
        { interval: 500, timeout: 20_000 },
      )
      .toBe(true);
  });
});
