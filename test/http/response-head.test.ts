import { describe, expect, test } from 'vitest';
import { endOfHead, mayBeginHead, readHead } from '../../src/http/response-head.ts';

const read = (...lines: string[]): ReturnType<typeof readHead> =>
  readHead(Buffer.from(`${lines.join('\r\n')}\r\n\r\n`, 'latin1'));

describe('the head of an answer', () => {
  test('has a status, headers by lower-case name, and the length of its body', () => {
    expect(read('HTTP/1.1 206 Partial Content', 'Content-Length: 12', 'ETag:"a"', 'x-y:  z \t')).toEqual({
      status: 206,
      headers: { 'content-length': '12', etag: '"a"', 'x-y': 'z' },
      contentLength: 12,
    });
  });

  test('may have no reason, an empty header, and a name several times', () => {
    expect(read('HTTP/1.1 200', 'content-length: 0', 'a:', 'set-cookie: x', 'Set-Cookie: y')).toEqual({
      status: 200,
      headers: { 'content-length': '0', a: '', 'set-cookie': ['x', 'y'] },
      contentLength: 0,
    });
  });

  test('has no prototype to be written to', () => {
    expect(Object.keys(read('HTTP/1.1 200 OK', '__proto__: x', 'constructor: y')?.headers ?? {})).toEqual([
      '__proto__',
      'constructor',
    ]);
    expect({}).not.toHaveProperty('x');
  });

  test.each([
    ['no length', []],
    ['two lengths that differ', ['content-length: 1', 'content-length: 2']],
    ['two lengths that are equal', ['content-length: 1', 'content-length: 1']],
    ['a list of lengths', ['content-length: 1, 1']],
    ['a length with a sign', ['content-length: +1']],
    ['a negative length', ['content-length: -1']],
    ['a length in hex', ['content-length: 0x10']],
    ['a length that no number holds', ['content-length: 99999999999999999999']],
    ['an empty length', ['content-length:']],
    ['a transfer coding', ['transfer-encoding: chunked']],
    ['a transfer coding beside a length', ['content-length: 1', 'Transfer-Encoding: gzip, chunked']],
  ])('with %s does not tell where its body ends', (_, headers) => {
    expect(read('HTTP/1.1 200 OK', ...headers)).toMatchObject({ status: 200, contentLength: undefined });
  });

  test.each([204, 304])('of %i has no body, whatever it says', (status) => {
    expect(read(`HTTP/1.1 ${status} x`, 'content-length: 5')?.contentLength).toBe(0);
  });

  test.each([
    ['another version', 'HTTP/1.0 200 OK'],
    ['version 2', 'HTTP/2 200 OK'],
    ['another protocol', 'ICY 200 OK'],
    ['lower case', 'http/1.1 200 OK'],
    ['two spaces', 'HTTP/1.1  200 OK'],
    ['a status of two digits', 'HTTP/1.1 20 OK'],
    ['a status of four', 'HTTP/1.1 2000 OK'],
    ['a status below 100', 'HTTP/1.1 099 OK'],
    ['no status', 'HTTP/1.1'],
    ['a control character', 'HTTP/1.1 200 O\x00K'],
    ['a line feed alone', 'HTTP/1.1 200 OK\ncontent-length: 1'],
  ])('is not read with %s in its first line', (_, line) => {
    expect(read(line, 'content-length: 1')).toBeUndefined();
  });

  test.each([
    ['a space before the colon', 'content-length : 1'],
    ['a space before the name', ' content-length: 1'],
    ['a line that goes on', '\tmore'],
    ['no colon', 'content-length'],
    ['no name', ': 1'],
    ['a carriage return', 'a: b\rc'],
    ['a line feed', 'a: b\nc: d'],
    ['a zero byte', 'a: b\0c'],
    ['a name that is none', 'a(b): c'],
  ])('is not read with a header with %s', (_, line) => {
    expect(read('HTTP/1.1 200 OK', line, 'content-length: 1')).toBeUndefined();
  });

  test('ends with the first empty line', () => {
    const bytes = Buffer.from('HTTP/1.1 200 OK\r\na: b\r\n\r\nbody\r\n\r\n');
    expect(bytes.toString('latin1', endOfHead(bytes))).toBe('body\r\n\r\n');
    expect(endOfHead(Buffer.from('HTTP/1.1 200 OK\r\na: b\r\n'))).toBe(-1);
  });

  test('begins with the version, as far as it came', () => {
    for (const text of ['', 'H', 'HTTP/1.', 'HTTP/1.1 ', 'HTTP/1.1 2', 'HTTP/1.1 200 OK\r\n'])
      expect([text, mayBeginHead(Buffer.from(text))]).toEqual([text, true]);
    for (const text of ['S', 'HTTP/2', 'HTTP/1.0 2', 'http/1.1 '])
      expect([text, mayBeginHead(Buffer.from(text))]).toEqual([text, false]);
  });
});
