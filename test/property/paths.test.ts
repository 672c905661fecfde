import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  afterFolder,
  comparePaths,
  foldersOf,
  isWithin,
  nameOf,
  parentOf,
  pathProblem,
} from '../../src/model/path.ts';
import { sortNames } from '../../src/sources/local/walk/name-sort.ts';

// Units around every border of the order, so that few runs meet all of them.
const unit = fc.constantFrom(
  'a',
  'b',
  '-',
  '.',
  '0',
  ' ',
  '\u007E',
  'é',
  '\uD7FF',
  '\uE000',
  '\uFF5E',
  '\uFFFF',
  '\u{10000}',
  '\u{1F600}',
  '\u{10FFFF}',
);
const segment = fc
  .oneof(
    fc.string({ unit, minLength: 1, maxLength: 6 }),
    fc.string({ unit: 'binary', minLength: 1, maxLength: 6 }),
  )
  .filter((text) => !text.includes('/') && text !== '.' && text !== '..');
const path = fc
  .tuple(fc.array(segment, { minLength: 1, maxLength: 4 }), fc.constantFrom('', '/'))
  .map(([segments, end]) => segments.join('/') + end);

test('path order is the order of the UTF-8 bytes', () => {
  fc.assert(
    fc.property(path, path, (a, b) => {
      expect(Math.sign(comparePaths(a, b))).toBe(Buffer.compare(Buffer.from(a), Buffer.from(b)));
    }),
  );
});

test('a folder sorts before all below it, and afterFolder after all below it', () => {
  fc.assert(
    fc.property(segment, path, path, (name, below, other) => {
      const folder = `${name}/`;
      expect(comparePaths(folder, folder + below)).toBeLessThan(0);
      expect(comparePaths(folder + below, afterFolder(folder))).toBeLessThan(0);
      const between = comparePaths(other, folder) >= 0 && comparePaths(other, afterFolder(folder)) < 0;
      expect(between).toBe(isWithin(other, folder));
    }),
  );
});

test('a path is its parent and its name, and its folders lead there', () => {
  fc.assert(
    fc.property(path, (each) => {
      const end = each.endsWith('/') ? '/' : '';
      expect(parentOf(each) + nameOf(each) + end).toBe(each);
      const folders = foldersOf(each);
      expect(folders).toEqual(folders.toSorted(comparePaths));
      expect(folders.at(-1) ?? '').toBe(end === '/' ? each : parentOf(each));
      for (const folder of folders) expect(isWithin(each, folder)).toBe(true);
    }),
  );
});

test('an accepted path survives a URL, segment by segment', () => {
  fc.assert(
    fc.property(path, (each) => {
      if (pathProblem(each) !== undefined) return;
      const url = new URL(`http://stage.test/${each.split('/').map(encodeURIComponent).join('/')}`);
      expect(url.pathname.slice(1).split('/').map(decodeURIComponent).join('/')).toBe(each);
    }),
  );
});

test('the names of a folder are sorted in path order, however many there are', () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(segment, fc.constantFrom('', '/')), { maxLength: 50 }), (pairs) => {
      const names = pairs.map(([name, end]) => name + end);
      expect(finish(sortNames([...names], { surrogates: true }))).toEqual(names.toSorted(comparePaths));
    }),
  );
  // 7 is prime to 20,011, so this is a permutation; three runs and a remainder.
  const many = Array.from({ length: 20_011 }, (_, at) => `n${(at * 7) % 20_011}${at % 3 === 0 ? '/' : ''}`);
  expect(finish(sortNames([...many], { surrogates: false }))).toEqual(many.toSorted(comparePaths));
  expect(finish(sortNames([...many], { surrogates: true }))).toEqual(many.toSorted(comparePaths));
});

function finish<T>(steps: Generator<unknown, T>): T {
  for (;;) {
    const step = steps.next();
    if (step.done === true) return step.value;
  }
}
