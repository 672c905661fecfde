import { describe, expect, test } from 'vitest';
import { SyncError } from '../../../../src/model/errors.ts';
import { comparePaths } from '../../../../src/model/path.ts';
import type { RelPath } from '../../../../src/model/path.ts';
import { compareFolder } from '../../../../src/sync/execute/looks/compare-folder.ts';
import type { Comparison, Deviation, Expected } from '../../../../src/sync/execute/looks/compare-folder.ts';
import { HiddenNames } from '../../../../src/sync/execute/hidden-names.ts';
import { DestinationTimes } from '../../../../src/sync/execute/destination-times.ts';
import { createTestClock } from '../../../support/engine/engine.ts';
import { createMemoryDestination } from '../../../../src/destinations/memory/memory-destination.ts';
import type {
  MemoryCall,
  MemoryDestinationOptions,
} from '../../../../src/destinations/memory/memory-destination.ts';
import { memoryLedger } from '../../../support/engine/memory-ledger.ts';
import { openRemote } from '../../../support/engine/open-remote.ts';

const AT = 1_700_000_000_000;
const HOUR_MS = 3_600_000;

/** What is known: contents of AT; a path that ends in '/' is a folder. */
function comparing(
  known: Readonly<Record<RelPath, string>>,
  before?: (call: MemoryCall) => void,
  options: MemoryDestinationOptions = {},
) {
  let now = AT;
  const stage = createMemoryDestination({
    before: (call) => before?.(call),
    now: () => (now += 60_000),
    ...options,
  });
  stage.folders.add('d/');
  const place = (path: string, content: string, at = AT): void => stage.place(`d/${path}`, content, at);
  for (const [path, content] of Object.entries(known))
    if (path.endsWith('/')) stage.folders.add(`d/${path}`);
    else place(path, content);
  const expected: Expected[] = Object.entries(known)
    .sort(([a], [b]) => comparePaths(a, b))
    .map(([path, content]) => ({
      path,
      shown: path.endsWith('/') ? undefined : { size: content.length, modifiedMs: AT },
    }));
  const remote = openRemote(stage);
  const clock = createTestClock();
  const { signal } = new AbortController();
  const ledger = memoryLedger();
  const times = new DestinationTimes({ remote, ledger, hidden: new HiddenNames(AT), clock, signal });
  const look = (after: 'listing' | 'move'): Promise<Comparison | undefined> => {
    // batches as a ledger gives them, empty ones too
    const batches = [[], ...expected.map((each) => [each]), []];
    const gate = { lanes: 2, mostLanes: 2 };
    const moved = after === 'move' ? times : undefined;
    return compareFolder({ remote, folder: 'd/', expected: batches, gate, moved });
  };
  const compare = async (after: 'listing' | 'move' = 'listing'): Promise<string[] | undefined> => {
    const found = await look(after);
    return found?.deviations.map(({ kind, path }) => `${kind} ${path}`).sort();
  };
  const touched = async (): Promise<readonly Deviation[] | undefined> => (await look('move'))?.touched;
  /** Whether it was tried what a move does to a time, and what is known of it. */
  const lesson = () => ({ tried: stage.count('put') > 0, keeps: ledger.recall('keeps_times') });
  const forgetTime = (path: string): void => {
    const at = expected.findIndex((each) => each.path === path);
    expected[at] = { path, shown: { size: known[path]!.length, modifiedMs: undefined } };
  };
  return { stage, clock, place, compare, touched, forgetTime, lesson };
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
    if (path === 'd/e/')
      throw new SyncError('stage_unauthorised', 'no', { verdict: 'end_run', fact: 'unauthorised' });
  });
  await expect(compare()).rejects.toMatchObject({ verdict: 'end_run' });
});

describe('after a move', () => {
  const TWO = { a: 'one', b: 'two' };
  const replaceAll = ({ place }: ReturnType<typeof comparing>): void => {
    for (const [path, content] of Object.entries(TWO)) place(path, content, AT + 60_000);
  };

  test('new times count for nothing on a Stage that gives moved files one', async () => {
    const it = comparing(TWO, undefined, { moveSetsTime: true });
    replaceAll(it);
    expect(await it.compare('move')).toEqual([]);
    expect(it.lesson()).toEqual({ tried: true, keeps: 'no' });
    expect(await it.compare()).toEqual(['changed a', 'changed b']);
  });

  test('all files with a new time were replaced on a Stage that leaves them theirs', async () => {
    const it = comparing(TWO);
    replaceAll(it);
    expect(await it.compare('move')).toEqual(['changed a', 'changed b']);
    expect(it.lesson()).toEqual({ tried: true, keeps: 'yes' });
  });

  test('a new time counts where another file of long ago kept its own, which shows what this Stage does', async () => {
    const it = comparing(TWO);
    it.clock.at = AT + 2 * HOUR_MS;
    it.place('b', 'TWO', AT + 60_000);
    expect(await it.compare('move')).toEqual(['changed b']);
    expect(it.lesson()).toEqual({ tried: false, keeps: 'yes' });
  });

  test('one that was put only just now shows nothing: the move may have given it the same time', async () => {
    const it = comparing(TWO, undefined, { moveSetsTime: true });
    it.place('b', 'two', AT + 60_000);
    expect(await it.compare('move')).toEqual([]);
    expect(it.lesson()).toEqual({ tried: true, keeps: 'no' });
  });

  test('files whose time the move changed are told, with the new one', async () => {
    const it = comparing(TWO, undefined, { moveSetsTime: true });
    it.place('b', 'two', AT + 60_000);
    expect(await it.touched()).toEqual([{ path: 'b', kind: 'changed', modifiedMs: AT + 60_000 }]);
  });

  test('where it cannot be tried now, a new time counts, and it is tried again later', async () => {
    let refuses = true;
    const it = comparing(
      TWO,
      ({ kind }) => {
        if (refuses && kind === 'put')
          throw new SyncError('stage_rejected', 'no', { verdict: 'skip_entry', fact: 'refused' });
      },
      { moveSetsTime: true },
    );
    it.place('b', 'two', AT + 60_000);
    expect(await it.compare('move')).toEqual(['changed b']);
    expect(it.lesson().keeps).toBeUndefined();
    refuses = false;
    expect(await it.compare('move')).toEqual([]);
    expect(it.lesson().keeps).toBe('no');
  });

  test('another size counts always, and nothing has to be tried for it', async () => {
    const it = comparing(TWO, undefined, { moveSetsTime: true });
    for (const path of ['a', 'b']) it.place(path, 'longer', AT + 60_000);
    expect(await it.compare('move')).toEqual(['changed a', 'changed b']);
    expect(it.lesson()).toEqual({ tried: false, keeps: undefined });
  });

  test('what is as known teaches that times are kept, and costs its listings alone', async () => {
    const it = comparing(KNOWN);
    it.clock.at = AT + 2 * HOUR_MS;
    expect(await it.compare('move')).toEqual([]);
    expect(it.lesson()).toEqual({ tried: false, keeps: 'yes' });
    expect(it.stage.calls).toHaveLength(3);
  });

  test('what is as known but of just now costs no more, and teaches nothing', async () => {
    const it = comparing(KNOWN);
    it.clock.at = AT + HOUR_MS / 2;
    expect(await it.compare('move')).toEqual([]);
    expect(it.lesson()).toEqual({ tried: false, keeps: undefined });
    expect(it.stage.calls).toHaveLength(3);
  });

  test('a file of which no time was known does not show that times are kept', async () => {
    const it = comparing(TWO, undefined, { moveSetsTime: true });
    replaceAll(it);
    it.forgetTime('a');
    expect(await it.compare('move')).toEqual([]);
    expect(it.lesson().keeps).toBe('no');
  });

  test.each([0, 1])(
    'of more files of others than can be held none is passed over; files that are as they were: %i',
    async (own) => {
      const names = Array.from({ length: 10_010 }, (_, n) => `${n}`.padStart(5, '0'));
      const it = comparing(Object.fromEntries(names.map((name) => [name, 'one'])));
      const others = names.slice(0, names.length - own);
      for (const name of others) it.place(name, 'ONE', AT + 60_000);
      const found = (await it.compare('move')) ?? [];
      const wholly = found.some((each) => each === 'unclear ');
      expect(wholly || found.length === others.length).toBe(true);
    },
  );

  test('a folder of no files teaches nothing', async () => {
    const it = comparing({ 'e/': '' });
    expect(await it.compare('move')).toEqual([]);
    expect(it.lesson()).toEqual({ tried: false, keeps: undefined });
  });
});
