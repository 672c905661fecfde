import { expect, test } from 'vitest';
import { s3Error } from '../../../src/sources/s3/s3-errors.ts';

const list = { operation: 'list', bucket: 'b', endpointUrl: 'https://127.0.0.1:9' } as const;
const failed = (code: string): Error => Object.assign(new Error('no'), { code });

test.each(['EMFILE', 'ENFILE'])('too many open files (%s) are no matter of the network', (code) => {
  expect(s3Error(failed(code), list)).toMatchObject({
    code: 'source_unreachable',
    verdict: 'retry',
    message: `cannot list s3://b at 127.0.0.1:9: there are too many open files; raise the limit on open files (ulimit -n) (${code})`,
  });
});

const read = { operation: 'read', bucket: 'b', key: 'dir/a b' } as const;
const answered = (name: string, status: number): Error =>
  Object.assign(new Error('no'), { name, $metadata: { httpStatusCode: status } });

test.each<[string, Error, string | undefined, string | undefined]>([
  ['a denial', answered('AccessDenied', 403), 'refused', 'unreadable'],
  ['a denial by another name', answered('SomethingNew', 403), 'refused', 'unreadable'],
  ['wrong keys', answered('InvalidAccessKeyId', 403), 'unauthorised', 'unauthorised'],
  ['an old session', answered('ExpiredToken', 400), 'unauthorised', 'unauthorised'],
  ['no bucket', answered('NoSuchBucket', 404), 'missing', 'missing'],
  ['nothing there', answered('NotFound', 404), 'missing', 'gone'],
  ['no such key', answered('NoSuchKey', 404), 'gone', 'gone'],
  ['another version', answered('PreconditionFailed', 412), 'changed', 'changed'],
  ['a request to slow down', answered('SlowDown', 503), 'slow_down', 'slow_down'],
  ['too many requests', answered('Whatever', 429), 'slow_down', 'slow_down'],
  ['a broken connection', failed('ECONNRESET'), 'out_of_reach', 'out_of_reach'],
  ['an unknown host', failed('ENOTFOUND'), 'out_of_reach', 'out_of_reach'],
  ['a bad certificate', failed('CERT_HAS_EXPIRED'), 'out_of_reach', 'out_of_reach'],
  ['a fault of the server', answered('InternalError', 500), undefined, undefined],
  ['an archived object', answered('InvalidObjectState', 403), 'unreadable', 'unreadable'],
])('%s says of the world what it is', (_, error, listFact, readFact) => {
  expect(s3Error(error, list)).toMatchObject({ operation: 'list', path: 's3://b', fact: listFact });
  expect(s3Error(error, read)).toMatchObject({ operation: 'read', path: 'dir/a b', fact: readFact });
});

test('a message names the key, unless the key stands beside it', () => {
  const error = s3Error(answered('NoSuchKey', 404), { ...read, key: 'dir/a\u001b[2Jb' });
  expect(error.message).toBe(
    'cannot read dir/a\\u{1b}[2Jb: the object was deleted after it was listed (NoSuchKey 404)',
  );
  expect(error.besidePath).toBe('cannot read it: the object was deleted after it was listed (NoSuchKey 404)');
});
