import { createHmac } from 'node:crypto';
import { chmodSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test, vi } from 'vitest';
import { jobNotices } from '../../../src/daemon/notify/job-notices.ts';
import { openNotifier, type NotifierOptions } from '../../../src/daemon/notify/notifier.ts';
import type { NotifyTarget } from '../../../src/jobs-file/jobs-file.ts';
import { createManualClock } from '../../support/engine/manual-clock.ts';
import { endedRun } from '../../support/engine/runs.ts';
import { BEHIND_PROXY, canMakeCertificates, startConnectProxy } from '../../support/network/connect-proxy.ts';
import { sendText, startLoopbackServer } from '../../support/network/loopback-server.ts';
import { temporaryFolder } from '../../support/trees/temporary-folder.ts';

const HOSTILE = 'a"\n\u001b[31m<script>\u2028/b\u0000.csv';
const failed = (id = 'r1') =>
  endedRun({
    id,
    outcome: 'failures',
    report: { failed: 1 },
    failures: [{ code: 'stage_rejected', message: 'no', count: 1, example: HOSTILE }],
  });
const ON = ['failure', 'recovery', 'halted', 'skipped', 'success'] as const;

async function notifier(targets: readonly NotifyTarget[], given: Partial<NotifierOptions> = {}) {
  const clock = createManualClock();
  const troubles: string[] = [];
  const folder = await temporaryFolder();
  const it = await openNotifier({
    targets,
    of: { job: 'orders', source: '/data', destination: 'stage://g/x/' },
    lastRun: undefined,
    clock,
    folder,
    env: { PATH: process.env['PATH'] },
    onTrouble: (message) => troubles.push(message),
    ...given,
  });
  return { it, clock, troubles, folder };
}

const webhook = (url: string, secretFile?: string): NotifyTarget => ({
  on: [...ON],
  way: { kind: 'webhook', url, secretFile },
});

test('a webhook gets the report, signed so that a receiver of Standard Webhooks can check it', async () => {
  await using server = await startLoopbackServer((_, response) => sendText(response, 204, ''));
  const folder = await temporaryFolder();
  const key = Buffer.alloc(32, 7);
  const secretFile = join(folder, 'secret');
  writeFileSync(secretFile, `whsec_${key.toString('base64')}\n`);
  const { it, clock, troubles } = await notifier([webhook(`${server.url}/hook/s3cret?x=1`, secretFile)]);
  it.runEnded(failed());
  await it.close(60_000);
  expect(troubles).toEqual([]);
  const [request] = server.seen;
  expect(request).toMatchObject({ method: 'POST', url: '/hook/s3cret?x=1' });
  const { headers, body } = request!;
  const id = String(headers['webhook-id']);
  const timestamp = String(headers['webhook-timestamp']);
  expect(timestamp).toBe(String(Math.floor(clock.now() / 1000)));
  const signed = createHmac('sha256', key).update(`${id}.${timestamp}.${body.toString()}`).digest('base64');
  expect(headers['webhook-signature']).toBe(`v1,${signed}`);
  expect(JSON.parse(body.toString())).toMatchObject({
    type: 'job.failure',
    data: {
      event: 'failure',
      job: 'orders',
      source: '/data',
      run: { id: 'r1', outcome: 'failures', failures: [{ example: HOSTILE }], report: { failed: 1 } },
    },
  });
  // names cannot break out of their line
  for (const control of ['\n', '\u001b', '\u0000']) expect(body.toString()).not.toContain(control);
});

test('an attempt that fails is made again after a pause, as the same message; what is refused is not', async () => {
  const statuses = [503, 429, 200, 410];
  await using server = await startLoopbackServer((_, response) =>
    sendText(response, statuses.shift()!, '', { 'retry-after': '30' }),
  );
  const { it, clock, troubles } = await notifier([webhook(`${server.url}/s3cret`)]);
  it.runEnded(failed());
  await vi.waitFor(() => expect(clock.sleeping).toBe(1));
  expect(clock.sleeps).toEqual([30_000]);
  await clock.pass(30_000);
  await vi.waitFor(() => expect(clock.sleeping).toBe(1));
  await clock.pass(30_000);
  await vi.waitFor(() => expect(server.seen).toHaveLength(3));
  expect(new Set(server.seen.map(({ headers }) => headers['webhook-id'])).size).toBe(1);
  it.skipped('the run before goes on');
  await vi.waitFor(() => expect(troubles).toHaveLength(1));
  expect(troubles).toEqual([`the webhook at ${server.url} did not get a notice: it answered 410`]);
  expect(JSON.parse(server.seen[3]!.body.toString())).toMatchObject({
    type: 'job.skipped',
    data: { reason: 'the run before goes on' },
  });
  await it.close(1);
});

test('a receiver that does not answer holds up no run, and of what waits for it the oldest goes', async () => {
  await using server = await startLoopbackServer(() => undefined);
  const { it, clock, troubles } = await notifier([webhook(`${server.url}/s3cret`)]);
  for (let n = 0; n < 150; n++) it.runEnded(failed(`r${n}`));
  await vi.waitFor(() => expect(server.seen).toHaveLength(1));
  expect(troubles).toEqual([
    `the webhook at ${server.url} is not reached for long: more than 100 notices wait, and the oldest are dropped`,
  ]);
  const closed = it.close(5000);
  await clock.pass(5000);
  await closed;
  expect(troubles.slice(1)).toEqual([
    `the webhook at ${server.url} did not get a notice: there was no time left`,
    `the webhook at ${server.url} did not get 100 more notices: the process ended`,
  ]);
  expect(troubles.join()).not.toContain('s3cret');
});

test('a process that ends delivers what waits in a pause once more, at once', async () => {
  const statuses = [503, 200];
  await using server = await startLoopbackServer((_, response) => sendText(response, statuses.shift()!, ''));
  const { it, clock, troubles } = await notifier([webhook(server.url)]);
  it.runEnded(failed());
  await vi.waitFor(() => expect(clock.sleeping).toBe(1));
  await it.close(60_000);
  expect([server.seen.length, troubles]).toEqual([2, []]);
});

test('a heartbeat is sent after each good run and only then, without a body', async () => {
  await using server = await startLoopbackServer((_, response) => sendText(response, 200, ''));
  const { it } = await notifier([{ on: [], way: { kind: 'heartbeat', url: `${server.url}/beat` } }]);
  it.runEnded(failed());
  it.halted('no token');
  it.runEnded(endedRun({ cause: 'watch' }));
  await vi.waitFor(() => expect(server.seen).toHaveLength(1));
  it.runEnded(endedRun({ outcome: 'warnings' }));
  await it.close(60_000);
  expect(server.seen.map(({ method, url, body }) => [method, url, body.byteLength])).toEqual([
    ['GET', '/beat', 0],
    ['GET', '/beat', 0],
  ]);
});

test('a target hears only of what it asked for, and a halt is told once until a run was good', async () => {
  await using server = await startLoopbackServer((_, response) => sendText(response, 200, ''));
  const { it } = await notifier([{ on: ['recovery', 'halted'], way: { kind: 'webhook', url: server.url } }], {
    lastRun: failed(),
  });
  it.halted('no token');
  it.halted('no token');
  it.runEnded(failed());
  it.runEnded(endedRun());
  it.halted('no token');
  await it.close(60_000);
  expect(server.seen.map(({ body }) => (JSON.parse(body.toString()) as { type: string }).type)).toEqual([
    'job.halted',
    'job.recovery',
    'job.halted',
  ]);
});

test('what a job of the daemon tells is handed on: runs, halts, and runs that were not made for want of time', async () => {
  await using server = await startLoopbackServer((_, response) => sendText(response, 200, ''));
  const { it } = await notifier([webhook(server.url)]);
  const hear = jobNotices(it);
  hear({ type: 'run', run: failed() });
  hear({ type: 'state', state: 'halted', reason: 'no token' });
  hear({ type: 'state', state: 'idle', reason: undefined });
  hear({ type: 'skipped', cause: 'schedule', why: 'running', count: 1 });
  hear({ type: 'skipped', cause: 'schedule', why: 'paused', count: 1 });
  hear({ type: 'skipped', cause: 'missed', why: 'missed', count: 3 });
  await it.close(60_000);
  const told = server.seen.map(
    ({ body }) => JSON.parse(body.toString()) as { type: string; data: { reason?: string } },
  );
  expect(told.map(({ type, data }) => [type, data.reason])).toEqual([
    ['job.failure', undefined],
    ['job.halted', 'no token'],
    ['job.skipped', 'the run before was still going on'],
    ['job.skipped', 'the machine or the daemon slept when 3 runs were due'],
  ]);
});

test('a command gets the report on its standard input, without a shell and without the token', async () => {
  const folder = await temporaryFolder();
  const out = join(folder, 'out; touch owned');
  const script =
    'require("fs").writeFileSync(process.argv[1], require("fs").readFileSync(0, "utf8") + JSON.stringify(process.env))';
  const {
    it,
    troubles,
    folder: cwd,
  } = await notifier(
    [{ on: ['failure'], way: { kind: 'command', command: [process.execPath, '-e', script, out] } }],
    { env: { PATH: '/bin', SINGLESTOREDB_MANAGEMENT_TOKEN: 'tok-secret' } },
  );
  it.runEnded(failed());
  await it.close(60_000);
  expect(troubles).toEqual([]);
  const text = readFileSync(out, 'utf8');
  expect(text).toContain('"type":"job.failure"');
  expect(text).toContain('"PATH":"/bin"');
  expect(text).not.toContain('tok-secret');
  expect(existsSync(join(cwd, 'owned'))).toBe(false);
});

const command = (...words: string[]): NotifyTarget => ({
  on: ['failure'],
  way: { kind: 'command', command: words },
});

test('a command that cannot be started, or fails, is told of, and no more', async () => {
  const missing = '/does/not/exist';
  const { it, troubles } = await notifier([
    command(missing),
    command(process.execPath, '-e', 'console.log("s3cret"); process.exit(3)'),
  ]);
  it.runEnded(failed());
  await it.close(60_000);
  expect(troubles).toEqual([
    `the command "${missing}" did not get a notice: it cannot be started (ENOENT)`,
    `the command ${JSON.stringify(process.execPath)} did not get a notice: it ended with status 3`,
  ]);
});

test('a command whose words no system takes is told of, and the process lives on', async () => {
  const { it, troubles } = await notifier([command('no\0name'), command('/bin/true', 'no\0word')]);
  it.runEnded(failed());
  await it.close(60_000);
  expect(troubles).toEqual([
    'the command "no\\u0000name" did not get a notice: it cannot be started (ERR_INVALID_ARG_VALUE)',
    'the command "/bin/true" did not get a notice: it cannot be started (ERR_INVALID_ARG_VALUE)',
  ]);
});

test('a command that does not end, not even when told to, is killed', async () => {
  const deaf = join(await temporaryFolder(), 'deaf');
  writeFileSync(deaf, '#!/bin/sh\ntrap \'\' TERM\ntouch "$0.began"\nwhile :; do sleep 1; done\n');
  chmodSync(deaf, 0o755);
  const { it, clock, troubles } = await notifier([command(deaf)]);
  it.runEnded(failed());
  await vi.waitFor(() => expect(existsSync(`${deaf}.began`)).toBe(true), 10_000);
  const closed = it.close(1000);
  await clock.pass(1000);
  await closed;
  expect(troubles).toEqual([
    `the command ${JSON.stringify(deaf)} did not get a notice: there was no time left`,
  ]);
});

test.each<[string, NotifyTarget, RegExp]>([
  ['no URL', webhook('hooks.example.com/s3cret'), /has to begin with https/],
  ['one with a password', webhook('https://u:s3cret@hooks.example.com/'), /a user or a password/],
  ['a file', { on: [], way: { kind: 'heartbeat', url: 'file:///s3cret' } }, /has to begin with https/],
])('%s is refused before anything runs, and not repeated', async (_, target, message) => {
  const error: unknown = await notifier([target]).catch((thrown: unknown) => thrown);
  expect(error).toMatchObject({ code: 'config', message: expect.stringMatching(message) });
  expect(String(error)).not.toContain('s3cret');
});

test.each([
  ['is missing', undefined],
  ['is empty', ''],
  ['has no prefix', 'c2VjcmV0LXNlY3JldC1zZWNyZXQtc2VjcmV0'],
  ['is short', 'whsec_c2hvcnQ='],
])('a secret that %s is refused, with its file and the way out', async (_, text) => {
  const file = join(await temporaryFolder(), 'secret');
  if (text !== undefined) writeFileSync(file, text);
  const error: unknown = await notifier([webhook('https://h.example/', file)]).catch(
    (thrown: unknown) => thrown,
  );
  expect(error).toMatchObject({ code: 'config', message: expect.stringContaining(file) });
  if (text) expect(String(error)).not.toContain(text);
});

test.runIf(canMakeCertificates())('notices go through the proxy of the environment', async () => {
  await using server = await startLoopbackServer((_, response) => sendText(response, 200, ''));
  await using proxy = await startConnectProxy(server.url);
  const { it, troubles } = await notifier([webhook(`http://${BEHIND_PROXY}/s3cret`)], {
    proxy: { http: proxy.url },
  });
  it.runEnded(failed());
  await it.close(60_000);
  expect([troubles, proxy.asked, server.seen.map(({ url }) => url)]).toEqual([
    [],
    [`http://${BEHIND_PROXY}`],
    ['/s3cret'],
  ]);
});
