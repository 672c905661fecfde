import { expect, onTestFinished, test } from 'vitest';
import type { Move } from '../../../src/sync/plan/order-moves.ts';
import { PlanStore } from '../../../src/sync/plan/plan-store.ts';
import { giveUpStuckNames } from '../../../src/sync/plan/stuck-names.ts';

interface Plan {
  readonly comes: readonly string[];
  readonly folders?: readonly string[];
  readonly obstacles: readonly string[];
  readonly folderMoves?: readonly Move[];
  readonly fileMoves?: readonly Move[];
}

function giveUp(plan: Plan) {
  const store = new PlanStore();
  onTestFinished(() => store[Symbol.dispose]());
  for (const path of plan.comes) {
    const entry = { kind: 'file', path, size: 1, modifiedMs: 1, version: 'v' } as const;
    store.addArrival({ path, reason: 'new', entry, replaces: undefined, digest: undefined });
  }
  for (const path of plan.folders ?? []) store.addFolder(path, 'new');
  for (const path of plan.obstacles) store.addObstacle(path);
  const refused: string[] = [];
  const any = giveUpStuckNames(
    store,
    plan.folderMoves ?? [],
    plan.fileMoves ?? [],
    (path, { code, severity }) => refused.push(`${severity} ${path} ${code}`),
  );
  return {
    any,
    refused,
    comes: [...store.arrivals()].map(({ path }) => path),
    folders: [...store.folders()].map(({ path }) => path),
    obstacles: [...store.obstacles()],
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

test('a name that a folder keeps lets no file come', () => {
  expect(giveUp({ comes: ['d', 'e'], obstacles: ['d/'] })).toMatchObject({
    any: true,
    refused: ['failure d in_the_way'],
    comes: ['e'],
  });
});

test.each<[string, Pick<Plan, 'folderMoves' | 'fileMoves'>, string]>([
  ['by a move of the file', { fileMoves: [{ from: 'a', to: 'b' }] }, 'a'],
  ['with the folder the file is in', { folderMoves: [{ from: 'x/', to: 'y/' }] }, 'x/a'],
  ['by a move of the folder', { folderMoves: [{ from: 'd/', to: 'e/' }] }, 'd/'],
  ['with the folder above', { folderMoves: [{ from: 'x/', to: 'y/' }] }, 'x/d/'],
])('a name that becomes free %s is not given up', (_, moves, obstacle) => {
  const plan = giveUp({ comes: ['a/1', 'd', 'x/d'], obstacles: [obstacle], ...moves });
  expect(plan).toMatchObject({ any: false, refused: [], comes: ['a/1', 'd', 'x/d'], obstacles: [obstacle] });
});

test('moves of single files out of a folder do not free its name', () => {
  const plan = giveUp({ comes: ['d'], obstacles: ['d/'], fileMoves: [{ from: 'd/1', to: 'x' }] });
  expect(plan).toMatchObject({ any: true, comes: [] });
});
