import { describe, expect, test } from 'vitest';
import { SyncError } from '../../src/model/errors.ts';
import { type ApiCall, badReply, errorFromNetwork } from '../../src/api/api-errors.ts';
import { errorFromReply } from '../../src/api/refusals.ts';
import { deploymentMissing } from '../../src/stage/stage-errors.ts';

const call: ApiCall = { operation: 'upload', verb: 'upload', path: 'data/a.csv' };
const now = Date.UTC(2026, 0, 1);
const refused = (status: number, text = 'plain words', headers: Record<string, string> = {}): SyncError =>
  errorFromReply(call, { status, headers, text }, now);

describe('a status becomes a code and a verdict', () => {
  test.each([
    [301, 'stage_bad_reply', 'end_run', false, undefined],
    [307, 'stage_bad_reply', 'end_run', false, undefined],
    [400, 'stage_rejected', 'skip_entry', false, 'refused'],
    [401, 'stage_unauthorised', 'end_run', false, 'unauthorised'],
    [402, 'stage_rejected', 'skip_entry', false, 'refused'],
    [403, 'stage_unauthorised', 'skip_entry', false, 'forbidden'],
    [404, 'stage_not_found', 'skip_entry', false, 'missing'],
    [405, 'stage_rejected', 'skip_entry', false, 'refused'],
    [408, 'stage_timeout', 'retry', true, undefined],
    [409, 'stage_exists', 'skip_entry', false, 'taken'],
    [413, 'stage_too_large', 'skip_entry', false, undefined],
    [422, 'stage_rejected', 'skip_entry', false, 'refused'],
    [429, 'stage_throttled', 'retry', false, 'slow_down'],
    [500, 'stage_unavailable', 'retry', true, undefined],
    [501, 'stage_rejected', 'skip_entry', false, 'refused'],
    [502, 'stage_unavailable', 'retry', true, undefined],
    [503, 'stage_unavailable', 'retry', true, undefined],
    [504, 'stage_unavailable', 'retry', true, undefined],
    [507, 'stage_quota', 'end_run', false, undefined],
    [520, 'stage_unavailable', 'retry', true, undefined],
  ])('%i is %s, %s', (status, code, verdict, inDoubt, fact) => {
    expect(refused(status)).toMatchObject({
      code,
      verdict,
      inDoubt,
      fact,
      operation: 'upload',
      path: 'data/a.csv',
      details: { path: 'data/a.csv', status, text: 'plain words' },
    });
  });

  test('a malformed deployment ID ends the run', () => {
    expect(refused(400, 'uuid: incorrect UUID length 3 in string "abc"')).toMatchObject({
      code: 'stage_deployment_missing',
      verdict: 'end_run',
      fact: 'unauthorised',
    });
  });

  test('a signed address that ran out is worth another attempt, and says nothing of the API key', () => {
    const error = errorFromReply(call, { status: 403, headers: {}, text: '', byStore: true }, now);
    expect(error).toMatchObject({ code: 'stage_unavailable', verdict: 'retry', fact: undefined });
    expect(error.message).not.toContain('API key');
  });

  test('a redirected move fails alone', () => {
    expect(
      errorFromReply(
        { operation: 'move', verb: 'move', path: 'a' },
        { status: 307, headers: {}, text: '' },
        now,
      ),
    ).toMatchObject({
      code: 'stage_bad_reply',
      verdict: 'skip_entry',
    });
  });

  test('Retry-After is kept in milliseconds', () => {
    expect(refused(429, '', { 'retry-after': '2' }).retryAfterMs).toBe(2000);
    expect(refused(503, '', { 'retry-after': 'Thu, 01 Jan 2026 00:00:05 GMT' }).retryAfterMs).toBe(5000);
    expect(refused(429).retryAfterMs).toBeUndefined();
  });

  test('the text of a refusal is cut, on one line and printable', () => {
    const { details, message } = refused(500, `<html>\n\u001b[31m${'long '.repeat(1000)}</html>`);
    expect(String(details['text']).length).toBeLessThanOrEqual(200);
    expect(details['text']).toMatch(/^<html> \\u\{1b\}\[31mlong long/);
    expect(message).toMatch(/^[\x20-\x7e…]+$/);
  });

  test('the message says what failed, why and the way out', () => {
    expect(refused(413, 'too big').message).toBe(
      'Stage refused to upload data/a.csv (status 413: too big). Exclude the file or split it.',
    );
    expect(
      errorFromReply(
        { operation: 'list', verb: 'list', path: '' },
        { status: 503, headers: {}, text: '' },
        now,
      ).message,
    ).toBe('Stage refused to list the root folder (status 503). Try again later.');
    expect(deploymentMissing('abc').message).toContain('abc');
    expect(deploymentMissing('abc')).toMatchObject({ fact: 'unauthorised', operation: 'list' });
  });

  test.each<[ApiCall, string]>([
    [call, 'Upload got a reply that is not JSON. A proxy may stand between.'],
    [
      { operation: 'look', verb: 'look at', path: 'a' },
      'Look at it got a reply that is not JSON. A proxy may stand between.',
    ],
    // a name that reads like a word of the sentence is no word of it
    [
      { operation: 'upload', verb: 'upload', path: 'got' },
      'Upload got a reply that is not JSON. A proxy may stand between.',
    ],
  ])('beside its path the message of %j does not name it again', (asked, beside) => {
    expect(badReply(asked, 'is not JSON').besidePath).toBe(beside);
  });

  test('beside its path a refusal says "it"', () => {
    expect(refused(413, 'too big').besidePath).toBe(
      'Stage refused to upload it (status 413: too big). Exclude the file or split it.',
    );
  });
});

describe('a failure below HTTP becomes a code and a verdict', () => {
  const withCode = (code: string, more: object = {}): Error =>
    Object.assign(new Error(`it says ${code}`), { code }, more);

  test.each([
    ['ECONNRESET', {}, 'stage_unreachable', 'retry', true],
    ['EPIPE', {}, 'stage_unreachable', 'retry', true],
    ['UND_ERR_SOCKET', {}, 'stage_unreachable', 'retry', true],
    ['ECONNABORTED', {}, 'stage_unreachable', 'retry', true],
    ['ECONNREFUSED', { syscall: 'connect' }, 'stage_unreachable', 'retry', false],
    ['ECONNRESET', { syscall: 'connect' }, 'stage_unreachable', 'retry', false],
    ['ENOTFOUND', { syscall: 'getaddrinfo' }, 'stage_unreachable', 'retry', false],
    ['EAI_AGAIN', {}, 'stage_unreachable', 'retry', false],
    ['EHOSTUNREACH', {}, 'stage_unreachable', 'retry', false],
    ['EMFILE', { syscall: 'connect' }, 'stage_unreachable', 'retry', false],
    ['UND_ERR_CONNECT_TIMEOUT', {}, 'stage_timeout', 'retry', false],
    ['ETIMEDOUT', { syscall: 'connect' }, 'stage_timeout', 'retry', false],
    ['ETIMEDOUT', { syscall: 'read' }, 'stage_timeout', 'retry', true],
    ['UND_ERR_HEADERS_TIMEOUT', {}, 'stage_timeout', 'retry', true],
    ['UND_ERR_BODY_TIMEOUT', {}, 'stage_timeout', 'retry', true],
    ['ERR_TLS_CERT_ALTNAME_INVALID', {}, 'stage_unreachable', 'end_run', false],
    ['SELF_SIGNED_CERT_IN_CHAIN', {}, 'stage_unreachable', 'end_run', false],
    ['DEPTH_ZERO_SELF_SIGNED_CERT', {}, 'stage_unreachable', 'end_run', false],
    ['UNABLE_TO_VERIFY_LEAF_SIGNATURE', {}, 'stage_unreachable', 'end_run', false],
    ['CERT_HAS_EXPIRED', {}, 'stage_unreachable', 'end_run', false],
    ['ERR_SSL_WRONG_VERSION_NUMBER', {}, 'stage_unreachable', 'end_run', false],
    ['EPROTO', {}, 'stage_unreachable', 'end_run', false],
    ['REPLY_TOO_LONG', {}, 'stage_bad_reply', 'skip_entry', true],
    ['EARLY_SUCCESS', {}, 'stage_bad_reply', 'retry', true],
    ['SOMETHING_NEW', {}, 'stage_unreachable', 'retry', true],
  ])('%s %j is %s, %s', (code, more, expected, verdict, inDoubt) => {
    const cause = withCode(code, more);
    const fact = expected === 'stage_unreachable' ? 'out_of_reach' : undefined;
    expect(errorFromNetwork(call, cause)).toMatchObject({ code: expected, verdict, inDoubt, cause, fact });
  });

  test.each([
    withCode('HPE_INVALID_CONSTANT', { name: 'HTTPParserError', data: 'secret' }),
    withCode('UND_ERR_HEADERS_OVERFLOW'),
  ])('what is not HTTP is a bad reply, and what was received is not kept', (error) => {
    const mapped = errorFromNetwork(call, error);
    expect(mapped).toMatchObject({ code: 'stage_bad_reply', verdict: 'retry', inDoubt: true });
    expect(mapped.cause).toBeUndefined();
  });

  test('a host with several addresses is judged by its first', () => {
    const error = new AggregateError([withCode('ECONNREFUSED', { syscall: 'connect' })]);
    expect(errorFromNetwork(call, error)).toMatchObject({ code: 'stage_unreachable', inDoubt: false });
  });

  test.each(['EMFILE', 'ENFILE'])('too many open files (%s) are no matter of the network', (code) => {
    const { message, inDoubt } = errorFromNetwork(call, withCode(code, { syscall: 'open' }));
    expect(message).toBe(
      `Upload data/a.csv failed: too many open files (${code}). Raise the limit on open files (ulimit -n).`,
    );
    expect(inDoubt).toBe(false);
  });

  test('what a source threw passes as it is', () => {
    const thrown = new SyncError('entry_gone', 'gone', { verdict: 'skip_entry' });
    expect(errorFromNetwork(call, thrown)).toBe(thrown);
  });
});
