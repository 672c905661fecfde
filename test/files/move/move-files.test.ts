import { describe, expect, test } from 'vitest';
import type { MemoryCall } from '../../../src/destinations/memory/memory-destination.ts';
import { moveFiles } from '../../../src/files/move/move-files.ts';
import { SyncError } from '../../../src/model/errors.ts';
import { changingFiles, type ChangingOptions } from '../../support/engine/changing-files.ts';

const TREE = {
  'd/': '',
  'd/a': 'one',
  'd/e/': '',
  'd/e/b': 'two',
  'other/': '',
  'other/a': 'old',
  top: 'three',
};

interface Moving extends ChangingOptions {
  readonly overwrite?: boolean;
  readonly merge?: boolean;
}

function moving(tree: Readonly<Record<string, string>> = TREE, options: Moving = {}) {
  const it = changingFiles(tree, options);
  const { overwrite = false, merge = false } = options;
  const move = async (sources: readonly string[], target: string) => {
    const { report, error } = await it.run((parts) =>
      moveFiles(parts, { sources, target, overwrite, merge }),
    );
    return { report, error, requests: it.did() };
  };
  return { ...it, move };
}

const without = (tree: Readonly<Record<string, string>>, ...prefixes: readonly string[]) =>
  Object.fromEntries(
    Object.entries(tree).filter(([path]) => !prefixes.some((prefix) => path.startsWith(prefix))),
  );
const lost = (verdict: 'retry' | 'skip_entry' = 'retry'): SyncError =>
  new SyncError('stage_timeout', 'no reply', { verdict, inDoubt: true });

describe('a file', () => {
  test('gets a new name: two looks and one request', async () => {
    const { move, there, told } = moving();
    const { requests, report } = await move(['top'], 'renamed');
    expect(requests).toEqual(['listFolder ', 'stat renamed', 'move top > renamed']);
    expect(there()).toEqual({ ...without(TREE, 'top'), renamed: 'three' });
    expect(told()).toEqual(['action move top > renamed']);
    expect(report).toMatchObject({ outcome: 'clean', moved: 1 });
  });

  test.each(['d', 'd/'])('goes into %s under its own name', async (target) => {
    const { move, there } = moving();
    await move(['top'], target);
    expect(there()).toEqual({ ...without(TREE, 'top'), 'd/top': 'three' });
  });

  test('goes into a folder that is made on the way to it', async () => {
    const { move, told, there } = moving();
    await move(['top'], 'new/deep/');
    expect(there()).toMatchObject({ 'new/': '', 'new/deep/': '', 'new/deep/top': 'three' });
    expect(told()).toEqual([
      'action create_folder new/',
      'action create_folder new/deep/',
      'action move top > new/deep/top',
    ]);
  });

  test('is not moved over another one unasked', async () => {
    const { move, told, there, stage } = moving();
    const { report } = await move(['d/a'], 'other/a');
    expect(there()).toEqual(TREE);
    expect([told(), report.outcome]).toEqual([['failure d/a destination_taken'], 'failures']);
    expect(stage.count('move')).toBe(0);
  });

  test.each([true, false])(
    'takes the place of another one where that is asked for (moves replace: %s)',
    async (moveOverwrites) => {
      const { move, there, told } = moving(TREE, { overwrite: true, moveOverwrites });
      await move(['d/a'], 'other/');
      expect(there()).toEqual({ ...without(TREE, 'd/a', 'other/a'), 'other/a': 'one' });
      expect(told()).toEqual(['action move d/a > other/a']);
    },
  );

  test('that cannot take the place after all: the other one has its name again', async () => {
    const { move, there, told, hooks } = moving(TREE, { overwrite: true });
    hooks.before = ({ kind, path }) => {
      if (kind === 'move' && path === 'd/a' && moves++ > 0)
        throw new SyncError('stage_rejected', 'no', { verdict: 'skip_entry', fact: 'refused' });
    };
    let moves = 0;
    await move(['d/a'], 'other/a');
    expect(there()).toEqual(TREE);
    expect(told()).toEqual(['failure d/a left_aside']);
  });

  test.each([
    [['top'], 'top', 'destination_taken'],
    [['nothing'], 'x', 'stage_not_found'],
    [['no*'], 'x/', 'stage_not_found'],
  ])('%j to %s: %s', async (sources, target, code) => {
    const { move, told, there } = moving();
    await move(sources, target);
    expect(told()).toEqual([`failure ${sources[0]} ${code}`]);
    expect(there()).toEqual(TREE);
  });

  test('whose reply is lost is found moved', async () => {
    const { move, hooks, told } = moving(TREE, { attempts: 3 });
    hooks.after = ({ kind }) => {
      if (kind === 'move') throw lost();
    };
    await move(['top'], 'renamed');
    expect(told()).toEqual(['action move top > renamed']);
  });

  test('whose first try was lost does not replace what others put there since', async () => {
    const { move, hooks, stage, told, there } = moving(TREE, { attempts: 3, moveOverwrites: true });
    hooks.before = ({ kind }) => {
      if (kind !== 'move') return;
      hooks.before = () => undefined;
      stage.place('renamed', 'by others');
      throw lost();
    };
    await move(['top'], 'renamed');
    expect(there()).toEqual({ ...TREE, renamed: 'by others' });
    expect(told()).toEqual(['failure top found_there']);
  });
});

/** When the first of these requests arrives, once. */
const onFirst = (kind: MemoryCall['kind'], path: string, act: () => void) => {
  let done = false;
  return (call: MemoryCall): void => {
    if (done || call.kind !== kind || call.path !== path) return;
    done = true;
    act();
  };
};

describe('what others put meanwhile', () => {
  test.each(['top', 'd'])('under the new name of %s, at the last moment, is told as such', async (from) => {
    const { move, hooks, stage, there, told } = moving();
    const end = from === 'd' ? '/' : '';
    hooks.before = onFirst('move', from + end, () => {
      stage.place(`new${end}${end === '' ? '' : 'x'}`, 'by others');
    });
    await move([from], 'new');
    expect(there()).toMatchObject(TREE);
    expect(told()).toEqual([`failure ${from}${end} found_there`]);
  });

  test('under the new name of a file is not replaced, on a Stage whose moves replace', async () => {
    const { move, hooks, stage, there, told } = moving(TREE, { moveOverwrites: true });
    // after the plan, before the look in the turn of the request
    hooks.before = onFirst('stat', 'new', () => stage.place('new', 'by others'));
    await move(['top'], 'new');
    expect(there()).toEqual({ ...TREE, new: 'by others' });
    expect(told()).toEqual(['failure top found_there']);
  });

  test.each([true, false])(
    'in place of the file that was to be replaced stays (moves replace: %s)',
    async (moveOverwrites) => {
      const { move, hooks, stage, there } = moving(TREE, { overwrite: true, moveOverwrites });
      hooks.before = onFirst('stat', 'other/a', () => stage.place('other/a', 'by others'));
      await move(['d/a'], 'other/a');
      expect(there()).toEqual({ ...TREE, 'other/a': 'by others' });
    },
  );

  test('in place of the file that is about to step aside comes back', async () => {
    const { move, hooks, stage, there, told } = moving(TREE, { overwrite: true });
    // between the look at the old file and its step aside; that of the refused move is the first
    let looks = 0;
    hooks.after = ({ kind, path }) => {
      if (kind === 'stat' && path === 'other/a' && ++looks === 2) stage.place('other/a', 'by others');
    };
    await move(['d/a'], 'other/a');
    expect(there()).toEqual({ ...TREE, 'other/a': 'by others' });
    expect(told()).toEqual(['failure d/a found_there']);
  });

  test('under a name whose file has stepped aside stays, and nothing is left aside', async () => {
    const { move, hooks, stage, there, told } = moving(TREE, { overwrite: true });
    hooks.after = onFirst('move', 'other/a', () => stage.place('other/a', 'by others'));
    await move(['d/a'], 'other/a');
    expect(there()).toEqual({ ...TREE, 'other/a': 'by others' });
    expect(told()).toEqual(['failure d/a found_there']);
  });

  test('under the new name of a folder stays, and the folder too', async () => {
    const { move, hooks, stage, there, told } = moving();
    let listings = 0;
    hooks.before = ({ kind, path }) => {
      if (kind === 'listFolder' && path === '' && ++listings === 2) stage.place('new/x', 'by others');
    };
    await move(['d'], 'new');
    expect(there()).toEqual({ ...TREE, 'new/': '', 'new/x': 'by others' });
    expect(told()).toEqual(['failure d/ found_there']);
  });
});

describe('a folder', () => {
  test('moves by one request, whatever is in it', async () => {
    const { move, there, told } = moving();
    const { requests } = await move(['d'], 'new');
    expect(requests).toEqual(['listFolder ', 'listFolder ', 'move d/ > new/']);
    expect(there()).toEqual({
      ...without(TREE, 'd/'),
      'new/': '',
      'new/a': 'one',
      'new/e/': '',
      'new/e/b': 'two',
    });
    expect(told()).toEqual(['action move d/ > new/']);
  });

  test('goes into a folder that is there, or whose address ends in a slash', async () => {
    const { move, there } = moving();
    await move(['d'], 'other');
    expect(there()).toMatchObject({ 'other/d/a': 'one', 'other/d/e/b': 'two' });
    await move(['other/d'], 'fresh/');
    expect(there()).toMatchObject({ 'fresh/d/a': 'one', 'other/a': 'old' });
  });

  test('where folders do not move, goes name by name, each folder once it is empty', async () => {
    const { move, there, told } = moving(TREE, { refusesFolderMove: true });
    const { report } = await move(['d'], 'new');
    expect(there()).toEqual({
      ...without(TREE, 'd/'),
      'new/': '',
      'new/a': 'one',
      'new/e/': '',
      'new/e/b': 'two',
    });
    expect(report.outcome).toBe('warnings');
    expect(told().slice(0, 2)).toEqual(['warning  folder_moves_refused', 'warning d/ folder_moves_refused']);
  });

  test.each([
    ['d', 'd/e/'],
    ['d', 'd'],
  ])('%s into %s is refused', async (from, to) => {
    const { move, there, told } = moving();
    await move([from], to);
    expect(there()).toEqual(TREE);
    expect(told()).toEqual(['failure d/ destination_taken']);
  });

  test('does not join one of its name unasked, and joins it where that is asked for', async () => {
    const tree = {
      ...TREE,
      'other/d/': '',
      'other/d/a': 'kept',
      'other/d/e/': '',
      'other/d/e/c': 'kept too',
    };
    const unasked = moving(tree);
    await unasked.move(['d'], 'other');
    expect(unasked.there()).toEqual(tree);
    const asked = moving(tree, { merge: true });
    const { report } = await asked.move(['d'], 'other/');
    expect(asked.there()).toEqual({ ...without(tree, 'd/e'), 'other/d/e/b': 'two' });
    expect(report).toMatchObject({ outcome: 'failures', moved: 1 });
    expect(asked.told()).toContain('failure d/a destination_taken');
    // what could not move is still there, and the same command goes on
    asked.stage.files.delete('other/d/a');
    await asked.move(['d'], 'other/');
    expect(asked.there()).toMatchObject({ 'other/d/a': 'one' });
    expect(asked.there()).not.toHaveProperty('d/');
  });

  test('into which others put something, just before it goes for it is empty, has that again', async () => {
    const { move, hooks, stage, there } = moving({ ...TREE, 'other/d/': '' }, { merge: true });
    hooks.before = (call) => {
      if (call.kind === 'move' && call.path === 'd/' && call.to?.startsWith('.stagesync-') === true)
        stage.place('d/late', 'by others');
    };
    await move(['d'], 'other/');
    expect(there()).toMatchObject({ 'd/late': 'by others', 'other/d/a': 'one' });
  });

  test('that is cut off halfway goes on by --merge', async () => {
    const { move, hooks, draining, there, told } = moving(TREE, { refusesFolderMove: true });
    hooks.after = onFirst('move', 'd/a', () =>
      draining.abort(new SyncError('interrupted', 'stopped', { verdict: 'end_run' })),
    );
    const { report } = await move(['d'], 'new');
    expect(report.outcome).toBe('interrupted');
    expect(there()).toMatchObject({ 'new/a': 'one', 'd/e/b': 'two' });
    expect(told()).toContain('failure d/ interrupted');
    const again = moving(there(), { merge: true, refusesFolderMove: true });
    await again.move(['d'], 'new');
    expect(again.there()).toEqual({
      ...without(TREE, 'd/'),
      'new/': '',
      'new/a': 'one',
      'new/e/': '',
      'new/e/b': 'two',
    });
  });

  test('that waits under a hidden name comes back', async () => {
    const hidden = '.stagesync-mrabc123-0123456789ab-1-gone-lost/';
    const { move, there } = moving({ [hidden]: '', [`${hidden}x`]: '1' });
    await move([hidden], 'lost');
    expect(there()).toEqual({ 'lost/': '', 'lost/x': '1' });
  });
});

describe('several things', () => {
  test('go into a folder, by pattern too; the second of one name stays', async () => {
    const { move, there, told } = moving();
    await move(['**/a', 'top'], 'all/');
    expect(there()).toMatchObject({ 'all/a': expect.any(String) as string, 'all/top': 'three' });
    expect(told().filter((each) => each.startsWith('failure'))).toHaveLength(1);
  });

  test.each([[['d', 'top']], [['d/*']]])('%j to a name that is no folder is refused', async (sources) => {
    const { move, there } = moving();
    const { error } = await move(sources, 'x');
    expect(error).toMatchObject({
      code: 'usage',
      message: expect.stringContaining('end it in "/"') as string,
    });
    expect(there()).toEqual(TREE);
  });

  test('into a file are refused', async () => {
    const { error } = await moving().move(['d'], 'top/');
    expect(error).toMatchObject({ code: 'usage', message: expect.stringContaining('is a file') as string });
  });
});

test('a dry run tells what would move, and sends looks alone', async () => {
  const { move, there, told } = moving(TREE, { dryRun: true });
  const { requests } = await move(['d', 'top', 'other/a'], 'new/');
  expect(told()).toEqual([
    'planned create_folder new/',
    'planned move d/ > new/d/',
    'planned move top > new/top',
    'planned move other/a > new/a',
  ]);
  expect(requests.filter((each) => !/^(listFolder|stat) /.test(each))).toEqual([]);
  expect(there()).toEqual(TREE);
});
