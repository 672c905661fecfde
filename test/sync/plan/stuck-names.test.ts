import { describe, expect, onTestFinished, test } from 'vitest';
import { STAGE_WORDS } from '../../../src/destinations/stage/stage-words.ts';
import { folderRow } from '../../../src/sync/ledger/ledger-row.ts';
import type { Move } from '../../../src/sync/plan/moves/move.ts';
import { PlanStore } from '../../../src/sync/plan/store/plan-store.ts';
import { clearNames, giveUpStuckNames } from '../../../src/sync/plan/stuck-names.ts';
import { memoryLedger } from '../../support/engine/memory-ledger.ts';

interface Plan {
  readonly comes: readonly string[];
  readonly folders?: readonly string[];
  readonly obstacles: readonly string[];
  /** Files on Stage whose content the source does not have there any more. */
  readonly freed?: readonly string[];
  /** Folders that the ledger knows. */
  readonly known?: readonly string[];
  readonly folderMoves?: readonly Move[];
  readonly fileMoves?: readonly Move[];
  /** Files whose content arrives elsewhere. */
  readonly pairs?: readonly Move[];
}

function planned(plan: Plan) {
  const store = new PlanStore();
  onTestFinished(() => store[Symbol.dispose]());
  for (const path of plan.comes) {
    const entry = { kind: 'file', path, size: 1, modifiedMs: 1, version: 'v' } as const;
    store.arrivals.add({ path, reason: 'new', entry, replaces: undefined, digest: undefined });
  }
  for (const path of plan.folders ?? []) store.folders.add(path, 'new');
  for (const path of plan.obstacles) store.obstacles.add(path);
  for (const path of plan.freed ?? [])
    store.freed.add({ path, size: 1, identity: path, digest: undefined, gone: true });
  const { folderMoves = [], fileMoves = [], pairs = [] } = plan;
  for (const move of folderMoves) store.folderMoves.add({ ...move, files: 1 });
  for (const pair of pairs)
    store.pairs.add(pair, { moves: fileMoves.some(({ from }) => from === pair.from) });
  return store;
}

const within = (store: PlanStore, path: string) =>
  path.endsWith('/') ? [...store.removals.within(path)] : [];

function giveUp(plan: Plan) {
  const store = planned(plan);
  const refused: string[] = [];
  const any = giveUpStuckNames(store, {
    words: STAGE_WORDS,
    refuse: (path, { code, severity }) => refused.push(`${severity} ${path} ${code}`),
  });
  return {
    any,
    refused,
    comes: [...store.arrivals.all()].map(({ path }) => path),
    folders: [...store.folders.all()].map(({ path }) => path),
    obstacles: [...store.obstacles.all()],
  };
}

test('a name that a file keeps lets no folder come, nor anything below it', () => {
  expect(
    giveUp({ comes: ['a/1', 'a/b/2', 'a0', 'b'], folders: ['a/', 'a/b/', 'c/'], obstacles: ['a'] }),
  ).toEqual({
    any: true,
    refused: ['failure a/ in_the_way'],
    comes: ['a0', 'b'],
    folders: ['c/'],
    obstacles: [],
  });
});

test.each<[string, readonly Move[]]>([
  ['goes nowhere', []],
  ['goes nowhere, though another does', [{ from: 'd/2', to: 'e' }]],
  [
    'has nowhere to arrive, for that was given up',
    [
      { from: 'd/1', to: 'given up' },
      { from: 'd/2', to: 'e' },
    ],
  ],
])('a name that a folder keeps, for a file in it %s, lets no file come', (_, pairs) => {
  expect(giveUp({ comes: ['d', 'e'], freed: ['d/1', 'd/2'], obstacles: ['d/'], pairs })).toMatchObject({
    any: true,
    refused: ['failure d in_the_way'],
    comes: ['e'],
  });
});

test('a file whose content was to arrive at a name that was given up keeps its own', () => {
  const plan = giveUp({ comes: ['a/1'], obstacles: ['a'], pairs: [{ from: 'a', to: 'given up' }] });
  expect(plan).toMatchObject({ any: true, refused: ['failure a/ in_the_way'], comes: [] });
});

test.each<[string, Omit<Plan, 'comes' | 'obstacles'>, string]>([
  ['for the content of the file arrives elsewhere', { pairs: [{ from: 'a', to: 'b' }] }, 'a'],
  ['with the folder the file is in', { folderMoves: [{ from: 'x/', to: 'y/' }] }, 'x/a'],
  ['by a move of the folder', { folderMoves: [{ from: 'd/', to: 'e/' }], freed: ['d/1'] }, 'd/'],
  ['with the folder above', { folderMoves: [{ from: 'x/', to: 'y/' }], freed: ['x/d/1'] }, 'x/d/'],
  [
    'for all that is in the folder arrives elsewhere',
    {
      freed: ['d/1', 'd/e/2'],
      pairs: [
        { from: 'd/1', to: 'b' },
        { from: 'd/e/2', to: 'x/d' },
      ],
    },
    'd/',
  ],
])('a name that becomes free %s is not given up', (_, moves, obstacle) => {
  const comes = ['a/1', 'b', 'd', 'x/d'];
  const plan = giveUp({ comes, obstacles: [obstacle], ...moves });
  expect(plan).toMatchObject({ any: false, refused: [], comes, obstacles: [obstacle] });
});

describe('the names that are freed by more than a move', () => {
  function clear(plan: Plan) {
    const store = planned(plan);
    const ledger = memoryLedger();
    for (const path of plan.known ?? []) ledger.put(folderRow(path), 'new');
    clearNames(store, ledger);
    const first = [...store.arrivals.first()].map(({ path }) => path);
    const removals = [...store.removals.requests()].flatMap((each) => [each, ...within(store, each.path)]);
    return {
      first,
      removals: removals.map(({ path, reason, files }) => `${path} ${reason} ${files}`).sort(),
      comes: [...store.arrivals.all()].map(({ path }) => path),
    };
  }

  test('a file that moves needs nothing else', () => {
    const move = { from: 'a', to: 'b' };
    expect(clear({ comes: ['a/1', 'b'], obstacles: ['a'], pairs: [move], fileMoves: [move] })).toEqual({
      first: [],
      removals: [],
      comes: ['a/1', 'b'],
    });
  });

  test('a file that cannot move, for its new name is taken, is uploaded there first and then goes', () => {
    expect(clear({ comes: ['a/1', 'b'], obstacles: ['a'], pairs: [{ from: 'a', to: 'b' }] })).toEqual({
      first: ['b'],
      removals: ['a leftover 1'],
      // it stays in the plan until it was handed out
      comes: ['a/1', 'b'],
    });
  });

  test.each<[string, readonly Move[]]>([
    ['goes nowhere', []],
    ['arrives nowhere any more', [{ from: 'a', to: 'given up' }]],
  ])('a file whose content %s is not removed', (_, pairs) => {
    expect(clear({ comes: ['a/1'], obstacles: ['a'], pairs })).toMatchObject({ first: [], removals: [] });
  });

  test('a folder of ours out of which everything moves goes, with the folders of ours in it', () => {
    const fileMoves = [
      { from: 'd/1', to: 'b' },
      { from: 'd/e/2', to: 'c' },
    ];
    expect(
      clear({
        comes: ['b', 'c', 'd'],
        freed: ['d/1', 'd/e/2'],
        obstacles: ['d/'],
        known: ['d/', 'd/e/', 'd0/'],
        pairs: fileMoves,
        fileMoves,
      }),
    ).toEqual({ first: [], removals: ['d/ leftover 0', 'd/e/ leftover 0'], comes: ['b', 'c', 'd'] });
  });

  test('a file in such a folder that cannot move is uploaded first and then goes; the one beside it moves', () => {
    const moves = [
      { from: 'd/1', to: 'b' },
      { from: 'd/2', to: 'c' },
    ];
    expect(
      clear({
        comes: ['b', 'c', 'd'],
        freed: ['d/1', 'd/2'],
        obstacles: ['d/'],
        known: ['d/'],
        pairs: moves,
        fileMoves: moves.slice(1),
      }),
    ).toMatchObject({ first: ['b'], removals: ['d/ leftover 0', 'd/1 leftover 1'] });
  });

  test.each<[string, string]>([
    ['a file', 'x/a'],
    ['a folder', 'x/d/'],
  ])('%s that goes with a folder that moves is left to that', (_, obstacle) => {
    expect(
      clear({
        comes: ['x/a/1', 'x/d', 'y/a'],
        freed: ['x/a', 'x/d/1'],
        obstacles: [obstacle],
        known: ['x/', 'x/d/'],
        folderMoves: [{ from: 'x/', to: 'y/' }],
        pairs: [{ from: 'x/a', to: 'y/a' }],
      }),
    ).toMatchObject({ first: [], removals: [] });
  });

  test('nothing is touched where no name is in the way', () => {
    const plan = clear({
      comes: ['b'],
      freed: ['a', 'd/1'],
      obstacles: [],
      known: ['d/'],
      pairs: [{ from: 'a', to: 'b' }],
    });
    expect(plan).toEqual({ first: [], removals: [], comes: ['b'] });
  });
});
