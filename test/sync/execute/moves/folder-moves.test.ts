import { describe, expect, test } from 'vitest';
import { SyncError } from '../../../../src/model/errors.ts';
import type { RelPath } from '../../../../src/model/path.ts';
import { createFilter } from '../../../../src/filter/filter.ts';
import { byWayOf } from '../../../../src/sync/plan/moves/move.ts';
import type { MoveStep } from '../../../../src/sync/plan/moves/move.ts';
import { executing, fileRow, PUT_AT } from '../../../support/engine/executing.ts';
import type { ExecutingOptions } from '../../../support/engine/executing.ts';
import type { MemoryCall } from '../../../../src/destinations/memory/memory-destination.ts';

const TREE = { 'a/': '', 'a/1': 'one', 'a/e/': '', 'a/e/2': 'two' };

/** A folder of ours that the plan moves from a/ to b/, with all its files. */
function moving(tree: Readonly<Record<RelPath, string>> = TREE, options: ExecutingOptions = {}) {
  const it = executing(tree, options);
  const carry = (from: RelPath, to: RelPath): void => {
    for (const [path, content] of Object.entries(tree)) {
      if (!path.startsWith(from) || path.endsWith('/')) continue;
      const place = to + path.slice(from.length);
      const entry = {
        kind: 'file',
        path: place,
        size: content.length,
        modifiedMs: 1,
        version: 'v2',
        identity: 'i',
      } as const;
      it.store.moved.add({
        from: path,
        arrival: { path: place, reason: 'new', entry, replaces: undefined, digest: undefined },
      });
    }
  };
  const make = async (...steps: readonly MoveStep[]): Promise<string[]> => {
    await it.executor.makeMoves(steps, 'folder_renamed');
    it.executor.throwIfEnded();
    return it.did();
  };
  return { ...it, carry, make };
}
const STEP: MoveStep = { from: 'a/', to: 'b/', files: 2 };
const isMove = ({ kind, path }: MemoryCall): boolean => kind === 'move' && path === 'in/a/';
const refused = (): SyncError =>
  new SyncError('stage_rejected', 'no', { verdict: 'skip_entry', fact: 'refused' });

describe('a folder that is as the ledger has it', () => {
  test('is looked at, moved by one request, and looked at again at its new place', async () => {
    const { carry, make, there, rows, ledger, tally, actions, told, learnt } = moving();
    carry('a/', 'b/');
    expect(await make(STEP)).toEqual([
      'listFolder a/',
      'listFolder a/e/',
      'move a/ > b/',
      'listFolder b/',
      'listFolder b/e/',
    ]);
    expect(there()).toEqual({ 'b/': '', 'b/1': 'one', 'b/e/': '', 'b/e/2': 'two' });
    expect(rows()).toEqual(['b/', 'b/1', 'b/e/', 'b/e/2']);
    expect([ledger.intents(), told(), learnt.takeAgain()]).toEqual([[], [], false]);
    expect(tally.moved).toBe(2);
    expect(actions().toSorted()).toEqual([
      'done move a/ > b/',
      'done move a/1 > b/1 within a/',
      'done move a/e/2 > b/e/2 within a/',
    ]);
    // the rows are of what the source has there now
    expect(ledger.get('b/1')).toMatchObject({ version: 'v2', identity: 'i', adopted: false });
  });

  test('has the move written down before it is sent', async () => {
    const { carry, make, hooks, ledger } = moving();
    carry('a/', 'b/');
    let written: unknown;
    hooks.before = (call) => {
      if (isMove(call)) written = ledger.intents();
    };
    await make(STEP);
    expect(written).toMatchObject([{ op: 'move', path: 'a/', to: 'b/' }]);
  });

  test('moves also on a Stage that gives moved files a new time', async () => {
    let now = PUT_AT;
    const stage = { moveSetsTime: true, now: () => (now += 60_000) };
    const { carry, make, there, told, rows } = moving(TREE, { stage });
    carry('a/', 'b/');
    await make(STEP);
    expect(Object.keys(there()).toSorted()).toEqual(['b/', 'b/1', 'b/e/', 'b/e/2']);
    expect([told(), rows()]).toEqual([[], ['b/', 'b/1', 'b/e/', 'b/e/2']]);
  });
});

describe('a folder that holds something else does not move as a whole', () => {
  test.each<[string, (it: ReturnType<typeof moving>) => void]>([
    ['a file of others', ({ stage }) => stage.place('in/a/e/theirs', 'x')],
    ['a folder of others', ({ stage }) => stage.folders.add('in/a/theirs/')],
    ['a file changed since, by size', ({ stage }) => stage.place('in/a/e/2', 'longer', PUT_AT)],
    ['a file changed since, by time', ({ stage }) => stage.place('in/a/e/2', 'TWO', PUT_AT + 2000)],
    ["another run's hidden file", ({ stage }) => stage.place('in/a/.stagesync-x', '')],
    ['a file that went', ({ stage }) => stage.files.delete('in/a/1')],
  ])('(%s), and is planned anew', async (_, meddle) => {
    const it = moving();
    it.carry('a/', 'b/');
    meddle(it);
    const before = it.there();
    const did = await it.make(STEP);
    expect(did.filter((each) => !each.startsWith('listFolder'))).toEqual([]);
    expect(it.there()).toEqual(before);
    expect(it.ledger.intents()).toEqual([]);
    expect([it.learnt.mayMove('a/'), it.learnt.takeAgain()]).toEqual([false, true]);
    expect(it.tally).toMatchObject({ failed: 0, moved: 0 });
  });

  test('(a file that the filter leaves out, though the ledger knows it)', async () => {
    const filter = createFilter({ rules: [{ kind: 'exclude', pattern: '*.log' }] });
    const it = moving({ ...TREE, 'a/x.log': 'log' }, { filter });
    it.carry('a/', 'b/');
    await it.make(STEP);
    expect(it.there()).toMatchObject({ 'a/x.log': 'log', 'a/1': 'one' });
    expect(it.learnt.mayMove('a/')).toBe(false);
  });

  test('(something that cannot be listed)', async () => {
    const { carry, make, hooks, there, learnt } = moving();
    carry('a/', 'b/');
    hooks.before = ({ kind, path }) => {
      if (kind === 'listFolder' && path === 'in/a/e/')
        throw new SyncError('stage_bad_reply', 'garbled', { verdict: 'skip_entry' });
    };
    await make(STEP);
    expect([there(), learnt.mayMove('a/')]).toEqual([TREE, false]);
  });
});

describe('what comes along with a folder between the look and the move', () => {
  test('is moved back to where it was, and told', async () => {
    const { carry, make, hooks, stage, there, rows, told, learnt, ledger } = moving();
    carry('a/', 'b/');
    hooks.before = (call) => {
      if (!isMove(call)) return;
      stage.place('in/a/e/theirs', 'x');
      stage.place('in/a/1', 'theirs now', PUT_AT + 9000);
    };
    await make(STEP);
    expect(there()).toEqual({
      'a/': '',
      'a/1': 'theirs now',
      'a/e/': '',
      'a/e/theirs': 'x',
      'b/': '',
      'b/e/': '',
      'b/e/2': 'two',
    });
    expect(told()).toEqual(['warning a/ moved_back']);
    expect(learnt.takeAgain()).toBe(true);
    // what was ours at the old place is still known by what we put there, so that its change is seen
    // and folders that were made again for it are as much ours as before
    expect(rows()).toEqual(['a/', 'a/1', 'a/e/', 'b/', 'b/e/', 'b/e/2']);
    expect(ledger.get('a/1')).toMatchObject({ size: 3, shownModifiedMs: PUT_AT });
    expect(ledger.intents()).toEqual([]);
  });

  test('a file that went meanwhile is not known at the new place', async () => {
    const { carry, make, hooks, stage, rows, tally } = moving();
    carry('a/', 'b/');
    hooks.before = (call) => {
      if (isMove(call)) stage.files.delete('in/a/1');
    };
    await make(STEP);
    expect([rows(), tally.moved]).toEqual([['b/', 'b/e/', 'b/e/2'], 1]);
  });
});

describe('a Stage that refuses to move a folder', () => {
  test('is asked once: it is learnt, said once, and another look is taken', async () => {
    const tree = { ...TREE, 'c/': '', 'c/1': 'one' };
    const { carry, make, there, told, learnt, ledger, rows } = moving(tree, {
      stage: { refusesFolderMove: true },
    });
    carry('a/', 'b/');
    carry('c/', 'd/');
    await make(STEP);
    await make({ from: 'c/', to: 'd/', files: 1 });
    expect([there(), rows()]).toEqual([tree, Object.keys(tree)]);
    expect(told()).toEqual(['warning  folder_moves_refused']);
    expect([learnt.mayMove('x/'), learnt.takeAgain()]).toEqual([false, true]);
    expect(ledger.intents()).toEqual([]);
  });

  test.each<[string, (it: ReturnType<typeof moving>) => void]>([
    ['folder', ({ stage }) => stage.folders.add('in/b/')],
    ['file', ({ stage }) => stage.place('in/b', 'x')],
  ])(
    'for a %s that somebody made at its new name is not taken for one that moves none',
    async (_, meddle) => {
      const it = moving();
      it.carry('a/', 'b/');
      it.hooks.before = (call) => {
        if (isMove(call)) meddle(it);
      };
      await it.make(STEP);
      expect(it.there()).toMatchObject(TREE);
      expect([it.told(), it.learnt.mayMove('x/'), it.learnt.mayMove('a/')]).toEqual([[], true, false]);
      expect(it.ledger.intents()).toEqual([]);
    },
  );

  test('for it is gone is not taken for one that moves none', async () => {
    const { carry, make, hooks, stage, told, learnt } = moving();
    carry('a/', 'b/');
    hooks.before = (call) => {
      if (!isMove(call)) return;
      for (const path of ['in/a/', 'in/a/e/']) stage.folders.delete(path);
      stage.files.clear();
    };
    await make(STEP);
    expect([told(), learnt.mayMove('x/')]).toEqual([[], true]);
  });
});

test.each([
  ['is looked at again', false],
  ['has failed, when there is no other look to come', true],
])('a move whose outcome is not known keeps its intent and its rows, and %s', async (_, isLastRound) => {
  const { carry, make, hooks, ledger, rows, tally, learnt } = moving();
  learnt.isLastRound = isLastRound;
  carry('a/', 'b/');
  hooks.before = ({ kind }) => {
    if (kind === 'move')
      throw new SyncError('stage_unavailable', 'not now', { verdict: 'retry', inDoubt: true });
  };
  await make(STEP);
  expect(ledger.intents()).toMatchObject([{ op: 'move', path: 'a/', to: 'b/' }]);
  expect(rows()).toEqual(Object.keys(TREE));
  expect([tally.failed, learnt.takeAgain()]).toEqual(isLastRound ? [1, false] : [0, true]);
});

describe('two folders that swap their names', () => {
  const SWAP = { 'a/': '', 'a/1': 'a one', 'b/': '', 'b/1': 'b first' };
  const steps = (hidden: RelPath): MoveStep[] => {
    const [out, back] = byWayOf({ from: 'a/', to: 'b/' }, hidden);
    return [out, { from: 'b/', to: 'a/', files: 1 }, { ...back, files: 1 }];
  };
  const swapping = () => {
    const it = moving(SWAP);
    it.carry('a/', 'b/');
    it.carry('b/', 'a/');
    return { ...it, swap: () => it.make(...steps(it.hidden.next('moved', 'a/'))) };
  };

  test('go by way of a hidden name, which one intent covers', async () => {
    const { swap, there, rows, ledger, tally, told } = swapping();
    const did = await swap();
    expect(did.filter((each) => each.startsWith('move'))).toEqual([
      'move a/ > ~-1-moved-a/',
      'move b/ > a/',
      'move ~-1-moved-a/ > b/',
    ]);
    expect(there()).toEqual({ 'a/': '', 'a/1': 'b first', 'b/': '', 'b/1': 'a one' });
    expect([rows(), ledger.intents(), told(), tally.moved]).toEqual([Object.keys(SWAP), [], [], 2]);
  });

  test('a stranger that went along to the hidden name brings it back, and nobody else moves', async () => {
    const { swap, hooks, stage, there, ledger, learnt, rows } = swapping();
    hooks.before = (call) => {
      if (isMove(call)) stage.place('in/a/theirs', 'x');
    };
    await swap();
    expect(there()).toEqual({ ...SWAP, 'a/theirs': 'x' });
    expect([rows(), ledger.intents()]).toEqual([Object.keys(SWAP), []]);
    expect([learnt.mayMove('a/'), learnt.takeAgain()]).toEqual([false, true]);
  });

  test('one that could not go lets neither move', async () => {
    const { swap, hooks, there, ledger } = swapping();
    hooks.before = (call) => {
      if (isMove(call)) throw refused();
    };
    await swap();
    expect([there(), ledger.intents()]).toEqual([SWAP, []]);
  });

  test('one that does not get the other name waits, with its intent, for another look', async () => {
    const { swap, hooks, there, ledger, learnt } = swapping();
    hooks.before = ({ kind, path }) => {
      if (kind === 'move' && path === 'in/b/') throw refused();
    };
    await swap();
    expect(there()).toMatchObject({ '~-1-moved-a/1': 'a one', 'b/1': 'b first' });
    expect(ledger.intents()).toMatchObject([{ op: 'move', path: 'a/', to: 'b/' }]);
    expect(learnt.takeAgain()).toBe(true);
  });
});

test('a digest that the ledger has moves along, with the time that was seen after the move', async () => {
  const { carry, make, ledger } = moving();
  carry('a/', 'b/');
  ledger.put(fileRow('a/1', 3, { digest: 'd' }), 'new');
  await make(STEP);
  expect(ledger.get('b/1')).toMatchObject({ digest: 'd', adopted: false, shownModifiedMs: PUT_AT });
});
