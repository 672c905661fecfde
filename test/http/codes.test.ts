import { describe, expect, test } from 'vitest';
import { failureOfCode, readFailure } from '../../src/http/codes.ts';
import { ProxyError } from '../../src/http/proxy-error.ts';
import { boundPassed, failureIn, TransportError, transportError } from '../../src/http/transport-error.ts';
import { SyncError } from '../../src/model/errors.ts';

const withCode = (code: string, more: object = {}): Error =>
  Object.assign(new Error(`it says ${code}`), { code }, more);

describe('what a code says', () => {
  test.each([
    ['ECONNRESET', {}, 'connection', 'ECONNRESET', true],
    ['UND_ERR_SOCKET', {}, 'connection', 'ECONNRESET', true],
    ['UND_ERR_RES_CONTENT_LENGTH_MISMATCH', {}, 'connection', 'ECONNRESET', true],
    ['UND_ERR_DESTROYED', {}, 'connection', 'ECONNABORTED', true],
    ['ECONNREFUSED', { syscall: 'connect' }, 'connection', 'ECONNREFUSED', false],
    ['ENOTFOUND', {}, 'connection', 'ENOTFOUND', false],
    ['ECONNRESET', { syscall: 'connect' }, 'connection', 'ECONNRESET', false],
    ['SOMETHING_NEW', {}, 'connection', 'SOMETHING_NEW', true],
    ['UND_ERR_CONNECT_TIMEOUT', {}, 'timeout', 'ETIMEDOUT', false],
    ['UND_ERR_HEADERS_TIMEOUT', {}, 'timeout', 'ETIMEDOUT', true],
    ['UND_ERR_BODY_TIMEOUT', {}, 'timeout', 'ETIMEDOUT', true],
    ['ETIMEDOUT', { syscall: 'connect' }, 'timeout', 'ETIMEDOUT', false],
    ['REPLY_TOO_SLOW', {}, 'timeout', 'ETIMEDOUT', true],
    ['CERT_HAS_EXPIRED', {}, 'security', 'CERT_HAS_EXPIRED', false],
    ['EPROTO', {}, 'security', 'EPROTO', false],
    ['EMFILE', { syscall: 'read' }, 'open_files', 'EMFILE', false],
    ['UND_ERR_HEADERS_OVERFLOW', {}, 'not_http', 'UND_ERR_HEADERS_OVERFLOW', true],
    ['HPE_INVALID_VERSION', { name: 'HTTPParserError' }, 'not_http', 'HPE_INVALID_VERSION', true],
    ['REPLY_TOO_LONG', {}, 'reply_too_long', 'REPLY_TOO_LONG', true],
    ['EARLY_SUCCESS', {}, 'early_success', 'EARLY_SUCCESS', true],
  ])('%s %j is %s, for libraries %s; in doubt: %s', (reason, more, kind, code, inDoubt) => {
    expect(readFailure(withCode(reason, more))).toMatchObject({ kind, reason, code, inDoubt });
  });

  test('a code that no connection fails with says nothing by itself', () => {
    expect(failureOfCode('ERR_INVALID_ARG_TYPE')).toBeUndefined();
    expect(failureOfCode('EPIPE')?.kind).toBe('connection');
    expect(failureOfCode('CERT_REVOKED')?.kind).toBe('security');
    expect(failureOfCode('EMFILE')?.kind).toBe('open_files');
  });

  test('certificates are the same at the next attempt, all else may pass', () => {
    expect(readFailure(withCode('CERT_HAS_EXPIRED')).verdict).toBe('end_run');
    expect(readFailure(withCode('ECONNREFUSED')).verdict).toBe('retry');
  });

  test('a timeout says nothing of who is out of reach', () => {
    expect(readFailure(withCode('UND_ERR_HEADERS_TIMEOUT')).fact).toBeUndefined();
    expect(readFailure(withCode('ECONNREFUSED')).fact).toBe('out_of_reach');
  });

  test('a host with several addresses is judged by its first', () => {
    const error = new AggregateError([withCode('ECONNREFUSED', { syscall: 'connect' })]);
    expect(readFailure(error)).toMatchObject({ code: 'ECONNREFUSED', inDoubt: false });
  });

  test('what has no code broke the connection, unless it is no HTTP', () => {
    expect(readFailure('broken')).toMatchObject({ kind: 'connection', reason: '', what: 'broken' });
    const parser = Object.assign(new Error('Expected HTTP/, got secret'), { name: 'HTTPParserError' });
    expect(readFailure(parser)).toMatchObject({ kind: 'not_http', code: 'HPE_INVALID' });
    expect(JSON.stringify(readFailure(parser))).not.toContain('secret');
  });
});

describe('what an exchange rejects with', () => {
  test('is a new error with the code that libraries know', () => {
    const thrown = transportError(Object.assign(withCode('UND_ERR_SOCKET'), { data: 'secret' }));
    expect(thrown).toBeInstanceOf(TransportError);
    expect(thrown).toMatchObject({ code: 'ECONNRESET', message: 'it says UND_ERR_SOCKET' });
    expect(JSON.stringify({ ...(thrown as object) })).not.toContain('secret');
  });

  test('is what it was where it says enough', () => {
    const proxy = new ProxyError('no way', 'PROXY_502', 'retry');
    const source = new SyncError('entry_gone', 'gone', { verdict: 'skip_entry' });
    for (const error of [proxy, source, boundPassed('REPLY_TOO_LONG')])
      expect(transportError(error)).toBe(error);
  });

  test('is understood again', () => {
    const proxy = new ProxyError('no way', 'PROXY_407', 'end_run');
    expect(failureIn(proxy)).toMatchObject({
      kind: 'proxy',
      reason: 'PROXY_407',
      what: 'no way',
      inDoubt: false,
      verdict: 'end_run',
    });
    expect(failureIn(boundPassed('REPLY_TOO_SLOW', 'few bytes'))).toMatchObject({ kind: 'timeout' });
    expect(failureIn(withCode('EPIPE'))).toMatchObject({ kind: 'connection', reason: 'EPIPE' });
  });
});
