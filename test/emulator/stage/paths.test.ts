import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { describe, expect, test } from 'vitest';
import { decodeStagePath } from '../../../src/emulator/stage/stage-path.ts';
import { useEmulators } from '../../support/cli/emulators.ts';
import { StageHttp } from '../../support/stage/stage-http.ts';

const start = useEmulators();

const NAMES = [
  'a?b #1 100%41 +&=;,@!$\'()* "x" <y>.csv',
  'ü (NFC) \u00fc',
  'u\u0308 (NFD)',
  '😀 𐍈',
  'Case',
  'case',
  ' leading and trailing ',
  '..dots',
  '...',
  'back\\slash',
  'tab\tnewline\n',
  'x'.repeat(4000),
  'ü'.repeat(300),
];

describe('names', () => {
  test('are kept exactly, whatever they are', async () => {
    const stage = new StageHttp(await start());
    await stage.makeFolder('d/');
    for (const [i, name] of NAMES.entries()) {
      const reply = await stage.put(`d/${encodeURIComponent(name)}`, String(i));
      expect([name, reply.status]).toEqual([name, 200]);
    }
    const listed = await stage.names('d/');
    expect(new Set(listed)).toEqual(new Set(NAMES));
    for (const [i, name] of NAMES.entries())
      expect((await stage.download(`d/${encodeURIComponent(name)}`)).text).toBe(String(i));
  });

  test('may be sent raw or percent-encoded, the slashes too', async () => {
    const stage = new StageHttp(await start());
    await stage.makeFolder('a%2F');
    await stage.put('a%2Fb%2Ec', 'x');
    expect(await stage.names('a/')).toEqual(['b.c']);
    expect(await stage.names('%61%2f')).toEqual(['b.c']);
    expect((await stage.download('a/b.c')).text).toBe('x');
  });

  test('that are not encoded at all are no HTTP', async () => {
    const emulator = await start();
    const stage = new StageHttp(emulator);
    const socket = connect(emulator.port, '127.0.0.1');
    socket.end(`PUT ${stage.prefix}ü/ HTTP/1.1\r\nHost: localhost\r\nContent-Length: 0\r\n\r\n`);
    expect(await text(socket)).toMatch(/^HTTP\/1\.1 400 [^]*400 Bad Request$/);
  });

  test('are separated by one slash or several', async () => {
    const stage = new StageHttp(await start());
    await stage.makeFolder('/a//');
    await stage.put('//a///b', 'x');
    expect(await stage.names('a/')).toEqual(['b']);
    expect((await stage.move('a//b', '//a//c')).status).toBe(200);
    expect(await stage.names('a/')).toEqual(['c']);
  });
});

describe('paths that are refused', () => {
  test.each([
    ['%zz', 'invalid URL escape in path'],
    ['%ff', 'invalid URL escape in path'],
    ['a/%2e%2e/b', 'path contains the segment ".."'],
    ['%2e%2e%2f%2e%2e%2fb', 'path contains the segment ".."'],
    ['a/%2e/b', 'path contains the segment "."'],
    ['a%00b', 'path contains a NUL character'],
  ])('%s answers 400', async (path, message) => {
    const stage = new StageHttp(await start());
    const reply = await stage.put(path, 'x');
    expect([reply.status, reply.text]).toEqual([400, `${message}\n`]);
    expect(await stage.names('')).toEqual([]);
  });

  test('a target of a move is held to the same rules', async () => {
    const stage = new StageHttp(await start());
    await stage.put('a', 'x');
    expect((await stage.move('a', '../b')).status).toBe(400);
    expect((await stage.move('a', 'b\0')).status).toBe(400);
    expect(await stage.names('')).toEqual(['a']);
  });
});

test('decoding gives segments, kind and one spelling', () => {
  expect(decodeStagePath('')).toEqual({ segments: [], isFolder: true, text: '' });
  expect(decodeStagePath('//')).toEqual({ segments: [], isFolder: true, text: '' });
  expect(decodeStagePath('a%2Fb%20c/')).toEqual({ segments: ['a', 'b c'], isFolder: true, text: 'a/b c/' });
  expect(decodeStagePath('a+b')).toEqual({ segments: ['a+b'], isFolder: false, text: 'a+b' });
});
