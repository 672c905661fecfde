import { createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { connect } from 'node:net';
import type { Socket } from 'node:net';
import { text } from 'node:stream/consumers';
import { FormData } from 'undici';
import { describe, expect, test } from 'vitest';
import type { Emulator } from '../../../src/emulator/options.ts';
import { storedBlobs } from '../../support/trees/data-folder.ts';
import { useEmulators } from '../../support/cli/emulators.ts';
import type { HttpOptions } from '../../support/stage/stage-http.ts';
import { fileForm, StageHttp } from '../../support/stage/stage-http.ts';
import { temporaryFolder } from '../../support/trees/temporary-folder.ts';

const start = useEmulators();
const sha256 = (bytes: string | Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

/** A request head and a multipart head; the rest is the test's. */
function openUpload(emulator: Emulator, stage: StageHttp, path: string, framing: string): Socket {
  const socket = connect(emulator.port, '127.0.0.1');
  socket.write(
    `PUT ${stage.prefix}${path} HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer ${emulator.token}\r\n` +
      `Content-Type: multipart/form-data; boundary=bb\r\n${framing}\r\n\r\n`,
  );
  return socket;
}

const HEAD = '--bb\r\nContent-Disposition: form-data; name="file"; filename="x"\r\n\r\n';
const TAIL = '\r\n--bb--\r\n';

describe('a file', () => {
  test('of any size arrives byte for byte', async () => {
    const stage = new StageHttp(await start());
    for (const size of [0, 1, 4096, 65_535, 65_536, 65_537, 300_000, 5_000_000]) {
      const bytes = Buffer.alloc(size, randomBytes(1024));
      const reply = await stage.put('f', new Uint8Array(bytes));
      expect(reply.status).toBe(200);
      expect(reply.json()).toEqual({ name: 'f', path: 'f' });
      expect((await stage.send('GET', 'f?metadata=1')).json().size).toBe(size);
      const copy = await stage.download('f');
      expect(Number(copy.headers['content-length'])).toBe(size);
    }
  });

  test('of random bytes, small and large, comes back the same', async () => {
    const emulator = await start();
    const stage = new StageHttp(emulator);
    for (const size of [40_000, 1_000_000]) {
      const bytes = new Uint8Array(randomBytes(size));
      await stage.put('f', bytes);
      const redirect = await stage.send('GET', 'f');
      const copy = await fetch(String(redirect.headers['location']));
      expect(sha256(await copy.bytes())).toBe(sha256(bytes));
    }
  });

  test('may come chunked, without a Content-Length', async () => {
    const emulator = await start();
    const stage = new StageHttp(emulator);
    const socket = openUpload(emulator, stage, 'f', 'Transfer-Encoding: chunked\r\nConnection: close');
    for (const chunk of [HEAD, 'hel', 'lo', TAIL])
      socket.write(`${chunk.length.toString(16)}\r\n${chunk}\r\n`);
    socket.write('0\r\n\r\n');
    expect(await text(socket)).toMatch(/^HTTP\/1\.1 200 /);
    expect((await stage.download('f')).text).toBe('hello');
  });

  test('replaces the one that is there, and its bytes are given back', async () => {
    const dataDir = await temporaryFolder();
    const emulator = await start({ dataDir });
    const stage = new StageHttp(emulator);
    await stage.put('f', new Uint8Array(100_000));
    await stage.put('f', new Uint8Array(200_000));
    await stage.put('f', 'small');
    expect((await stage.download('f')).text).toBe('small');
    await emulator.close();
    expect(await storedBlobs(dataDir)).toEqual([]);
  });

  test('is named by the path alone', async () => {
    const stage = new StageHttp(await start());
    const form = new FormData();
    form.append('file', new Blob(['x']), '../../other/name.csv');
    await stage.send('PUT', 'mine', { body: form });
    expect(await stage.names('')).toEqual(['mine']);
  });
});

describe('without a file part', () => {
  test.each<HttpOptions>([
    {},
    { headers: { 'content-type': 'application/json' } },
    { headers: { 'content-type': 'application/json' }, body: '{}' },
  ])('a path with slash makes a folder, one without makes an empty file (%#)', async (options) => {
    const stage = new StageHttp(await start());
    expect((await stage.send('PUT', 'd/', options)).json()).toEqual({ name: 'd', path: 'd/' });
    expect((await stage.send('PUT', 'f', options)).json()).toEqual({ name: 'f', path: 'f' });
    expect(await stage.names('')).toEqual(['d/', 'f']);
    expect((await stage.send('GET', 'f?metadata=1')).json().size).toBe(0);
    expect((await stage.download('f')).text).toBe('');
  });

  test('isFile in the query changes nothing', async () => {
    const stage = new StageHttp(await start());
    await stage.send('PUT', 'd/?isFile=false');
    await stage.send('PUT', 'e/?isFile=true');
    await stage.send('PUT', 'f?isFile=false', { body: fileForm('x') });
    expect(await stage.names('')).toEqual(['d/', 'e/', 'f']);
  });

  test('a form without bytes makes an empty file', async () => {
    const stage = new StageHttp(await start());
    expect((await stage.send('PUT', 'f', { body: fileForm('', 'other') })).status).toBe(200);
    expect((await stage.download('f')).text).toBe('');
  });
});

describe('a request that carries bytes in another way is refused, rather than stored empty', () => {
  test('a bare body', async () => {
    const stage = new StageHttp(await start());
    const headers = { 'content-type': 'application/octet-stream' };
    const reply = await stage.send('PUT', 'f', { body: 'bytes', headers });
    expect([reply.status, reply.text]).toEqual([400, "request Content-Type isn't multipart/form-data\n"]);
  });

  test.each([
    ['a JSON content type', { 'content-type': 'application/json' }, '{"a":1}'],
    ['a JSON content type and no JSON', { 'content-type': 'application/json' }, 'a,b'],
    ['no content type', {}, 'bytes'],
    ['an empty content type', { 'content-type': '' }, 'bytes'],
    ['a malformed content type', { 'content-type': 'undefined' }, 'bytes'],
  ])('a body with %s', async (_what, headers, body) => {
    const stage = new StageHttp(await start());
    const reply = await stage.send('PUT', 'f', { body, headers });
    expect([reply.status, reply.text]).toEqual([400, "request Content-Type isn't multipart/form-data\n"]);
    expect(await stage.names('')).toEqual([]);
  });

  test('a part of another name, as a file or as a field', async () => {
    const stage = new StageHttp(await start());
    const refused = 'the part "data" has bytes: a file must be sent as the part "file"\n';
    const field = new FormData();
    field.append('data', 'bytes');
    const both = fileForm('kept');
    both.append('data', new Blob(['lost'.repeat(50_000)]), 'x');
    for (const body of [fileForm('lost', 'data'), field, both]) {
      const reply = await stage.send('PUT', 'f', { body });
      expect([reply.status, reply.text]).toEqual([400, refused]);
    }
    expect(await stage.names('')).toEqual([]);
  });

  test('a part "file" without a filename', async () => {
    const stage = new StageHttp(await start());
    const form = new FormData();
    form.append('file', 'bytes');
    const reply = await stage.send('PUT', 'f', { body: form });
    expect([reply.status, reply.text]).toEqual([400, 'the part "file" has no filename\n']);
  });

  test('a file for a folder path', async () => {
    const dataDir = await temporaryFolder();
    const stage = new StageHttp(await start({ dataDir }));
    expect((await stage.put('d/', new Uint8Array(100_000))).status).toBe(400);
    expect(await stage.names('')).toEqual([]);
    expect(await storedBlobs(dataDir)).toEqual([]);
  });
});

describe('an upload that breaks off leaves nothing', () => {
  test.each([
    ['in the middle of a small file', 'a'.repeat(1000)],
    ['in the middle of a large file', 'a'.repeat(300_000)],
    ['before the closing boundary', `${'a'.repeat(1000)}\r\n--b`],
  ])('%s', async (_where, sent) => {
    const dataDir = await temporaryFolder();
    let ended: () => void;
    const over = new Promise<void>((resolve) => (ended = resolve));
    const emulator = await start({ dataDir, onLog: () => ended() });
    const stage = new StageHttp(emulator);
    const socket = openUpload(emulator, stage, 'f', 'Content-Length: 1000000');
    socket.write(HEAD + sent, () => socket.destroy());
    await over;
    await emulator.close();
    expect(await storedBlobs(dataDir)).toEqual([]);
    const again = await start({ dataDir });
    expect(await new StageHttp(again).names('')).toEqual([]);
  });

  test('and the file that was there stays', async () => {
    let ended: () => void = () => undefined;
    const emulator = await start({ onLog: ({ status }) => status === 0 && ended() });
    const stage = new StageHttp(emulator);
    await stage.put('f', 'old');
    const over = new Promise<void>((resolve) => (ended = resolve));
    const socket = openUpload(emulator, stage, 'f', 'Content-Length: 1000000');
    socket.write(`${HEAD}new`, () => socket.destroy());
    await over;
    expect((await stage.download('f')).text).toBe('old');
  });

  test('when the body ends without its closing boundary it is answered 400', async () => {
    const emulator = await start();
    const stage = new StageHttp(emulator);
    const body = `${HEAD}hello`;
    const socket = openUpload(emulator, stage, 'f', `Connection: close\r\nContent-Length: ${body.length}`);
    socket.write(body);
    expect(await text(socket)).toMatch(/^HTTP\/1\.1 400 /);
    expect(await stage.names('')).toEqual([]);
  });

  test('when only the end of the request is missing after the closing boundary, it waits for it', async () => {
    const emulator = await start();
    const stage = new StageHttp(emulator);
    const socket = openUpload(emulator, stage, 'f', 'Transfer-Encoding: chunked\r\nConnection: close');
    const body = `${HEAD}hello${TAIL}`;
    const received = once(socket, 'data');
    socket.write(`${body.length.toString(16)}\r\n${body}\r\n`);
    expect(await stage.names('')).toEqual([]);
    socket.write('0\r\n\r\n');
    await received;
    expect(await stage.names('')).toEqual(['f']);
    socket.destroy();
  });

  test('an empty multipart body is answered 400', async () => {
    const emulator = await start();
    const stage = new StageHttp(emulator);
    const socket = openUpload(emulator, stage, 'f', 'Content-Length: 0\r\nConnection: close');
    expect(await text(socket)).toMatch(/^HTTP\/1\.1 400 [^]*multipart: NextPart: EOF\n$/);
  });
});

test.each([
  ['before its body is looked at', 401, 'Bearer wrong', {}],
  ['in the middle of its body', 413, undefined, { fileLimitBytes: 100_000 }],
  ['at its end', 400, undefined, {}],
])(
  'an upload refused %s is read to its end, so that the connection stays usable',
  async (_when, status, authorization, behaviour) => {
    const emulator = await start({ behaviour });
    const stage = new StageHttp(emulator);
    const right = `Authorization: Bearer ${emulator.token}`;
    const body = HEAD + 'a'.repeat(2_000_000 - HEAD.length - TAIL.length) + TAIL;
    const socket = connect(emulator.port, '127.0.0.1');
    socket.write(
      `PUT ${stage.prefix}missing/f HTTP/1.1\r\nHost: localhost\r\nContent-Length: ${body.length}\r\n` +
        `Content-Type: multipart/form-data; boundary=bb\r\n` +
        `${authorization === undefined ? right : `Authorization: ${authorization}`}\r\n\r\n${body}` +
        `GET ${stage.prefix} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n${right}\r\n\r\n`,
    );
    const replies = await text(socket);
    expect(replies.match(/HTTP\/1\.1 (\d+)/g)).toEqual([`HTTP/1.1 ${status}`, 'HTTP/1.1 200']);
  },
);
