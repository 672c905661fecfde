import { describe, expect, test } from 'vitest';
import { STAGE_WORDS } from '../../src/destinations/stage/stage-words.ts';
import type { DestinationChild } from '../../src/model/entry.ts';
import { SyncError } from '../../src/model/errors.ts';
import { comparePaths } from '../../src/model/path.ts';
import { DEEPEST, walkDestination } from '../../src/remote/walk-folders.ts';
import type { DestinationEntry } from '../../src/remote/destination-entry.ts';
import type { WalkOptions } from '../../src/remote/walk-folders.ts';
import { createFilter, everything } from '../../src/filter/filter.ts';
import type { FilterRule } from '../../src/filter/filter.ts';

const file = (name: string): DestinationChild => ({ kind: 'file', name, size: 1, modifiedMs: 0 });
const folder = (name: string): DestinationChild => ({ kind: 'folder', name });
type Tree = Readonly<Record<string, readonly DestinationChild[]>>;

const TREE: Tree = {
  '': [file('b'), folder('a'), file('a-1'), folder('c'), file('c')],
  'a/': [file('2'), folder('1'), file('1')],
  'a/1/': [file('x')],
  'c/': [],
};

async function walk(tree: Tree, options: Partial<WalkOptions> = {}): Promise<readonly DestinationEntry[]> {
  const walked = walkDestination(tree['']!, {
    list: (path) => Promise.resolve(tree[path]),
    filter: everything,
    words: STAGE_WORDS,
    lookAhead: 2,
    ...options,
  });
  return (await Array.fromAsync(walked)).flat();
}
const paths = (entries: readonly DestinationEntry[]): string[] => entries.map(({ path }) => path);

test('everything comes once, in the order of the whole path', async () => {
  const found = paths(await walk(TREE));
  expect(found).toEqual(['a-1', 'a/', 'a/1', 'a/1/', 'a/1/x', 'a/2', 'b', 'c', 'c/']);
  expect(found).toEqual(found.toSorted(comparePaths));
});

test('each folder is listed once, and no more at the same time than allowed', async () => {
  const tree: Record<string, DestinationChild[]> = { '': [] };
  for (let i = 0; i < 30; i++) {
    tree['']!.push(folder(`f${i}`));
    tree[`f${i}/`] = [folder('g'), file('1')];
    tree[`f${i}/g/`] = [file('1')];
  }
  const listed: string[] = [];
  let running = 0;
  let most = 0;
  await walk(tree, {
    lookAhead: 5,
    list: async (path) => {
      listed.push(path);
      most = Math.max(most, ++running);
      await new Promise((resolve) => setImmediate(resolve));
      running--;
      return tree[path];
    },
  });
  expect(listed).toHaveLength(60);
  expect(new Set(listed).size).toBe(60);
  expect(most).toBeLessThanOrEqual(6);
  expect(most).toBeGreaterThan(1);
});

const broken = (verdict: 'skip_entry' | 'retry' | 'end_run'): SyncError =>
  new SyncError('stage_unavailable', 'not now', { verdict });

test.each(['skip_entry', 'retry'] as const)(
  'a folder that cannot be listed (%s) is unknown, the rest is not',
  async (verdict) => {
    const found = await walk(TREE, {
      list: (path) => (path === 'a/' ? Promise.reject(broken(verdict)) : Promise.resolve(TREE[path])),
    });
    expect(found.find(({ path }) => path === 'a/')).toMatchObject({
      kind: 'unknown',
      covers: 'subtree',
      problem: { code: 'stage_unavailable', severity: 'failure' },
    });
    expect(paths(found)).toEqual(['a-1', 'a/', 'b', 'c', 'c/']);
  },
);

test('the first folder is asked for first, and those behind it in their order', async () => {
  const names = Array.from({ length: 12 }, (_, at) => `f${String(at).padStart(2, '0')}`);
  const listed: string[] = [];
  await walk(
    { '': names.map((name) => folder(name)) },
    {
      lookAhead: 8,
      list: (path) => {
        listed.push(path);
        return Promise.resolve([]);
      },
    },
  );
  expect(listed).toEqual(names.map((name) => `${name}/`));
});

test('what ends the run ends the walk', async () => {
  const rejected = walk(TREE, { list: () => Promise.reject(broken('end_run')) });
  await expect(rejected).rejects.toMatchObject({ verdict: 'end_run' });
});

test('a folder that vanishes between two listings is unknown, not empty', async () => {
  const found = await walk(TREE, { list: (path) => Promise.resolve(path === 'c/' ? undefined : TREE[path]) });
  expect(found.find(({ path }) => path === 'c/')).toMatchObject({ kind: 'unknown', covers: 'subtree' });
});

const problem = { code: 'listing_unclear', severity: 'failure', message: '' } as const;

test('an unclear child is unknown as a file and as a folder', async () => {
  const found = await walk({ '': [file('a'), { kind: 'unknown', name: 'b', problem }] });
  expect(found).toMatchObject([
    { path: 'a', kind: 'file' },
    { path: 'b', kind: 'unknown', covers: 'path' },
    { path: 'b/', kind: 'unknown', covers: 'subtree' },
  ]);
});

test('an unclear child that the filter leaves out, whatever it is, is no trouble: it stays, as a file and as a folder', async () => {
  const unclear = (name: string): DestinationChild => ({ kind: 'unknown', name, problem });
  const walked = (
    rules: readonly FilterRule[],
    child: DestinationChild,
  ): Promise<readonly DestinationEntry[]> => walk({ '': [child] }, { filter: createFilter({ rules }) });

  expect(await walked([{ kind: 'exclude', pattern: 'b' }], unclear('b'))).toEqual([
    { kind: 'excluded', path: 'b', modifiedMs: undefined },
    { kind: 'folder', path: 'b/', unseen: true },
  ]);
  expect(await walked([{ kind: 'exclude', pattern: '*' }], unclear('.stagesync-7-old-b'))).toMatchObject([
    { kind: 'unknown', path: '.stagesync-7-old-b' },
    { kind: 'unknown', path: '.stagesync-7-old-b/' },
  ]);
  // what may still hold something that takes part, or be a file that does
  for (const rules of [
    [{ kind: 'include', pattern: '*.csv' }],
    [{ kind: 'exclude', pattern: 'b/' }],
  ] satisfies FilterRule[][])
    expect(await walked(rules, unclear('b'))).toMatchObject([
      { kind: 'unknown', path: 'b', covers: 'path' },
      { kind: 'unknown', path: 'b/', covers: 'subtree' },
    ]);
});

test('an unclear child that could be any makes the whole folder unknown', async () => {
  const garbled: DestinationChild = { kind: 'unknown', name: '\\(entry 1)', problem, anywhere: true };
  const found = await walk({ '': [folder('a'), file('b')], 'a/': [file('x'), garbled] });
  expect(found).toMatchObject([
    { path: 'a/', kind: 'unknown', covers: 'subtree' },
    { path: 'b', kind: 'file' },
  ]);
  expect(await walk({ '': [file('x'), garbled] })).toMatchObject([
    { path: '', kind: 'unknown', covers: 'subtree' },
  ]);
});

test('a folder that the filter excludes is not listed, and known to be unseen', async () => {
  const filter = createFilter({ rules: [{ kind: 'exclude', pattern: 'a' }] });
  const listed: string[] = [];
  const found = await walk(TREE, {
    filter,
    list: (path) => {
      listed.push(path);
      return Promise.resolve(TREE[path]);
    },
  });
  expect(listed).toEqual(['c/']);
  expect(found.find(({ path }) => path === 'a/')).toMatchObject({ kind: 'folder', unseen: true });
});

test('a file that the filter leaves out is told as that, with its time, and holds its folder', async () => {
  const filter = createFilter({ rules: [{ kind: 'exclude', pattern: '*.log' }] });
  const found = await walk(
    { '': [folder('a'), file('b.log')], 'a/': [file('1'), file('2.log')] },
    { filter },
  );
  expect(found).toEqual([
    { kind: 'folder', path: 'a/', unseen: false },
    { kind: 'file', path: 'a/1', size: 1, modifiedMs: 0 },
    { kind: 'excluded', path: 'a/2.log', modifiedMs: 0 },
    { kind: 'excluded', path: 'b.log', modifiedMs: 0 },
  ]);
});

test("another run's hidden names are told, and a hidden folder is not listed", async () => {
  const filter = createFilter({ rules: [] });
  const tree = { '': [file('.stagesync-7-new-a'), folder('.stagesync-x'), file('a')] };
  expect(await walk(tree, { filter })).toEqual([
    { kind: 'excluded', path: '.stagesync-7-new-a', modifiedMs: 0 },
    { kind: 'folder', path: '.stagesync-x/', unseen: true },
    { kind: 'file', path: 'a', size: 1, modifiedMs: 0 },
  ]);
});

describe('a Stage that lists folders in folders for ever', () => {
  const endless = async (lookAhead: number) => {
    let listed = 0;
    const found = await walk(
      { '': [folder('d'), file('z')] },
      {
        lookAhead,
        list: () => {
          listed++;
          return Promise.resolve([folder('d'), file('x')]);
        },
      },
    );
    return { listed, found };
  };

  test.each([1, 8])(
    'is not followed beyond a depth that no tree has; listings ahead: %i',
    async (lookAhead) => {
      const { listed, found } = await endless(lookAhead);
      expect(listed).toBe(DEEPEST - 1);
      const [deepest, ...others] = found.filter(({ kind }) => kind === 'unknown');
      expect(others).toEqual([]);
      expect(deepest).toMatchObject({
        path: 'd/'.repeat(DEEPEST),
        covers: 'subtree',
        problem: { code: 'too_deep', severity: 'failure' },
      });
      // all else is known
      expect(found.filter(({ kind }) => kind === 'file')).toHaveLength(DEEPEST);
    },
  );

  test('a tree as deep as that is walked to its end', async () => {
    const at = (depth: number): string => 'd/'.repeat(depth);
    const found = await walk(
      { '': [folder('d')] },
      { list: (path) => Promise.resolve(path === at(DEEPEST - 1) ? [file('x')] : [folder('d')]) },
    );
    expect(found.at(-1)).toMatchObject({ kind: 'file', path: `${at(DEEPEST - 1)}x` });
    expect(found.filter(({ kind }) => kind === 'unknown')).toEqual([]);
  });
});
