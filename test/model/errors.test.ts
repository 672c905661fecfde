import { describe, expect, test } from 'vitest';
import { errorData, errorDataBeside, hasFact, messageBeside, SyncError } from '../../src/model/errors.ts';

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

describe('an error beside a path', () => {
  const about = (path: string | undefined): SyncError =>
    new SyncError('stage_rejected', (name) => `Stage refused ${name}.`, { verdict: 'skip_entry', path });

  test.each([
    ['a.csv', 'a.csv'],
    ['a.csv', 'data/in/a.csv'],
    ['d/', 'data/in/d/'],
  ])('does not name it again: %j of %j', (path, ofEnd) => {
    expect(messageBeside(path, about(ofEnd))).toBe('Stage refused it.');
  });

  test.each([
    ['a.csv', 'data/in/a.csv.gz'],
    ['a.csv', 'data/in/'],
    ['d/a.csv', 'data/in/d/'],
    ['a', 'data/ba'],
    ['', 'data/in/'],
    ['', ''],
  ])('names what is not that path: %j, %j', (path, ofEnd) => {
    expect(messageBeside(path, about(ofEnd))).toBe(`Stage refused ${ofEnd}.`);
  });

  test('that is not about a path says all it says, on one line', () => {
    expect(messageBeside('a', new SyncError('config', 'no\n key', { verdict: 'end_run' }))).toBe('no key');
    expect(messageBeside('a', new Error('a is broken'))).toBe('a is broken');
  });
});

test('an error as data has its code, its fact and its message, and survives JSON', () => {
  const data = errorData(error);
  expect(data).toEqual({ code: 'stage_exists', fact: 'taken', message: 'a/b is taken.' });
  expect(JSON.parse(JSON.stringify(data))).toEqual(data);
  expect(errorDataBeside('b', error)).toEqual({ ...data, message: 'it is taken.' });
  expect(errorData(new Error('a\nb'))).toEqual({ code: 'unexpected', message: 'a b' });
});
