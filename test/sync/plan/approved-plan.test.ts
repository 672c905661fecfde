import { describe, expect, onTestFinished, test } from 'vitest';
import { STAGE_WORDS } from '../../../src/destinations/stage/stage-words.ts';
import type { PlanLine } from '../../../src/model/plan.ts';
import { restrictTo } from '../../../src/sync/plan/approved-plan.ts';
import type { Arrival } from '../../../src/sync/plan/planned.ts';
import { planLines } from '../../../src/sync/plan/store/plan-lines.ts';
import { PlanStore } from '../../../src/sync/plan/store/plan-store.ts';
import { fileRow } from '../../support/engine/executing.ts';
import { memoryLedger } from '../../support/engine/memory-ledger.ts';

interface Planned {
  /** Files to upload, with their version. */
  readonly uploads?: Readonly<Record<string, string>>;
  readonly folders?: readonly string[];
  readonly removals?: readonly string[];
  /** Files that move, from and to. */
  readonly fileMoves?: Readonly<Record<string, string>>;
  /** Folders that move, from and to, and the files in them by their names. */
  readonly folderMoves?: Readonly<Record<string, readonly [to: string, ...files: string[]]>>;
}

const arrival = (path: string, version = 'v'): Arrival => ({
  path,
  reason: 'new',
  entry: { kind: 'file', path, size: 1, modifiedMs: 1, version },
  replaces: undefined,
  digest: undefined,
});

function planOf(planned: Planned): PlanStore {
  const store = new PlanStore();
  onTestFinished(() => store[Symbol.dispose]());
  for (const [path, version] of Object.entries(planned.uploads ?? {}))
    store.arrivals.add(arrival(path, version));
  for (const path of planned.folders ?? []) store.folders.add(path, 'new');
  for (const path of planned.removals ?? [])
    store.removals.add({ path, reason: 'gone_from_source', files: path.endsWith('/') ? 0 : 1, stamp: '1' });
  for (const [from, to] of Object.entries(planned.fileMoves ?? {})) {
    store.moved.add({ from, arrival: arrival(to) }, { apart: true });
    store.steps.add('files', { from, to });
  }
  for (const [from, [to, ...files]] of Object.entries(planned.folderMoves ?? {})) {
    for (const name of files) store.moved.add({ from: from + name, arrival: arrival(to + name) });
    store.folderMoves.add({ from, to, files: files.length });
  }
  store.steps.addFolders();
  return store;
}

/** What is left of a fresh plan, and what was refused of the approved one. */
function restricted(approved: Planned, fresh: Planned, rows: Readonly<Record<string, string>> = {}) {
  const lines: PlanLine[] = [...planLines(planOf(approved))];
  const store = planOf(fresh);
  const ledger = memoryLedger();
  for (const [path, version] of Object.entries(rows)) ledger.put(fileRow(path, 1, { version }), 'new');
  const refused: string[] = [];
  restrictTo(lines, {
    store,
    ledger,
    words: STAGE_WORDS,
    refuse: (path, { code, message }) =>
      refused.push(
        `${path} ${code}: ${message.includes('nothing is to be done') ? 'nothing to do' : 'changed'}`,
      ),
  });
  return { left: Array.from(planLines(store), ({ kind, path }) => `${kind} ${path}`), refused };
}

describe('of a fresh plan is left', () => {
  test('what was approved as it is, with everything it needs', () => {
    const plan: Planned = {
      uploads: { 'd/a': 'v1' },
      folders: ['d/'],
      removals: ['x', 'y/', 'y/1'],
      fileMoves: { m: 'n' },
      folderMoves: { 'f/': ['g/', '1'] },
    };
    expect(restricted(plan, plan)).toEqual({
      left: [
        'createFolder d/',
        'move f/',
        'move f/1',
        'move m',
        'upload d/a',
        'remove x',
        'remove y/',
        'remove y/1',
      ],
      refused: [],
    });
  });

  test('nothing that was not approved', () => {
    const fresh: Planned = {
      uploads: { a: 'v', b: 'v' },
      folders: ['d/'],
      removals: ['x', 'y'],
      fileMoves: { m: 'n', o: 'p' },
    };
    expect(restricted({ uploads: { a: 'v' }, removals: ['x'], fileMoves: { m: 'n' } }, fresh)).toEqual({
      left: ['move m', 'upload a', 'remove x'],
      refused: [],
    });
  });

  test('a folder that was not approved, where an approved file is to be in it', () => {
    const fresh: Planned = { uploads: { 'd/e/a': 'v' }, folders: ['d/', 'd/e/', 'f/'] };
    const { left } = restricted({ uploads: { 'd/e/a': 'v' } }, fresh);
    expect(left).toEqual(['createFolder d/', 'createFolder d/e/', 'upload d/e/a']);
  });
});

describe('what was approved and is not to be done any more', () => {
  test('is refused when an end changed since', () => {
    expect(restricted({ uploads: { a: 'v1' } }, { uploads: { a: 'v2' } })).toEqual({
      left: [],
      refused: ['a plan_outdated: changed'],
    });
    expect(restricted({ removals: ['a'] }, { uploads: { a: 'v' } }).refused).toEqual([
      'a plan_outdated: changed',
    ]);
  });

  test.each<[string, Planned, Readonly<Record<string, string>>, readonly string[]]>([
    ['an upload is done when the ledger has its version', { uploads: { a: 'v' } }, { a: 'v' }, []],
    ['and not when it has another', { uploads: { a: 'v' } }, { a: 'v2' }, ['a']],
    ['a removal is done when the ledger lacks the file', { removals: ['a'] }, {}, []],
    ['and not when it has it', { removals: ['a'] }, { a: 'v' }, ['a']],
    [
      'a move is done when the ledger has the file at its new name',
      { fileMoves: { a: 'b' } },
      { b: 'v' },
      [],
    ],
    ['and not when it has it at the old', { fileMoves: { a: 'b' } }, { a: 'v' }, ['a']],
    ['a folder to create is there already', { folders: ['d/'] }, {}, []],
  ])('%s', (_, approved, rows, refused) => {
    expect(restricted(approved, {}, rows).refused).toEqual(
      refused.map((path) => `${path} plan_outdated: nothing to do`),
    );
  });
});

describe('a folder that was to move', () => {
  const approved: Planned = { folderMoves: { 'f/': ['g/', '1', '2'] } };

  test('may be taken apart: its files move one by one, and what is left of it goes', () => {
    const fresh: Planned = { fileMoves: { 'f/1': 'g/1', 'f/2': 'g/2' }, folders: ['g/'], removals: ['f/'] };
    expect(restricted(approved, fresh)).toEqual({
      left: ['createFolder g/', 'move f/1', 'move f/2', 'remove f/'],
      refused: [],
    });
  });

  test('is refused when a file of it is not to move any more', () => {
    const fresh: Planned = { fileMoves: { 'f/1': 'g/1' }, folders: ['g/'], removals: ['f/2'] };
    const { left, refused } = restricted(approved, fresh);
    expect([left, refused]).toEqual([['createFolder g/', 'move f/1'], ['f/ plan_outdated: changed']]);
  });
});
