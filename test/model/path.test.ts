import { describe, expect, test } from 'vitest';
import {
  afterFolder,
  comparePaths,
  foldersOf,
  isFolderPath,
  isWithin,
  nameOf,
  parentOf,
  pathProblem,
} from '../../src/model/path.ts';

describe('path order', () => {
  test.each([
    ['a-b', 'a.txt'],
    ['a.txt', 'a/b'],
    ['a/b', 'a0'],
    ['a', 'a/'],
    ['a/', 'a/b'],
    ['B', 'a'],
    ['\uFF5E', '\u{1F600}'],
    ['\uE000', '\u{10000}'],
    ['\uD7FF', '\uE000'],
    ['\uD7FF', '\u{10000}'],
    ['\u{1F600}', '\u{1F601}'],
    ['x\u{1F600}', 'x\u{1F600}a'],
    ['cafe\u0301', 'caf\u00E9'],
  ])('puts %j before %j', (a, b) => {
    expect(comparePaths(a, b)).toBeLessThan(0);
    expect(comparePaths(b, a)).toBeGreaterThan(0);
    expect(comparePaths(a, a)).toBe(0);
    expect(Math.sign(Buffer.compare(Buffer.from(a), Buffer.from(b)))).toBe(-1);
  });
});

test.each([
  ['c', '', 'c', []],
  ['a/b/c', 'a/b/', 'c', ['a/', 'a/b/']],
  ['a/b/c/', 'a/b/', 'c', ['a/', 'a/b/', 'a/b/c/']],
  ['a/', '', 'a', ['a/']],
])('%j lies in %j, is called %j and has the folders %j', (path, parent, name, folders) => {
  expect(parentOf(path)).toBe(parent);
  expect(nameOf(path)).toBe(name);
  expect(foldersOf(path)).toEqual(folders);
});

test('the root is a folder that holds everything', () => {
  expect(isFolderPath('')).toBe(true);
  expect(isWithin('a/b', '')).toBe(true);
});

test('a folder holds itself and what is below, not what only begins like it', () => {
  expect(isWithin('a/', 'a/')).toBe(true);
  expect(isWithin('a/b/c', 'a/')).toBe(true);
  expect(isWithin('ab', 'a/')).toBe(false);
  expect(afterFolder('a/')).toBe('a0');
});

describe('a path that cannot be sent', () => {
  test.each([
    ['', 'empty'],
    ['a\\b', 'backslash'],
    ['a\u0000b', 'control'],
    ['a\nb', 'control'],
    ['a\u007Fb', 'control'],
    ['a//b', 'empty segment'],
    ['/a', 'empty segment'],
    ['a//', 'empty segment'],
    ['..', '".."'],
    ['a/../b', '".."'],
    ['a/..', '".."'],
    ['./a', '"."'],
    ['a/./', '"."'],
    ['a\uD800b', 'Unicode'],
  ])('%j is refused: %s', (path, reason) => {
    expect(pathProblem(path)).toContain(reason);
  });

  test.each(['a', 'a/', 'a?b #1 100%41 ü 😀.csv', '...', '..a', 'a..', ' ', '\u00A0', 'a/.b/c'])(
    '%j is none',
    (path) => {
      expect(pathProblem(path)).toBeUndefined();
    },
  );
});
