import { existsSync, mkdirSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { platform } from 'node:os';
import { expect, test } from 'vitest';
import { makeFolders } from '../../src/disk/make-folders.ts';
import { localTree } from '../support/trees/local-tree.ts';

test('the folder is made with those above it, each with the mode', () => {
  using tree = localTree({});
  makeFolders(join(tree.root, 'a/b/c'), { mode: 0o700 });
  expect(['a', 'a/b', 'a/b/c'].map((path) => statSync(join(tree.root, path)).mode & 0o777)).toEqual([
    0o700, 0o700, 0o700,
  ]);
});

test('a folder that is there stays as it is', () => {
  using tree = localTree({});
  mkdirSync(join(tree.root, 'a'), { mode: 0o755 });
  writeFileSync(join(tree.root, 'a/f'), 'f');
  makeFolders(join(tree.root, 'a'), { mode: 0o700 });
  expect(statSync(join(tree.root, 'a')).mode & 0o777).toBe(0o755);
  expect(existsSync(join(tree.root, 'a/f'))).toBe(true);
});

test('a file in its place, or on the way, is an error', () => {
  using tree = localTree({ f: 'f' });
  expect(() => makeFolders(join(tree.root, 'f'))).toThrow(/EEXIST/);
  expect(() => makeFolders(join(tree.root, 'f/a/b'))).toThrow(/ENOTDIR/);
});

test('a link that leads nowhere is an error, and one to a folder is a folder', () => {
  using tree = localTree({ 'real/f': 'f' });
  symlinkSync('nowhere', join(tree.root, 'dangling'));
  symlinkSync('real', join(tree.root, 'link'));
  expect(() => makeFolders(join(tree.root, 'dangling/a'))).toThrow(/EEXIST/);
  makeFolders(join(tree.root, 'link/a'));
  expect(existsSync(join(tree.root, 'real/a'))).toBe(true);
});

// Node's own recursive mkdir never returns here
test.runIf(platform() === 'linux')('a file system that takes no folders is an error that says so', () => {
  expect(() => makeFolders('/proc/stagesync-test/a/b')).toThrow(
    'the file system of /proc takes no new folders (ENOTSUP)',
  );
});
