import { describe, expect, test } from 'vitest';
import { hasFact, SyncError } from '../../src/model/errors.ts';

const error = new SyncError('stage_exists', (name) => `${name} is taken.`, {
  verdict: 'skip_entry',
  fact: 'taken',
  operation: 'move',
  path: 'a/b',
  retryAfterMs: 5,
  details: { status: 409 },
});

describe('a SyncError', () => {
  test('names its path in the message, and not beside the path', () => {
    expect([error.message, error.besidePath]).toEqual(['a/b is taken.', 'it is taken.']);
  });

  test('whose message names no path has the same beside one', () => {
    const plain = new SyncError('config', 'no key', { verdict: 'end_run' });
    expect([plain.message, plain.besidePath]).toEqual(['no key', 'no key']);
  });

  test('is copied with one thing changed and all else kept', () => {
    const copy = error.with({ inDoubt: true });
    const { code, message, besidePath, verdict, fact, operation, path, retryAfterMs, details } = error;
    expect(copy).toMatchObject({
      code,
      message,
      besidePath,
      verdict,
      fact,
      operation,
      path,
      retryAfterMs,
      details,
      inDoubt: true,
      cause: error,
    });
    expect(error.inDoubt).toBe(false);
  });
});

test('a fact is told from others, from none, and from an error of another kind', () => {
  expect(hasFact(error, 'missing', 'taken')).toBe(true);
  expect(hasFact(error, 'missing')).toBe(false);
  expect(hasFact(new SyncError('config', 'no', { verdict: 'end_run' }), 'taken')).toBe(false);
  expect(hasFact(Object.assign(new Error('no'), { fact: 'taken' }), 'taken')).toBe(false);
});
