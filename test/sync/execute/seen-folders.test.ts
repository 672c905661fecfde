import { expect, test, vi } from 'vitest';
import { byName } from '../../../src/model/children.ts';
import { SeenFolders } from '../../../src/sync/execute/seen-folders.ts';
import type { SeenFolder } from '../../../src/sync/execute/seen-folders.ts';

const seen = (folder: string, size = 1): SeenFolder => ({ folder, size, shown: byName([]) });

function writing() {
  const commits: string[][] = [];
  const folders = new SeenFolders((some) => commits.push(some.map(({ folder }) => folder)));
  return { commits, folders };
}

test('listings that come within a moment are written down in one commit', async () => {
  vi.useFakeTimers();
  try {
    const { commits, folders } = writing();
    const both = Promise.all([folders.add(seen('a/')), folders.add(seen('b/'))]);
    expect(commits).toEqual([]);
    await vi.runAllTimersAsync();
    await both;
    expect(commits).toEqual([['a/', 'b/']]);
  } finally {
    vi.useRealTimers();
  }
});

test.each([
  ['sixteen folders', Array.from({ length: 16 }, (_, at) => seen(`${at}/`))],
  ['thousands of children', [seen('a/', 4000)]],
])('%s do not wait for others', async (_, many) => {
  const { commits, folders } = writing();
  await Promise.all(many.map((each) => folders.add(each)));
  expect(commits).toEqual([many.map(({ folder }) => folder)]);
});

test('where it is waited for them, none waits for others', async () => {
  const { commits, folders } = writing();
  const first = folders.add(seen('a/'));
  folders.hurries = true;
  await first;
  await folders.add(seen('b/'));
  expect(commits).toEqual([['a/'], ['b/']]);
});

test('what cannot be written down fails for each of them', async () => {
  const folders = new SeenFolders(() => {
    throw new Error('disk full');
  });
  const all = Promise.allSettled([folders.add(seen('a/')), folders.add(seen('b/'))]);
  folders.hurries = true;
  expect((await all).map(({ status }) => status)).toEqual(['rejected', 'rejected']);
});
