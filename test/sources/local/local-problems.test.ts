import { describe, expect, test } from 'vitest';
import { entryError, rootError, unreadable } from '../../../src/sources/local/local-problems.ts';

const failed = (code: string): Error => Object.assign(new Error('no'), { code });

describe.each([
  ['a folder', unreadable],
  ['a file', (error: unknown) => entryError('a', error)],
  ['the root', (error: unknown) => rootError('/data', error)],
])('%s that cannot be opened', (_, problemOf) => {
  test.each(['EMFILE', 'ENFILE'])('for too many open files (%s) needs a higher limit', (code) => {
    const { message } = problemOf(failed(code));
    expect(message).toContain(`too many open files (${code}); raise the limit on open files (ulimit -n)`);
    expect(message).not.toContain('grant');
  });

  test('for want of permission does not', () => {
    expect(problemOf(failed('EACCES')).message).not.toContain('limit');
  });
});
