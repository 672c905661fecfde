import { describe, expect, test } from 'vitest';
import {
  folderPath,
  addressText,
  isWholeAddress,
  parseDestination,
  parseSource,
  parseStageAddress,
  wholeAddress,
} from '../../src/jobs/addresses.ts';

describe('SOURCE', () => {
  test('is a directory, made absolute', () => {
    expect(parseSource('data', '/here')).toEqual({ kind: 'local', root: '/here/data' });
    expect(parseSource('.', '/here')).toEqual({ kind: 'local', root: '/here' });
    expect(parseSource('/abs/', '/here')).toEqual({ kind: 'local', root: '/abs' });
  });

  test('a name that only looks odd is still a directory', () => {
    expect(parseSource('s3:bucket', '/here')).toEqual({ kind: 'local', root: '/here/s3:bucket' });
    expect(parseSource('a:/b', '/here')).toEqual({ kind: 'local', root: '/here/a:/b' });
  });

  test('is an S3 address', () => {
    expect(parseSource('s3://b/p?q#1', '/here')).toEqual({ kind: 's3', address: 's3://b/p?q#1' });
  });

  test('is a Stage', () => {
    expect(parseSource('stage://g/p', '/here')).toEqual({ kind: 'stage', deployment: 'g', path: 'p' });
  });

  test.each(['gs://b/p', 'https://host/x', 'FTP://x'])('refuses %s', (text) => {
    expect(() => parseSource(text, '/here')).toThrow(/not supported/);
  });

  test('refuses nothing at all', () => {
    expect(() => parseSource('', '/here')).toThrow(/empty/);
  });
});

describe('a Stage address', () => {
  test.each([
    ['stage://group/a/b', 'group', 'a/b'],
    ['stage://group', 'group', ''],
    ['stage://group/', 'group', ''],
    ['stage:///a', undefined, 'a'],
    ['stage://local/a', 'local', 'a'],
    ['stage://my group/a b?c#d%41', 'my group', 'a b?c#d%41'],
  ])('%s', (text, deployment, path) => {
    expect(parseStageAddress(text, 'DEST')).toEqual({ deployment, path });
  });

  test.each(['stage://g/a/../b', 'stage://g//a', 'stage://g/a\\b', 'stage://g/a\nb', 'stage://g/./a'])(
    'refuses the path in %j',
    (text) => {
      expect(() => parseStageAddress(text, 'DEST')).toThrow(/cannot be a Stage path: it contains/);
    },
  );

  test.each(['', 'dir', 's3://b/p', 'stage:/g/p'])('refuses %j as DEST and shows what to write', (text) => {
    expect(() => parseStageAddress(text, 'DEST')).toThrow(
      /DEST must be a Stage address.*stage:\/\/DEPLOYMENT/,
    );
  });

  test('shows control characters of what was typed as escapes', () => {
    expect(() => parseStageAddress('\u001b[2J', 'DEST')).toThrow('\\u{1b}[2J');
  });

  test('names its folder with a slash at the end, the root without', () => {
    expect(folderPath({ deployment: 'g', path: 'a' })).toBe('a/');
    expect(folderPath({ deployment: 'g', path: 'a/' })).toBe('a/');
    expect(folderPath({ deployment: 'g', path: '' })).toBe('');
  });
});

describe('DEST', () => {
  test('is a Stage, or a directory, made absolute', () => {
    expect(parseDestination('stage:///p', '/here')).toEqual({
      kind: 'stage',
      deployment: undefined,
      path: 'p',
    });
    expect(parseDestination('data', '/here')).toEqual({ kind: 'local', root: '/here/data' });
  });

  test('is never a bucket', () => {
    expect(() => parseDestination('s3://b/p', '/here')).toThrow(/is a bucket, and stagesync only reads/);
  });

  test.each(['', 'gs://b'])('refuses %j and shows what to write', (text) => {
    expect(() => parseDestination(text, '/here')).toThrow(/^DEST.*stage:\/\/DEPLOYMENT\/PATH/);
  });
});

describe('an end of a job', () => {
  test.each(['/srv/data', 's3://b/p', 'stage://g/p'])('%s means the same whatever the folder', (text) => {
    expect(isWholeAddress(text)).toBe(true);
    expect(wholeAddress(text, '/here')).toBe(text);
    expect(addressText(parseSource(text, '/'))).toBe(text);
  });

  test('a relative path does not, until it is made whole', () => {
    expect(isWholeAddress('data')).toBe(false);
    expect(wholeAddress('data', '/here')).toBe('/here/data');
  });
});
