import { describe, expect, test } from 'vitest';
import type { MemoryCall } from '../../../src/destinations/memory/memory-destination.ts';
import { planRemoval } from '../../../src/files/remove/plan-removal.ts';
import { RemovalPlan, type Totals } from '../../../src/files/remove/removal-plan.ts';
import { removePlanned, tellPlanned } from '../../../src/files/remove/removals.ts';
import { SyncError } from '../../../src/model/errors.ts';
import { changingFiles, type ChangingOptions } from '../../support/engine/changing-files.ts';

const TREE = { 'd/': '', 'd/a': 'one', 'd/e/': '', 'd/e/b': 'two', top: 'three', 'd-x': 'four' };

interface Removing extends ChangingOptions {
  readonly recursive?: boolean;
  readonly ifExists?: boolean;
}

function removing(tree: Readonly<Record<string, string>> = TREE, options: Removing = {}) {
  const it = changingFiles(tree, options);
  const { recursive = true, ifExists = false } = options;
  const remove = async (paths: readonly string[], meanwhile: (totals: Totals) => void = () => undefined) => {
    using plan = new RemovalPlan();
    const { report, error } = await it.run(async (parts) => {
      await planRemoval(parts, plan, paths, { recursive, ifExists });
      if (parts.tasks.stopped) return;
      if (parts.dryRun) return tellPlanned(parts, plan);
      meanwhile(plan.totals);
      await removePlanned(parts, plan);
    });
    return { report, error, requests: it.did() };
  };
  return { ...it, remove };
}

const isOut = ({ kind, to }: MemoryCall): boolean =>
  kind === 'move' && to?.startsWith('.stagesync-') === true;
const lost = (inDoubt: boolean, verdict: 'retry' | 'skip_entry' = 'skip_entry'): SyncError =>
  new SyncError('stage_timeout', 'no reply', { verdict, inDoubt });

describe('a folder as it was seen', () => {
  test('goes by way of a hidden name: its listings twice, one move, one removal', async () => {
    const { remove, there, told } = removing();
    const { report, requests } = await remove(['d/']);
    expect(requests).toEqual([
      'listFolder ',
      'listFolder d/',
      'listFolder d/e/',
      'move d/ > ~-1-gone-d/',
      'listFolder ~-1-gone-d/',
      'listFolder ~-1-gone-d/e/',
      'remove ~-1-gone-d/',
    ]);
    expect(there()).toEqual({ top: 'three', 'd-x': 'four' });
    expect(told()).toEqual(['action remove d/']);
    expect(report).toMatchObject({ outcome: 'clean', removed: 2, foldersRemoved: 2, bytes: 6, requests: 7 });
  });

  test('is looked at once more where its look is old, as after a question', async () => {
    const { remove, clock, there } = removing();
    const { requests } = await remove(['d'], () => (clock.at += 60_000));
    expect(requests.filter((each) => each === 'listFolder d/')).toHaveLength(2);
    expect(there()).toEqual({ top: 'three', 'd-x': 'four' });
  });

  test('where folders do not move, goes file by file, each after a look, and each folder once it is empty', async () => {
    const { remove, there, told } = removing(TREE, { refusesFolderMove: true });
    const { report } = await remove(['d']);
    expect(there()).toEqual({ top: 'three', 'd-x': 'four' });
    expect(report).toMatchObject({ outcome: 'warnings', removed: 2, foldersRemoved: 2 });
    expect(told()[0]).toBe('warning  folder_moves_refused');
  });

  test('where only empty folders can be removed, goes from the inside out', async () => {
    const { remove, there } = removing(TREE, { removesOnlyEmpty: true });
    expect((await remove(['d'])).report).toMatchObject({ outcome: 'clean', removed: 2 });
    expect(there()).toEqual({ top: 'three', 'd-x': 'four' });
  });
});

describe('what others do', () => {
  test('between the look and the move goes back, and the rest goes', async () => {
    const { remove, hooks, stage, there, told } = removing();
    hooks.before = (call) => {
      if (!isOut(call)) return;
      hooks.before = () => undefined;
      stage.place('d/e/new', 'theirs');
      stage.place('d/a', 'replaced by them');
    };
    const { report } = await remove(['d']);
    expect(there()).toEqual({
      'd/': '',
      'd/a': 'replaced by them',
      'd/e/': '',
      'd/e/new': 'theirs',
      top: 'three',
      'd-x': 'four',
    });
    expect(report).toMatchObject({ outcome: 'failures', removed: 1, foldersRemoved: 0, bytes: 3 });
    expect(told()).toEqual(['action remove d/', 'failure d/ folder_kept']);
  });

  test('while a question waits stays in its folder, which is not moved at all', async () => {
    const { remove, clock, stage, there, did } = removing();
    await remove(['d'], () => {
      clock.at += 60_000;
      stage.place('d/new', 'theirs');
    });
    expect(there()).toEqual({ 'd/': '', 'd/new': 'theirs', top: 'three', 'd-x': 'four' });
    expect(did().filter((each) => each.startsWith('move d/ '))).toEqual([]);
  });

  test('to a file after it was seen keeps the file', async () => {
    const { remove, stage, told, there } = removing();
    const { report } = await remove(['top', 'd/a'], () => stage.place('top', 'newer'));
    expect(there()).toMatchObject({ top: 'newer' });
    expect(told().toSorted()).toEqual(['action remove d/a', 'failure top changed_on_stage']);
    expect(report).toMatchObject({ outcome: 'failures', removed: 1 });
  });

  test('that removes it first is no failure', async () => {
    const { remove, stage, told } = removing();
    const { report } = await remove(['top'], () => stage.files.delete('top'));
    expect(told()).toEqual(['warning top vanished']);
    expect(report).toMatchObject({ outcome: 'warnings', removed: 0 });
  });

  test('into the place of a folder that waits under its hidden name is not touched', async () => {
    const { remove, hooks, stage, there } = removing();
    hooks.after = (call) => {
      if (isOut(call)) stage.place('d/late', 'theirs');
    };
    await remove(['d']);
    expect(there()).toEqual({ 'd/': '', 'd/late': 'theirs', top: 'three', 'd-x': 'four' });
  });

  test('a file that a listing at the hidden name does not show brings the whole folder back', async () => {
    const { remove, hooks, stage, there, told } = removing();
    hooks.after = (call) => {
      if (!isOut(call)) return;
      hooks.after = () => undefined;
      for (const path of stage.files.keys()) if (path.endsWith('/a')) stage.files.delete(path);
    };
    await remove(['d']);
    expect(there()).toMatchObject({ 'd/': '', 'd/e/b': 'two' });
    expect(told()).toEqual(['failure d/ folder_kept']);
  });
});

describe('what fails on the way', () => {
  test('a look at the hidden name: the folder is at its place again', async () => {
    const { remove, hooks, there, told } = removing();
    hooks.before = ({ kind, path }) => {
      if (kind !== 'listFolder' || !path.includes('-gone-')) return;
      hooks.before = () => undefined;
      throw lost(false);
    };
    const { error } = await remove(['d']);
    expect(error).toBeUndefined();
    expect(there()).toEqual(TREE);
    expect(told()).toEqual(['failure d/ left_aside']);
  });

  test('and cannot be put back: it is told where it is', async () => {
    const { remove, hooks, there, events } = removing();
    hooks.before = ({ path }) => {
      if (path.includes('-gone-')) throw lost(false);
    };
    await remove(['d']);
    expect(there()).toMatchObject({ '~-1-gone-d/a': 'one', '~-1-gone-d/e/b': 'two' });
    expect(events.find(({ type }) => type === 'problem')).toMatchObject({
      path: 'd/',
      message: expect.stringMatching(
        /is at \.stagesync-.*-gone-d\/: "stagesync mv --hidden stage:\/\/memory\/.*-gone-d\/ stage:\/\/memory\/d" brings it back/,
      ) as string,
    });
  });

  test('a stop at once while the folder moves: it is told where it may be', async () => {
    const { remove, hooks, stopped, draining, events, told } = removing();
    const stop = new SyncError('interrupted', 'stopped at once', { verdict: 'end_run' });
    hooks.after = (call) => {
      if (!isOut(call)) return;
      draining.abort(new SyncError('interrupted', 'stopped', { verdict: 'end_run' }));
      stopped.abort(stop);
      throw stop;
    };
    const { error } = await remove(['d']);
    expect(error).toBe(stop);
    expect(told()).toEqual(['failure d/ left_aside']);
    expect(events[0]).toMatchObject({ message: expect.stringMatching(/^may be at \.stagesync-/) as string });
  });

  test('one file among others: the others go', async () => {
    const { remove, hooks, there, told } = removing();
    hooks.before = ({ kind, path }) => {
      if (kind === 'remove' && path === 'd/a') throw lost(false);
    };
    await remove(['d/a', 'd/e/b', 'top']);
    expect(there()).toEqual({ 'd/': '', 'd/a': 'one', 'd/e/': '', 'd-x': 'four' });
    expect(told()).toContain('failure d/a stage_timeout');
  });

  test('a lost reply of a file: a look finds that it has gone', async () => {
    const { remove, hooks, told } = removing(TREE, { attempts: 3 });
    hooks.after = ({ kind }) => {
      if (kind === 'remove') throw lost(true, 'retry');
    };
    expect((await remove(['top'])).report).toMatchObject({ outcome: 'clean', removed: 1 });
    expect(told()).toEqual(['action remove top']);
  });
});

describe('what is named', () => {
  test('twice, or within a folder that is named too, goes once', async () => {
    const { remove, told, there } = removing();
    await remove(['d/e', 'd/a', 'd', 'd/', 't*', 'top']);
    expect(told().toSorted()).toEqual(['action remove d/', 'action remove top']);
    expect(there()).toEqual({ 'd-x': 'four' });
  });

  test('a folder without being asked for folders refuses everything', async () => {
    const { remove, there } = removing(TREE, { recursive: false });
    const { error, report } = await remove(['top', 'd']);
    expect(error).toMatchObject({ code: 'usage', message: expect.stringContaining('-r') as string });
    expect(report).toMatchObject({ outcome: 'failures', removed: 0 });
    expect(there()).toEqual(TREE);
  });

  test('by a pattern, files alone without being asked for folders', async () => {
    const { remove, told } = removing(TREE, { recursive: false });
    await remove(['d*']);
    expect(told()).toEqual(['action remove d-x']);
  });

  test('by a pattern at any depth', async () => {
    const { remove, there } = removing();
    await remove(['**/[ab]']);
    expect(there()).toEqual({ 'd/': '', 'd/e/': '', top: 'three', 'd-x': 'four' });
  });

  test('and is not there fails, unless that is allowed; the rest goes', async () => {
    expect((await removing().remove(['nothing', 'no/where', 'x*', 'top'])).report).toMatchObject({
      outcome: 'failures',
      failed: 3,
      removed: 1,
    });
    const allowed = await removing(TREE, { ifExists: true }).remove(['nothing', 'no/where', 'x*', 'top']);
    expect(allowed.report).toMatchObject({ outcome: 'clean', failed: 0, removed: 1 });
  });

  test('and is not there, but under a hidden name, is told with the way to it', async () => {
    const hidden = '.stagesync-mrabc123-0123456789ab-1-gone-lost/';
    const { remove, events } = removing({ [hidden]: '', [`${hidden}x`]: '1' });
    await remove(['lost']);
    expect(events[0]).toMatchObject({ message: expect.stringContaining(hidden) as string });
  });

  test('never a hidden name by a pattern, nor a folder that holds one', async () => {
    const hidden = '.stagesync-mrabc123-0123456789ab/';
    const tree = {
      [hidden]: '',
      [`${hidden}1-new-x`]: 'on its way',
      'd/': '',
      [`d/${hidden}`]: '',
      'd/x': '1',
    };
    const { remove, stage, told } = removing(tree);
    await remove(['*', '.*', '**/*', 'd']);
    expect([...stage.files.keys()].toSorted()).toEqual([`${hidden}1-new-x`, 'd/x']);
    expect(told()).toContain(`failure d/${hidden} reserved_name`);
  });
});

test('a dry run tells what would go, and sends listings alone', async () => {
  const { remove, told, there } = removing(TREE, { dryRun: true });
  const { report, requests } = await remove(['d', 'top']);
  expect(told()).toEqual(['planned remove d/', 'planned remove top']);
  expect(report).toMatchObject({ outcome: 'clean', dryRun: true, removed: 3, foldersRemoved: 2, bytes: 11 });
  expect(requests.filter((each) => !each.startsWith('listFolder'))).toEqual([]);
  expect(there()).toEqual(TREE);
});

test('a stop lets the folder under way finish, and begins nothing new', async () => {
  const { remove, hooks, draining, there } = removing();
  hooks.after = (call) => {
    if (isOut(call)) draining.abort(new SyncError('interrupted', 'stopped', { verdict: 'end_run' }));
  };
  const { report, error } = await remove(['d']);
  expect(error).toMatchObject({ code: 'interrupted' });
  expect(report).toMatchObject({ outcome: 'interrupted', removed: 2 });
  expect(there()).toEqual({ top: 'three', 'd-x': 'four' });
});
