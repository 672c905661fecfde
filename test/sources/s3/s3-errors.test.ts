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
