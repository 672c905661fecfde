import { expect, test } from 'vitest';
import { SyncError } from '../../../src/model/errors.ts';
import { comparePaths } from '../../../src/model/path.ts';
import type { RelPath } from '../../../src/model/path.ts';
import { compareFolder } from '../../../src/sync/execute/compare-folder.ts';
import { createMemoryDestination } from '../../support/memory-destination.ts';
import type { MemoryCall } from '../../support/memory-destination.ts';
import { openRemote } from '../../support/open-remote.ts';

const AT = 1_700_000_000_000;

/** What is known: contents of AT; a path that ends in '/' is a folder. */
function comparing(known: Readonly<Record<RelPath, string>>, before?: (call: MemoryCall) => void) {
  const stage = createMemoryDestination({ before: (call) => before?.(call) });
  stage.folders.add('d/');
  const place = (path: string, content: string, at = AT): void => stage.place(`d/${path}`, content, at);
  for (const [path, content] of Object.entries(known))
    if (path.endsWith('/')) stage.folders.add(`d/${path}`);
    else place(path, content);
  const expected = Object.entries(known)
    .sort(([a], [b]) => comparePaths(a, b))
    .map(([path, content]) => ({
      path,
      shown: path.endsWith('/') ? undefined : { size: content.length, modifiedMs: AT },
    }));
  const compare = async (moved = false): Promise<string[] | undefined> => {
    // batches as a ledger gives them, empty ones too
    const batches = [[], ...expected.map((each) => [each]), []];
    const remote = openRemote(stage);
    const found = await compareFolder({ remote, folder: 'd/', expected: batches, concurrency: 2, moved });
    return found?.map(({ kind, path }) => `${kind} ${path}`).sort();
  };
  return { stage, place, compare };
}

const KNOWN = { a: 'one', 'e/': '', 'e/b': 'two', 'e/f/': '', 'e/f/c': 'three', g: '' };

test('a folder that is as known has no difference, at the price of one listing a folder', async () => {
  const { stage, compare } = comparing(KNOWN);
  expect(await compare()).toEqual([]);
  expect(stage.calls.map(({ kind, path }) => `${kind} ${path}`)).toEqual([
    'listFolder d/',
    'listFolder d/e/',
    'listFolder d/e/f/',
  ]);
});

test('that is not there is told apart from an empty one', async () => {
  const { stage, compare } = comparing({});
  expect(await compare()).toEqual([]);
  stage.folders.clear();
  expect(await compare()).toBeUndefined();
});

test.each<[string, (it: ReturnType<typeof comparing>) => void, string[]]>([
  ['a file nobody knew of', ({ place }) => place('e/x', 'new'), ['extra e/x']],
  ['a folder nobody knew of, with what is in it', ({ place }) => place('x/y', ''), ['extra x/', 'extra x/y']],
  ['an empty folder nobody knew of', ({ stage }) => stage.folders.add('d/x/'), ['extra x/']],
  ["another run's hidden file", ({ place }) => place('.stagesync-1-new-a', ''), ['extra .stagesync-1-new-a']],
  ['a file of another size', ({ place }) => place('e/b', 'longer'), ['changed e/b']],
  ['a file of another time', ({ place }) => place('e/b', 'two', AT + 1000), ['changed e/b']],
  ['a file that went', ({ stage }) => stage.files.delete('d/a'), ['missing a']],
  ['a fraction of a second', ({ place }) => place('e/b', 'two', AT + 999), []],
  [
    'a file where a folder was',
    ({ stage, place }) => {
      stage.files.delete('d/e/f/c');
      stage.folders.delete('d/e/f/');
      place('e/f', 'x');
    },
    ['extra e/f', 'missing e/f/', 'missing e/f/c'],
  ],
])('differs by %s', async (_, change, found) => {
  const it = comparing(KNOWN);
  change(it);
  expect(await it.compare()).toEqual(found);
});

test('a folder in it that cannot be listed is unclear, and says nothing of what it holds', async () => {
  const { compare } = comparing(KNOWN, ({ path }) => {
    if (path === 'd/e/') throw new SyncError('stage_unavailable', 'not now', { verdict: 'retry' });
  });
  const found = await compare();
  expect(found).toContain('unclear e/');
  expect(found).not.toContain('extra e/b');
});

test('one that ends the run rejects', async () => {
  const { compare } = comparing(KNOWN, ({ path }) => {
    if (path === 'd/e/') throw new SyncError('stage_unauthorised', 'no', { verdict: 'end_run' });
  });
  await expect(compare()).rejects.toMatchObject({ verdict: 'end_run' });
});

test('after a move new times count for nothing where the Stage gave every file one', async () => {
  const { place, compare } = comparing({ a: 'one', b: 'two' });
  for (const [path, content] of Object.entries({ a: 'one', b: 'two' })) place(path, content, AT + 60_000);
  expect(await compare(true)).toEqual([]);
  expect(await compare(false)).toEqual(['changed a', 'changed b']);
});

test('after a move a new time counts where another file kept its own, and another size always', async () => {
  const { place, compare } = comparing({ a: 'one', b: 'two' });
  place('b', 'TWO', AT + 60_000);
  expect(await compare(true)).toEqual(['changed b']);
  place('a', 'longer', AT + 60_000);
  expect(await compare(true)).toEqual(['changed a']);
});
