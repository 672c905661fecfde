import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { FolderSums, type FolderSum } from '../../src/remote/folder-sums.ts';
import { comparePaths, foldersOf } from '../../src/model/path.ts';

/** Every file has its folders before it, and all is in path order, as in a listing. */
function sumsOf(sizes: ReadonlyMap<string, number>, depth: number): FolderSum[] {
  const paths = new Set([...sizes.keys()].flatMap((path) => [...foldersOf(path), path]));
  const sums = new FolderSums(depth);
  const ended = [...paths].sort(comparePaths).flatMap((path) => {
    const size = sizes.get(path);
    return sums.add(size === undefined ? { kind: 'folder', path } : { kind: 'file', path, size });
  });
  return [...ended, ...sums.end()];
}

test('a folder counts with all below it, and comes after what is in it', () => {
  const sizes = new Map(Object.entries({ 'a/b/1': 1, 'a/b/2': 2, 'a/c': 4, 'a-b/d': 8, e: 16 }));
  expect(sumsOf(sizes, 2).map(({ path, files, size }) => [path, files, size])).toEqual([
    ['a-b/', 1, 8],
    ['a/b/', 2, 3],
    ['a/', 3, 7],
    ['', 5, 31],
  ]);
  expect(sumsOf(sizes, 0)).toEqual([{ path: '', files: 5, size: 31 }]);
});

test('says the same as adding up every folder for itself', () => {
  const path = fc.stringMatching(/^(d[ab-]\/){0,3}f[ab]$/);
  fc.assert(
    fc.property(fc.array(fc.tuple(path, fc.nat(99))), fc.nat(4), (files, depth) => {
      const sizes = new Map(files);
      const expected = new Map<string, number>();
      for (const [each, size] of sizes)
        for (const folder of ['', ...foldersOf(each)])
          if (folder.split('/').length - 1 <= depth) expected.set(folder, (expected.get(folder) ?? 0) + size);
      if (sizes.size === 0) expected.set('', 0);
      expect(new Map(sumsOf(sizes, depth).map((sum) => [sum.path, sum.size]))).toEqual(expected);
    }),
  );
});
