import { expect, test } from 'vitest';
import { comparePaths } from '../../../src/model/path.ts';
import { NameClashes } from '../../../src/sync/plan/name-clashes.ts';
import type { FileFate } from '../../../src/sync/plan/name-clashes.ts';

/** What is told of each folder, when these pass by in path order; files with their fate. */
function passBy(
  files: Readonly<Record<string, FileFate>>,
  folders: readonly string[],
  closed: readonly string[] = [],
) {
  const clashes = new NameClashes();
  const told: Record<string, FileFate | 'closed' | undefined> = {};
  for (const path of [...Object.keys(files), ...folders].sort(comparePaths)) {
    clashes.leave(path);
    if (clashes.isClosed(path)) told[path] = 'closed';
    else if (path.endsWith('/')) {
      told[path] = clashes.at(path);
      if (closed.includes(path)) clashes.close(path);
    } else clashes.file(path, files[path]!);
  }
  return told;
}

test('a folder meets the file of its name, whatever comes between them in path order', () => {
  const files = { a: 'stays', 'a!': 'arrives', 'a-b': 'may_move', 'a.csv': 'stays' } as const;
  expect(passBy(files, ['a!/', 'a-b/', 'a/', 'a.csv/'])).toEqual({
    'a!/': 'arrives',
    'a-b/': 'may_move',
    'a/': 'stays',
    'a.csv/': 'stays',
  });
});

test('names that only begin alike are no clash', () => {
  expect(passBy({ a: 'stays', 'b/a': 'stays' }, ['ab/', 'a/b/', 'b/', 'b/aa/', 'c/'])).toEqual({
    'ab/': undefined,
    'a/b/': undefined,
    'b/': undefined,
    'b/aa/': undefined,
    'c/': undefined,
  });
});

test('what cannot be made closes all below it, and nothing else', () => {
  const told = passBy({ a: 'stays', 'a/1': 'arrives', a0: 'stays' }, ['a/', 'a/b/', 'a0/', 'b/'], ['a/']);
  expect(told).toEqual({ 'a/': 'stays', 'a/1': 'closed', 'a/b/': 'closed', 'a0/': 'stays', 'b/': undefined });
});
