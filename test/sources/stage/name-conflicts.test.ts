import { expect, test } from 'vitest';
import { readListing, PackedListing } from '../../../src/stage/read-listing.ts';
import type { Children } from '../../../src/model/children.ts';
import { foldedName, type NameFolding } from '../../../src/model/name-folding.ts';
import { withoutNameConflicts } from '../../../src/sources/stage/name-conflicts.ts';

const CASE: NameFolding = { case: true, forms: false };
const FORMS: NameFolding = { case: false, forms: true };
const BOTH: NameFolding = { case: true, forms: true };

const child = (name: string) => ({
  name: name.replace('/', ''),
  path: name,
  type: name.endsWith('/') ? 'directory' : 'file',
  size: name.endsWith('/') ? null : 1,
  last_modified: '2026-01-01T00:00:00Z',
});

const FORMS_OF_LISTING: readonly (readonly [string, (names: readonly string[]) => Children])[] = [
  [
    'as it is',
    (names) => readListing('', { type: 'directory', content: names.map(child) }, true) as Children,
  ],
  [
    'that is packed',
    (names) => {
      const listing = new PackedListing('');
      listing.add(names.map(child));
      return listing.finish(true);
    },
  ],
];

test.each<[readonly string[], NameFolding, readonly string[]]>([
  [['a', 'b', 'c'], BOTH, []],
  [['A', 'a', 'b'], CASE, ['A', 'a']],
  [['A', 'a', 'b'], FORMS, []],
  [['D/', 'd', 'e/'], BOTH, ['D', 'd']],
  [['caf\u00e9', 'cafe\u0301'], FORMS, ['cafe\u0301', 'caf\u00e9']],
  [['caf\u00e9', 'cafe\u0301', 'CAF\u00c9'], CASE, ['CAF\u00c9', 'caf\u00e9']],
  [['CAFE\u0301', 'caf\u00e9', 'x'], BOTH, ['CAFE\u0301', 'caf\u00e9']],
  [['STRASSE', 'stra\u00dfe'], CASE, ['STRASSE', 'stra\u00dfe']],
  [['\u212a', 'K', 'k'], BOTH, ['K', 'k', '\u212a']],
])('of %j, with %j, these are one with another: %j', async (names, folding, expected) => {
  for (const [, listing] of FORMS_OF_LISTING) {
    const children = await withoutNameConflicts(listing(names), async () => folding);
    const unknown = [...children].filter(({ kind }) => kind === 'unknown');
    expect(unknown.map(({ name }) => name).toSorted()).toEqual(expected.toSorted());
    for (const each of unknown)
      expect(each).toMatchObject({ problem: { code: 'name_conflict', severity: 'failure' } });
    expect([...children]).toHaveLength(names.length);
  }
});

test('the destination is asked only where names might be one', async () => {
  let asked = 0;
  const ask = async (): Promise<NameFolding> => {
    asked++;
    return { case: false, forms: false };
  };
  const listing = FORMS_OF_LISTING[0]![1];
  await withoutNameConflicts(listing(['a', 'b']), ask);
  expect(asked).toBe(0);
  const both = listing(['a', 'A']);
  expect(await withoutNameConflicts(both, ask)).toBe(both);
  expect(asked).toBe(1);
});

test('a packed listing with names that are one shows them so everywhere', async () => {
  const packed = FORMS_OF_LISTING[1]![1](['A/', 'a', 'b/']);
  const children = await withoutNameConflicts(packed, async () => BOTH);
  if (Array.isArray(children) || !('isFolder' in children)) throw new Error('is not packed');
  expect([0, 1, 2].map((place) => children.isFolder(place))).toEqual([false, false, true]);
  expect(children.named('A')).toMatchObject([{ kind: 'unknown' }]);
  expect(children.named('b')).toMatchObject([{ kind: 'folder' }]);
  expect(children.at(1)).toMatchObject({ kind: 'unknown', name: 'a' });
  expect(children.garbled).toBeUndefined();
});

test('a name is folded as far as it is said', () => {
  expect(foldedName('\u00c9', CASE)).toBe('\u00e9');
  expect(foldedName('\u00c9', FORMS)).toBe('E\u0301');
  expect(foldedName('A', { case: false, forms: false })).toBe('A');
});
