import { describe, expect, test } from 'vitest';
import { SyncError } from '../../../../src/model/errors.ts';
import type { RelPath } from '../../../../src/model/path.ts';
import { executing, PUT_AT } from '../../../support/engine/executing.ts';
import type {
  MemoryCall,
  MemoryDestinationOptions,
} from '../../../../src/destinations/memory/memory-destination.ts';

const TREE = { 'd/': '', 'd/a': 'one', 'd/e/': '', 'd/e/b': 'two' };
const GONE = 'gone_from_source' as const;

/** Everything below `folder`, and itself, is planned to go, as Stage shows it now. */
function removing(tree: Readonly<Record<RelPath, string>> = TREE, options: MemoryDestinationOptions = {}) {
  const it = executing(tree, { stage: options });
  const { store, stage, executor } = it;
  const plan = (folder: RelPath): void => {
    for (const path of Object.keys(tree).filter((each) => each.startsWith(folder))) {
      const file = stage.files.get(`in/${path}`);
      const shown = file && { size: file.bytes.length, modifiedMs: file.modifiedMs };
      store.removals.add({ path, reason: GONE, files: shown === undefined ? 0 : 1, stamp: '', shown });
    }
  };
  const remove = async (): Promise<string[]> => {
    await executor.removeAll(store.removals.requests());
    executor.throwIfEnded();
    return it.did();
  };
  return { ...it, plan, remove };
}

/** Once, when a folder moves to its hidden name: before it, or after. */
const isOut = ({ kind, path, to }: MemoryCall, folder: RelPath): boolean =>
  kind === 'move' && path === `in/${folder}` && to?.startsWith('.stagesync-') === true;

describe('a folder in which everything is as planned', () => {
  test('is looked at, moved to a hidden name, looked at again, and deleted', async () => {
    const { plan, remove, there, rows, actions, tally, ledger, told } = removing();
    plan('d/');
    expect(await remove()).toEqual([
      'listFolder d/',
      'listFolder d/e/',
      'move d/ > ~-1-gone-d/',
      'listFolder ~-1-gone-d/',
      'listFolder ~-1-gone-d/e/',
      'remove ~-1-gone-d/',
    ]);
    expect([there(), rows(), ledger.intents(), told()]).toEqual([{}, [], [], []]);
    expect(tally).toMatchObject({ removed: 2, foldersRemoved: 2 });
    expect(actions().toSorted()).toEqual([
      'done remove d/',
      'done remove d/a within d/',
      'done remove d/e/ within d/',
      'done remove d/e/b within d/',
    ]);
    for (const path of ['d/', 'd/a', 'd/e/b'])
      expect(ledger.explain(path)).toMatchObject({ kind: 'removed', reason: GONE });
  });

  test('lies outside the target while it goes: who watches that sees it whole or not at all', async () => {
    const { plan, remove, hooks } = removing();
    plan('d/');
    const seen: string[] = [];
    hooks.before = ({ kind, path, to }) => {
      if (kind === 'move' || kind === 'remove') seen.push(to ?? path);
    };
    await remove();
    expect(seen.every((path) => /^\.stagesync-[^/]*\/$/.test(path))).toBe(true);
  });

  test('has its hidden name written down before it moves', async () => {
    const { plan, remove, hooks, ledger } = removing();
    plan('d/');
    let written: unknown;
    hooks.before = (call) => {
      if (isOut(call, 'd/'))
        written = ledger.intents().map(({ op, path, via }) => [op, path, via === call.to]);
    };
    await remove();
    expect(written).toEqual([['remove', 'd/', true]]);
  });

  test('goes also where something of it went before', async () => {
    const { plan, remove, there, stage } = removing();
    plan('d/');
    stage.files.delete('in/d/e/b');
    await remove();
    expect(there()).toEqual({});
  });

  test('and of which a listing shows not all goes piece by piece, each folder once it is empty', async () => {
    const { plan, remove, stage } = removing();
    plan('d/');
    stage.files.delete('in/d/e/b');
    const did = await remove();
    expect(did.filter((each) => /^(move|remove) /.test(each))).toEqual([
      'remove d/a',
      'move d/e/ > ~-1-gone-e/',
      'remove ~-1-gone-e/',
      'move d/ > ~-2-gone-d/',
      'remove ~-2-gone-d/',
    ]);
    // a hidden folder is listed before it is deleted
    for (const gone of ['~-1-gone-e/', '~-2-gone-d/'])
      expect(did.indexOf(`remove ${gone}`)).toBeGreaterThan(did.indexOf(`listFolder ${gone}`));
  });

  test.each(['a file', 'a folder'])(
    '%s that comes into an emptied one before it goes is put back',
    async (what) => {
      const { plan, remove, stage, hooks, there } = removing();
      plan('d/');
      stage.files.delete('in/d/e/b');
      hooks.before = (call) => {
        if (!isOut(call, 'd/e/')) return;
        if (what === 'a file') stage.place('in/d/e/theirs', 'theirs');
        else stage.folders.add('in/d/e/theirs/');
      };
      await remove();
      expect(Object.keys(there()).at(-1)).toBe(what === 'a file' ? 'd/e/theirs' : 'd/e/theirs/');
    },
  );

  test('and is not there is left to the next listing, without a change: a listing may be short', async () => {
    const { plan, remove, rows, stage, ledger, tally } = removing();
    plan('d/');
    for (const path of ['in/d/', 'in/d/e/']) stage.folders.delete(path);
    stage.files.clear();
    expect(await remove()).toEqual(['listFolder d/']);
    expect([rows(), ledger.intents(), tally.removed]).toEqual([Object.keys(TREE), [], 0]);
  });
});

describe('a folder that holds something else', () => {
  test.each<[string, (it: ReturnType<typeof removing>) => void, Record<string, string>]>([
    ['put there by others', ({ stage }) => stage.place('in/d/e/theirs', 'x'), { 'd/e/theirs': 'x' }],
    [
      'changed since by size',
      ({ stage }) => stage.place('in/d/e/b', 'longer', PUT_AT),
      { 'd/e/b': 'longer' },
    ],
    [
      'changed since by time',
      ({ stage }) => stage.place('in/d/e/b', 'TWO', PUT_AT + 2000),
      { 'd/e/b': 'TWO' },
    ],
    [
      "another run's hidden file",
      ({ stage }) => stage.place('in/d/e/.stagesync-x', ''),
      { 'd/e/.stagesync-x': '' },
    ],
  ])(
    '(%s) is taken apart: that stays, the rest goes, and no recursive request is made',
    async (_, meddle, stays) => {
      const it = removing();
      it.plan('d/');
      meddle(it);
      const did = await it.remove();
      expect(it.there()).toEqual({ 'd/': '', 'd/e/': '', ...stays });
      expect(did.filter((each) => /^(move|remove) .*\/$/.test(each))).toEqual([]);
      expect(it.told()).toContain('warning d/ folder_kept');
      expect(it.ledger.intents()).toEqual([]);
      expect(it.tally.failed).toBe(0);
      // the folders are as much ours as before; of the files only what we put there and others changed is known
      expect(it.rows()).toEqual('d/e/b' in stays ? ['d/', 'd/e/', 'd/e/b'] : ['d/', 'd/e/']);
    },
  );

  test('a folder of others in it: what lies beside goes whole', async () => {
    const { plan, remove, there, stage } = removing();
    plan('d/');
    stage.place('in/d/theirs/1', 'x');
    const did = await remove();
    expect(there()).toEqual({ 'd/': '', 'd/theirs/': '', 'd/theirs/1': 'x' });
    expect(did).toContain('move d/e/ > ~-1-gone-e/');
  });

  test('that cannot be listed: it stays, and so do the folders above it', async () => {
    const { plan, remove, there, hooks, told } = removing();
    plan('d/');
    hooks.before = ({ kind, path }) => {
      if (kind === 'listFolder' && path === 'in/d/e/')
        throw new SyncError('stage_bad_reply', 'garbled', { verdict: 'skip_entry' });
    };
    await remove();
    expect(there()).toMatchObject({ 'd/': '', 'd/e/': '', 'd/e/b': 'two' });
    expect(told()).toContain('warning d/ folder_kept');
  });
});

describe('what comes between the look and the deletion', () => {
  test('is put back where it was, and the rest goes', async () => {
    const { plan, remove, there, hooks, stage, told, tally, rows, ledger, actions } = removing();
    plan('d/');
    hooks.before = (call) => {
      if (!isOut(call, 'd/')) return;
      stage.place('in/d/e/theirs', 'x');
      stage.place('in/d/e/b', 'theirs now', PUT_AT + 9000);
    };
    const did = await remove();
    expect(there()).toEqual({ 'd/': '', 'd/e/': '', 'd/e/b': 'theirs now', 'd/e/theirs': 'x' });
    expect(did.slice(-2)).toEqual(['move ~-1-gone-d/e/theirs > d/e/theirs', 'remove ~-1-gone-d/']);
    expect(told()).toEqual(['warning d/ folder_kept']);
    // folders that something was put back to are not told as removed
    expect(actions()).toEqual(['done remove d/a within d/']);
    expect([tally.removed, tally.foldersRemoved]).toEqual([1, 0]);
    // the folders were made again for it, and are as much ours as before
    expect([rows(), ledger.intents()]).toEqual([['d/', 'd/e/'], []]);
  });

  test('a file of the same size that replaced one of several is put back', async () => {
    const { plan, remove, there, hooks, stage } = removing();
    plan('d/');
    hooks.before = (call) => {
      if (isOut(call, 'd/')) stage.place('in/d/e/b', 'TWO', PUT_AT + 9000);
    };
    await remove();
    expect(there()).toEqual({ 'd/': '', 'd/e/': '', 'd/e/b': 'TWO' });
  });

  test('a file of the same size that replaced the only one is put back', async () => {
    const { plan, remove, there, hooks, stage } = removing({ 'd/': '', 'd/a': 'one' });
    plan('d/');
    hooks.before = (call) => {
      if (isOut(call, 'd/')) stage.place('in/d/a', 'ONE', PUT_AT + 9000);
    };
    await remove();
    expect(there()).toEqual({ 'd/': '', 'd/a': 'ONE' });
  });

  test('and takes a name again keeps it; the older file, of others too, waits in the hidden folder, and is told', async () => {
    const { plan, remove, there, hooks, stage, told } = removing();
    plan('d/');
    hooks.before = (call) => {
      if (isOut(call, 'd/')) stage.place('in/d/e/theirs', 'older');
    };
    hooks.after = (call) => {
      if (isOut(call, 'd/')) stage.place('in/d/e/theirs', 'newer');
    };
    await remove();
    expect(there()).toEqual({
      'd/': '',
      'd/e/': '',
      'd/e/theirs': 'newer',
      '~-1-gone-d/': '',
      '~-1-gone-d/e/': '',
      '~-1-gone-d/e/theirs': 'older',
    });
    expect(told().join()).toContain('hidden_left_over');
  });

  test('and cannot be read brings all of it back', async () => {
    const { plan, remove, there, hooks, told, ledger } = removing();
    plan('d/');
    hooks.before = ({ kind, path }) => {
      if (kind === 'listFolder' && path.startsWith('.stagesync-') && path.endsWith('/e/'))
        throw new SyncError('stage_bad_reply', 'garbled', { verdict: 'skip_entry' });
    };
    await remove();
    expect(there()).toEqual(TREE);
    expect(told()).toEqual(['warning d/ folder_kept']);
    expect(ledger.intents()).toEqual([]);
  });
});

describe('a hidden folder', () => {
  const isHiddenFolder = (path: string): boolean => /^\.stagesync-[^/]*-gone-d\//.test(path);

  test('of which a listing shows not all goes back whole: what it does not show may be there', async () => {
    const { plan, remove, there, rows, told, ledger, stage } = removing();
    plan('d/');
    const list = stage.listFolder.bind(stage);
    stage.listFolder = async (...call) =>
      isHiddenFolder(call[0]) && call[0].endsWith('/e/') ? [] : list(...call);
    expect((await remove()).filter((each) => each.startsWith('remove'))).toEqual([]);
    expect(there()).toEqual(TREE);
    expect(rows()).toEqual(expect.arrayContaining(['d/', 'd/a', 'd/e/']));
    expect([told(), ledger.intents()]).toEqual([['warning d/ folder_kept'], []]);
  });

  test('that Stage does not show at all stays in doubt, with its rows', async () => {
    const { plan, remove, rows, ledger, stage, there, actions, tally } = removing();
    plan('d/');
    const list = stage.listFolder.bind(stage);
    stage.listFolder = async (...call) => (isHiddenFolder(call[0]) ? undefined : list(...call));
    expect((await remove()).filter((each) => each.startsWith('remove'))).toEqual([]);
    expect(there()).toMatchObject({ '~-1-gone-d/a': 'one', '~-1-gone-d/e/b': 'two' });
    expect([rows(), tally.removed]).toEqual([Object.keys(TREE), 0]);
    expect(actions()).toEqual(['failed remove d/']);
    expect(ledger.intents()).toMatchObject([{ op: 'remove', path: 'd/' }]);
  });
});

describe('a Stage that', () => {
  test('gives moved files a new time removes folders all the same', async () => {
    let now = PUT_AT;
    const { plan, remove, there, told } = removing(TREE, { moveSetsTime: true, now: () => (now += 60_000) });
    plan('d/');
    await remove();
    expect([there(), told()]).toEqual([{}, []]);
  });

  test('does not move folders has them removed piece by piece; said once, and not tried again', async () => {
    const { plan, remove, there, told, learnt, ledger, tally, rows } = removing(
      { ...TREE, 'f/': '', 'f/1': 'one' },
      { refusesFolderMove: true },
    );
    plan('d/');
    plan('f/');
    const did = await remove();
    expect(there()).toEqual({});
    expect(told()).toEqual(['warning  folder_moves_refused']);
    expect(learnt.refusesFolderMoves).toBe(true);
    // those that were under way at the same time may have tried, none after
    const tried = did.filter((each) => each.startsWith('move'));
    expect(tried.length).toBeLessThanOrEqual(2);
    expect(tried).not.toContain('move d/e/ > ~-2-gone-e/');
    expect(did).toContain('remove d/e/');
    expect([rows(), ledger.intents()]).toEqual([[], []]);
    expect(tally).toMatchObject({ removed: 3, foldersRemoved: 3 });
  });

  test('does not move folders keeps what comes while one is taken apart', async () => {
    const { plan, remove, there, hooks, stage } = removing(TREE, { refusesFolderMove: true });
    plan('d/');
    hooks.before = ({ kind, path }) => {
      if (kind === 'remove' && path === 'in/d/e/b') stage.place('in/d/e/theirs', 'x');
    };
    await remove();
    expect(there()).toEqual({ 'd/': '', 'd/e/': '', 'd/e/theirs': 'x' });
  });

  test('does not move folders, and asks for a wait before it deletes an emptied one, keeps what comes meanwhile', async () => {
    const { plan, remove, there, hooks, stage } = removing(TREE, { refusesFolderMove: true });
    plan('d/');
    let asked = false;
    hooks.before = ({ kind, path }) => {
      if (kind !== 'remove' || path !== 'in/d/e/' || asked) return;
      asked = true;
      stage.place('in/d/e/theirs', 'x');
      throw new SyncError('stage_throttled', 'later', {
        verdict: 'retry',
        fact: 'slow_down',
        retryAfterMs: 600_000,
      });
    };
    await remove();
    expect(there()).toEqual({ 'd/': '', 'd/e/': '', 'd/e/theirs': 'x' });
  });

  test('does not move folders, where an emptied one goes by itself before it is deleted: it is not told as removed', async () => {
    const { plan, remove, hooks, stage, rows, actions, tally } = removing(
      { 'd/': '', 'd/a': 'one' },
      { refusesFolderMove: true },
    );
    plan('d/');
    hooks.after = ({ kind, path }) => {
      if (kind === 'remove' && path === 'in/d/a') stage.folders.delete('in/d/');
    };
    await remove();
    expect(actions()).toEqual(['done remove d/a']);
    // as with any other: a listing may be short, the next one tells
    expect([rows(), tally.foldersRemoved]).toEqual([['d/'], 0]);
  });

  test('deletes only empty folders has the hidden one emptied', async () => {
    const { plan, remove, there, told, learnt } = removing(TREE, { removesOnlyEmpty: true });
    plan('d/');
    await remove();
    expect([there(), told(), learnt.refusesFullFolders]).toEqual([{}, [], true]);
  });
});

test('a folder that somebody removes before its move is no sign that the Stage moves none', async () => {
  const { plan, remove, told, learnt, hooks, stage, there } = removing();
  plan('d/');
  hooks.before = (call) => {
    if (!isOut(call, 'd/')) return;
    for (const path of ['in/d/', 'in/d/e/']) stage.folders.delete(path);
    stage.files.clear();
  };
  await remove();
  expect(there()).toEqual({});
  expect([learnt.refusesFolderMoves, told()]).toEqual([false, []]);
});

test('a deletion that fails leaves its intent, and tells; nothing is counted as removed', async () => {
  const { plan, remove, there, hooks, ledger, tally, actions } = removing();
  plan('d/');
  hooks.before = ({ kind }) => {
    if (kind === 'remove') throw new SyncError('stage_unavailable', 'not now', { verdict: 'retry' });
  };
  await remove();
  expect(Object.keys(there())).toContain('~-1-gone-d/');
  expect(ledger.intents()).toMatchObject([{ op: 'remove', path: 'd/' }]);
  expect(tally).toMatchObject({ removed: 0, foldersRemoved: 0, failed: 1 });
  expect(actions()).toEqual(['failed remove d/']);
  expect(ledger.get('d/a')).toBeDefined();
});

test('a move to the hidden name of which nobody knows whether it was made keeps its intent, its rows, and is no lesson', async () => {
  const { plan, remove, hooks, ledger, rows, learnt } = removing();
  plan('d/');
  hooks.before = ({ kind, path }) => {
    if (kind === 'listFolder' && path.startsWith('.stagesync-'))
      throw new SyncError('stage_bad_reply', 'garbled', { verdict: 'skip_entry' });
  };
  hooks.after = (call) => {
    if (isOut(call, 'd/'))
      throw new SyncError('stage_bad_reply', 'an HTML page', { verdict: 'skip_entry', inDoubt: true });
  };
  await remove();
  expect(ledger.intents()).toMatchObject([{ op: 'remove', path: 'd/' }]);
  expect([rows(), learnt.refusesFolderMoves]).toEqual([Object.keys(TREE), false]);
});

test('once the run is stopped no folder is begun any more', async () => {
  const { plan, remove, there, hooks, draining } = removing();
  plan('d/');
  hooks.after = ({ kind }) => {
    if (kind === 'listFolder')
      draining.abort(new SyncError('interrupted', 'stopped', { verdict: 'end_run' }));
  };
  const did = await remove();
  expect(did.filter((each) => !each.startsWith('listFolder'))).toEqual([]);
  expect(there()).toEqual(TREE);
});
