import { describe, expect, test } from 'vitest';
import { createStageUrls, encodePath, type StageGeneration } from '../../src/stage/stage-url.ts';

const urls = (generation: StageGeneration, organizationID?: string, basePath = '') =>
  createStageUrls({ generation, basePath, deployment: 'id 1', organizationID });

describe('the URL generations', () => {
  test.each([
    ['v1', '/v1/stage/id%201/fs/'],
    ['v2', '/v2/clusters/id%201/stage/fs/'],
    ['legacy', '/v1/stages/id%201/fs/'],
  ] as const)('%s puts the Stage below %s', (generation, prefix) => {
    expect(urls(generation).list('')).toBe(prefix);
    expect(urls(generation).list('a/')).toBe(`${prefix}a/`);
    expect(urls(generation).plain('a/b.csv', 'read')).toBe(`${prefix}a/b.csv`);
    expect(urls(generation).plain('a/b/', 'read')).toBe(`${prefix}a/b/`);
    expect(urls(generation).metadata('a.csv')).toBe(`${prefix}a.csv?metadata=1`);
  });

  test('only the legacy one says whether a PUT makes a file', () => {
    expect(urls('legacy').create('a.csv')).toBe('/v1/stages/id%201/fs/a.csv?isFile=true');
    expect(urls('legacy').create('a/')).toBe('/v1/stages/id%201/fs/a/?isFile=false');
    expect(urls('v1').create('a.csv')).toBe('/v1/stage/id%201/fs/a.csv');
  });

  test('an organisation goes with every request', () => {
    const v1 = urls('v1', 'o&1');
    expect(v1.list('')).toBe('/v1/stage/id%201/fs/?organizationID=o%261');
    expect(v1.plain('a/', 'read')).toBe('/v1/stage/id%201/fs/a/?organizationID=o%261');
    expect(v1.metadata('a')).toBe('/v1/stage/id%201/fs/a?metadata=1&organizationID=o%261');
    expect(v1.create('a')).toBe('/v1/stage/id%201/fs/a?organizationID=o%261');
    expect(urls('legacy', 'o').create('a')).toBe('/v1/stages/id%201/fs/a?isFile=true&organizationID=o');
  });

  test('the path of a base URL stands in front', () => {
    expect(urls('v1', undefined, '/proxy').plain('a', 'read')).toBe('/proxy/v1/stage/id%201/fs/a');
  });
});

describe('encodePath', () => {
  test.each([
    ['a/b-c_d.e~f/', 'a/b-c_d.e~f/'],
    ['a?b #1 100%41 ü 😀.csv', 'a%3Fb%20%231%20100%2541%20%C3%BC%20%F0%9F%98%80.csv'],
    ['a+b&c=d;e.csv', 'a%2Bb%26c%3Dd%3Be.csv'],
    ['a+b', 'a%2Bb'],
    ['%2F/x', '%252F/x'],
    ['u\u0308', 'u%CC%88'],
    ['...', '...'],
  ])('%j goes out as %s', (path, encoded) => {
    expect(encodePath(path, 'upload')).toBe(encoded);
  });

  test.each(['', '..', '.', 'a/../b', 'a//b', '/a', 'a\\b', 'a\u0000b', 'a\r\nb', '\ud83d', '//'])(
    '%j is refused',
    (path) => {
      expect(() => encodePath(path, 'upload')).toThrow(
        expect.objectContaining({
          code: 'stage_rejected',
          fact: 'refused',
          operation: 'upload',
          path,
          verdict: 'skip_entry',
          inDoubt: false,
        }),
      );
    },
  );

  test('a refusal is one printable line', () => {
    expect(() => encodePath('a\r\n\u001b[2Jb', 'upload')).toThrow(
      /^Cannot send a\\r\\n\\u\{1b\}\[2Jb to Stage/,
    );
  });
});
