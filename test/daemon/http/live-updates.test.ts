import { once } from 'node:events';
import { connect } from 'node:net';
import { describe, expect, onTestFinished, test } from 'vitest';
import { ViewChanges } from '../../../src/daemon/http/view-changes.ts';
import { jobView } from '../../support/page/imitated-daemon.ts';
import { openPage } from './open-page.ts';

/** The events of a stream, one after the other. */
async function eventsOf(response: Response) {
  const reader = response.body!.pipeThrough(new TextDecoderStream()).getReader();
  onTestFinished(() => reader.cancel().catch(() => {}));
  let text = '';
  return async (): Promise<{ name: string; data: unknown }> => {
    while (!text.includes('\n\n')) {
      const { done, value } = await reader.read();
      if (done) return { name: 'end', data: undefined };
      text += value;
    }
    const [event = '', ...rest] = text.split('\n\n');
    text = rest.join('\n\n');
    const [, name = '', data = ''] = /^event: (\w+)\ndata: (.*)$/.exec(event) ?? [];
    return { name, data: JSON.parse(data) };
  };
}

describe('the events of the daemon', () => {
  test('begin with everything, then tell the jobs that changed', async () => {
    const { ask, signIn, control } = await openPage({ updates: { everyMs: 1 } });
    const next = await eventsOf(await ask('api/events', { headers: await signIn() }));
    expect(await next()).toMatchObject({
      name: 'view',
      data: { view: { jobs: [{ name: 'a' }, { name: 'b' }] } },
    });
    control.changeJob('b', { state: 'halted', reason: 'two\nlines' });
    expect((await next()).name).toBe('view');
    control.changeJob('b', { state: 'paused' });
    const event = await next();
    expect(event).toMatchObject({ name: 'jobs', data: { jobs: [{ name: 'b', state: 'paused' }] } });
    expect((event.data as { jobs: unknown[] }).jobs).toHaveLength(1);
  });

  test('tell the samples of the job that was asked for, each once', async () => {
    const { ask, signIn, control } = await openPage({ updates: { everyMs: 1 } });
    const sample = (atMs: number) => ({ atMs, bytes: 1, files: 1, requests: 1, refused: 0 });
    control.sample('a', sample(1));
    control.sample('b', sample(2));
    const next = await eventsOf(await ask('api/events?job=a', { headers: await signIn() }));
    expect((await next()).name).toBe('view');
    expect(await next()).toEqual({ name: 'samples', data: { job: 'a', samples: [sample(1)] } });
    control.sample('a', sample(3));
    let event = await next();
    if (event.name === 'view') event = await next();
    expect(event).toEqual({ name: 'samples', data: { job: 'a', samples: [sample(3)] } });
  });

  test('tell everything once, also where that is more than the buffers hold', async () => {
    const { ask, signIn, control } = await openPage({ updates: { everyMs: 1, aliveMs: 5 } });
    control.change({
      jobs: Array.from({ length: 300 }, (_, at) => jobView(`job-${at}`, { reason: 'x'.repeat(900) })),
    });
    const next = await eventsOf(await ask('api/events', { headers: await signIn() }));
    expect((await next()).name).toBe('view');
    expect((await next()).name).toBe('alive');
    expect((await next()).name).toBe('alive');
  });

  test('go to a bounded number of readers; without one the daemon is not listened to', async () => {
    const { ask, signIn, control } = await openPage({ updates: { most: 2 } });
    const headers = await signIn();
    expect(control.listeners.size).toBe(0);
    const gone = new AbortController();
    const open = await Promise.all([1, 2].map(() => ask('api/events', { headers, signal: gone.signal })));
    expect(open.map(({ status }) => status)).toEqual([200, 200]);
    const refused = await ask('api/events', { headers });
    expect(refused.status).toBe(503);
    const message = expect.stringMatching(/^2 pages of this daemon are open already: close one/);
    expect(await refused.json()).toEqual({ error: { code: 'too_many', message } });
    // a browser does not show that to the page
    expect(await (await ask('api/session', { headers })).json()).toMatchObject({ noEvents: message });
    expect(await (await ask('api/session')).json()).not.toHaveProperty('noEvents');
    expect(control.listeners.size).toBe(1);
    gone.abort();
    await expect.poll(() => control.listeners.size).toBe(0);
    expect((await ask('api/events', { headers })).status).toBe(200);
  });

  test('are not begun by a HEAD', async () => {
    const { ask, signIn, control } = await openPage();
    const headers = await signIn();
    expect((await ask('api/events', { method: 'HEAD', headers })).status).toBe(404);
    expect(control.listeners.size).toBe(0);
  });

  test('end when the session does', async () => {
    const { ask, signIn } = await openPage({ updates: { aliveMs: 5 } });
    const headers = await signIn();
    const next = await eventsOf(await ask('api/events', { headers }));
    expect((await next()).name).toBe('view');
    await ask('api/session', { method: 'DELETE', headers });
    let event = await next().catch(() => ({ name: 'end' }));
    while (event.name === 'alive') event = await next().catch(() => ({ name: 'end' }));
    expect(event.name).toBe('end');
  });

  test('do not pile up for a reader that does not read, and it is let go', async () => {
    const { server, signIn, control } = await openPage({
      updates: { everyMs: 1, aliveMs: 5, patienceMs: 20 },
    });
    const { cookie } = await signIn();
    const { hostname, port, host } = new URL(server.url);
    const socket = connect(Number(port), hostname);
    onTestFinished(() => void socket.destroy());
    await once(socket, 'connect');
    socket.pause();
    socket.on('error', () => {});
    socket.write(`GET /api/events HTTP/1.1\r\nHost: ${host}\r\nCookie: ${cookie}\r\n\r\n`);
    await expect.poll(() => control.listeners.size).toBe(1);
    let told = 0;
    // far more than the buffers of both ends hold, unless nothing more is written
    await expect
      .poll(
        () => {
          control.change({ file: `${told++} ${'x'.repeat(2_000_000)}` });
          return control.listeners.size;
        },
        { interval: 3, timeout: 20_000 },
      )
      .toBe(0);
    expect(process.memoryUsage().external).toBeLessThan(400_000_000);
  });
});

describe('what changed in a view', () => {
  const view = (jobs: ReturnType<typeof jobView>[]) => ({ startedMs: 0, file: 'f', jobs });

  test('is everything, then nothing, then single jobs, and everything where jobs come, go or move', () => {
    const changes = new ViewChanges();
    const [a, b] = [jobView('a'), jobView('b')];
    expect(changes.next(view([a, b]))).toEqual({ kind: 'view', view: view([a, b]) });
    expect(changes.next(view([{ ...a }, b]))).toBeUndefined();
    const other = { ...b, waiting: 1 };
    expect(changes.next(view([a, other]))).toEqual({ kind: 'parts', jobs: [other] });
    expect(changes.next(view([other, a]))?.kind).toBe('view');
    expect(changes.next(view([a]))?.kind).toBe('view');
  });

  test('is what machines share alone, where that is another, and null where nothing is shared any more', () => {
    const changes = new ViewChanges();
    const jobs = [jobView('a')];
    const machines = { queue: { queue: 'redis://r/0', isUp: true, workers: [], pairs: [] } };
    changes.next(view(jobs));
    expect(changes.next({ ...view(jobs), machines })).toEqual({ kind: 'parts', jobs: [], machines });
    expect(changes.next({ ...view(jobs), machines: { ...machines } })).toBeUndefined();
    expect(changes.next(view(jobs))).toEqual({ kind: 'parts', jobs: [], machines: null });
  });
});
