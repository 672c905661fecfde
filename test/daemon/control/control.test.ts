import { chmodSync, existsSync, lstatSync, mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { createConnection } from 'node:net';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { askDaemon } from '../../../src/daemon/control/ask-daemon.ts';
import type { ControlRequest } from '../../../src/daemon/control/control-messages.ts';
import { serveControl, type ControlHandler } from '../../../src/daemon/control/control-server.ts';
import {
  daemonPlace,
  holdPlace,
  makePrivate,
  rememberPlace,
} from '../../../src/daemon/control/daemon-place.ts';
import { usageError } from '../../../src/jobs/usage-errors.ts';
import { temporaryFolder } from '../../support/trees/temporary-folder.ts';

const NEVER = new AbortController().signal;

/** Says what it was asked. */
const echo = new Proxy({} as ControlHandler, {
  get: () => async (request: ControlRequest) => ({ asked: request }),
});

async function place() {
  const stateFolder = join(await temporaryFolder(), 'state');
  const file = join(stateFolder, '../stagesync.yaml');
  const at = daemonPlace(stateFolder, file);
  makePrivate(at);
  const ask = (request: ControlRequest, signal: AbortSignal = NEVER) =>
    askDaemon({ stateFolder, file, signal }, request);
  const serve = async (handler: ControlHandler) => {
    const server = await serveControl(at.socket, handler);
    onTestFinished(() => server.close());
    return server;
  };
  return { ...at, stateFolder, file, ask, serve };
}

const modeOf = (path: string): string => (lstatSync(path).mode & 0o777).toString(8);

/** Sends these bytes, and resolves with all that comes back. */
const raw = (path: string, bytes: string | Buffer): Promise<string> =>
  new Promise((resolve, reject) => {
    const socket = createConnection(path, () => socket.write(bytes));
    let text = '';
    socket.on('data', (part) => (text += String(part)));
    socket.on('close', () => resolve(text));
    socket.on('error', (error: NodeJS.ErrnoException) =>
      error.code === 'EPIPE' || error.code === 'ECONNRESET' ? resolve(text) : reject(error),
    );
  });

test('a request is answered, and nobody but the user can make one', async () => {
  const { ask, serve, folder, socket } = await place();
  await serve(echo);
  await expect(ask({ ask: 'flush', job: 'a' })).resolves.toEqual({ asked: { ask: 'flush', job: 'a' } });
  expect(modeOf(folder)).toBe('700');
  expect(modeOf(socket)).toBe('600');
});

test('a folder that others could enter is closed to them', async () => {
  const { folder, socket } = await place();
  chmodSync(folder, 0o777);
  makePrivate({ folder, socket });
  expect(modeOf(folder)).toBe('700');
});

test('a link in place of the folder is refused', async () => {
  const stateFolder = await temporaryFolder();
  mkdirSync(join(stateFolder, 'elsewhere'));
  symlinkSync('elsewhere', join(stateFolder, 'daemons'));
  expect(() => makePrivate(daemonPlace(stateFolder, '/x.yaml'))).toThrow(/is not a folder of this user/);
});

test('a state folder with too long a name is refused with the way out', async () => {
  const stateFolder = join(await temporaryFolder(), 'x'.repeat(100));
  expect(() => makePrivate(daemonPlace(stateFolder, '/x.yaml'))).toThrow(/set XDG_STATE_HOME/);
  expect(existsSync(stateFolder)).toBe(false);
});

test('one file has one place, by whichever name it is called', async () => {
  const folder = await temporaryFolder();
  writeFileSync(join(folder, 'a.yaml'), '');
  symlinkSync('a.yaml', join(folder, 'b.yaml'));
  const at = (name: string) => daemonPlace(folder, join(folder, name)).socket;
  expect(at('a.yaml')).toBe(at('b.yaml'));
  expect(at('a.yaml')).not.toBe(at('c.yaml'));
});

test('a file that is replaced by way of a link keeps its place, as in a ConfigMap', async () => {
  const folder = await temporaryFolder();
  const file = join(folder, 'stagesync.yaml');
  const version = (name: string): void => {
    mkdirSync(join(folder, name));
    writeFileSync(join(folder, name, 'stagesync.yaml'), '');
    rmSync(join(folder, '..data'), { force: true });
    symlinkSync(name, join(folder, '..data'));
  };
  version('..v1');
  symlinkSync('..data/stagesync.yaml', file);
  const at = daemonPlace(folder, file);
  makePrivate(at);
  const lock = holdPlace(at, { file, pid: 77, command: 'stagesync up' });
  rememberPlace(at, file);
  version('..v2');
  // it is asked, and a second one refused
  expect(daemonPlace(folder, file)).toEqual(at);
  lock.release();
  // and the next start remembers what was paused
  expect(daemonPlace(folder, file)).toEqual(at);
  // another daemon runs the other file by its own name
  const other = daemonPlace(folder, join(folder, '..v2', 'stagesync.yaml'));
  expect(other.id).not.toBe(at.id);
  const second = holdPlace(other, { file, pid: 78, command: 'stagesync up' });
  onTestFinished(() => second.release());
  expect(daemonPlace(folder, file)).toEqual(other);
});

test('where no daemon runs nobody answers, also where a killed one left its socket', async () => {
  const { ask, serve, socket } = await place();
  await expect(ask({ ask: 'view' })).resolves.toBeUndefined();
  writeFileSync(socket, '');
  await expect(ask({ ask: 'view' })).resolves.toBeUndefined();
  // and the next daemon takes its place
  const server = await serve(echo);
  await expect(ask({ ask: 'view' })).resolves.toBeDefined();
  await server.close();
  expect(existsSync(socket)).toBe(false);
});

test('a daemon that is starting is waited for', async () => {
  const { ask, serve, file, ...at } = await place();
  const lock = holdPlace(at, { file, pid: process.pid, command: 'a test' });
  onTestFinished(() => lock.release());
  const asked = ask({ ask: 'view' });
  await serve(echo);
  await expect(asked).resolves.toBeDefined();
});

test('a second daemon of the file is refused, and told of the first', async () => {
  const { file, ...at } = await place();
  const lock = holdPlace(at, { file, pid: 77, command: 'stagesync up' });
  expect(() => holdPlace(at, { file, pid: 78, command: 'stagesync up' })).toThrow(/runs already: process 77/);
  lock.release();
  holdPlace(at, { file, pid: 78, command: 'stagesync up' }).release();
});

test('an error of the daemon is that of whoever asked', async () => {
  const { ask, serve } = await place();
  await serve({ ...echo, pause: () => Promise.reject(usageError('the daemon runs no job "x"')) });
  await expect(ask({ ask: 'pause', job: 'x' })).rejects.toMatchObject({
    code: 'usage',
    message: 'the daemon runs no job "x"',
  });
});

test.each([
  ['no JSON', 'hello\n', /one line of JSON/],
  ['a word that it does not know', '{"ask":"dance"}\n', /does not understand the request/],
  ['something that it does not expect', '{"ask":"view","job":"a"}\n', /does not understand the request/],
  ['a name that is none', '{"ask":"flush","job":5}\n', /does not understand the request \(job\)/],
  ['a limit that is none', '{"ask":"limits","change":{"bytesPerSecond":-1}}\n', /change.bytesPerSecond/],
  ['__proto__', '{"ask":"__proto__"}\n', /does not understand/],
  ['too much', `{"ask":"flush","job":"${'x'.repeat(70_000)}"}\n`, /too long/],
])('%s is refused, and the daemon lives on', async (_, bytes, message) => {
  const { ask, serve, socket } = await place();
  await serve(echo);
  const { error } = JSON.parse(await raw(socket, bytes)) as { error: { code: string; message: string } };
  expect(error.code).toBe('usage');
  expect(error.message).toMatch(message);
  await expect(ask({ ask: 'view' })).resolves.toBeDefined();
});

test('whoever goes away before the answer disturbs nobody', async () => {
  const { ask, serve } = await place();
  const begun = Promise.withResolvers<void>();
  const end = Promise.withResolvers<never>();
  await serve({
    ...echo,
    view: (async () => ({})) as unknown as ControlHandler['view'],
    flush: () => {
      begun.resolve();
      return end.promise;
    },
  });
  const leave = new AbortController();
  const asked = ask({ ask: 'flush', job: 'a' }, leave.signal);
  await begun.promise;
  leave.abort(new Error('enough'));
  await expect(asked).rejects.toThrow('enough');
  end.reject(new Error('it failed'));
  await expect(ask({ ask: 'view' })).resolves.toEqual({});
});

test('what was asked before the daemon closes is answered; what it cannot answer ends as interrupted', async () => {
  const { ask, serve } = await place();
  const end = Promise.withResolvers<Record<string, never>>();
  const begun = Promise.withResolvers<void>();
  const server = await serve({
    ...echo,
    stop: () => {
      begun.resolve();
      return end.promise;
    },
    flush: () => new Promise(() => undefined),
  });
  const stopped = ask({ ask: 'stop' });
  const never = ask({ ask: 'flush', job: 'a' });
  never.catch(() => undefined);
  await begun.promise;
  const closed = server.close();
  end.resolve({});
  await closed;
  await expect(stopped).resolves.toEqual({});
  await expect(never).rejects.toMatchObject({ code: 'interrupted' });
});

test('a connection that says nothing does not keep the daemon from closing', async () => {
  const { serve, socket } = await place();
  const server = await serve(echo);
  const idle = createConnection(socket);
  idle.on('error', () => undefined);
  await new Promise((resolve) => idle.once('connect', resolve));
  await server.close();
  expect(existsSync(socket)).toBe(false);
});

test('who does not read a long answer does not keep the daemon from closing', async () => {
  const { serve, socket } = await place();
  const asked = Promise.withResolvers<void>();
  const server = await serve({
    ...echo,
    view: (async () => {
      asked.resolve();
      return { text: 'x'.repeat(4_000_000) };
    }) as unknown as ControlHandler['view'],
  });
  const deaf = createConnection(socket, () => deaf.write('{"ask":"view"}\n'));
  deaf.on('error', () => undefined);
  onTestFinished(() => void deaf.destroy());
  await asked.promise;
  await server.close();
  expect(existsSync(socket)).toBe(false);
});

test('a socket that something else holds is told', async () => {
  const { socket } = await place();
  mkdirSync(socket);
  await expect(serveControl(socket, echo)).rejects.toMatchObject({ code: 'config' });
});
