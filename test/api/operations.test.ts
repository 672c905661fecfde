import { expect, expectTypeOf, test } from 'vitest';
import type { InputOf, Operation } from '../../src/api/operation.ts';
import { LATER_OPERATIONS, OPERATIONS } from '../../src/api/operations.ts';
import { LOOK_UPS } from '../../src/api/repeats/look-ups.ts';
import type { regions } from '../../src/api/resources/regions.ts';
import type { workspaces } from '../../src/api/resources/workspaces.ts';

test('the table has 43 operations, 5 of them of Stage, each verb and path once', () => {
  const all = Object.values(OPERATIONS).flatMap((resource) => Object.values(resource));
  expect(all).toHaveLength(43);
  expect(Object.keys(OPERATIONS.stage)).toHaveLength(5);
  expect(new Set(all.map(({ verb, path }) => `${verb} ${path}`)).size).toBe(43);
});

test('an input is typed by its operation', () => {
  expectTypeOf<InputOf<typeof workspaces.get>>().toHaveProperty('workspaceID').toEqualTypeOf<string>();
  type Create = InputOf<typeof workspaces.create>;
  expectTypeOf<Create['body']>().toHaveProperty('name').toEqualTypeOf<string>();
  // @ts-expect-error a body that is required
  const none: Create = {};
  expect(none).toEqual({});
  // a body of which nothing is required, and no input at all
  const resume: InputOf<typeof workspaces.resume> = { workspaceID: 'a' };
  const list: InputOf<typeof regions.list> = {};
  expect([resume, list]).toEqual([{ workspaceID: 'a' }, {}]);
});

const rowsOf = (table: Readonly<Record<string, object>>): readonly Operation[] =>
  Object.values(table).flatMap((resource) => Object.values(resource) as readonly Operation[]);

test('every change that may not be made twice has a look that tells what became of it', () => {
  const { stage: _, ...ours } = OPERATIONS;
  const all = [...rowsOf(ours), ...rowsOf(LATER_OPERATIONS)];
  const looked = all.filter(({ repeat }) => repeat === 'look_up');
  expect(looked.length).toBeGreaterThan(12);
  expect(looked.filter((each) => !LOOK_UPS.has(each)).map(({ path }) => path)).toEqual([]);
  const reads = all.filter(({ verb, repeat }) => (verb === 'GET') !== (repeat === 'safe'));
  expect(reads.map(({ path }) => path)).toEqual(['/v1/billing/usage/simulate']);
});

test('only what is made anew waits for the lock of the organization', () => {
  const locked = [...rowsOf(OPERATIONS), ...rowsOf(LATER_OPERATIONS)].filter(({ lock }) => lock === true);
  expect(locked.map(({ does }) => does)).toEqual(locked.map(() => 'create'));
});
