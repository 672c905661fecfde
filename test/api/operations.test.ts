import { expect, expectTypeOf, test } from 'vitest';
import type { InputOf, Operation } from '../../src/api/operation.ts';
import { OPERATIONS } from '../../src/api/operations.ts';
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

test('every change that may not be made twice has a look that tells what became of it', () => {
  const { stage: _, ...ours } = OPERATIONS;
  const all = Object.values(ours).flatMap((resource) => Object.values(resource) as readonly Operation[]);
  const unclear = all.filter(({ verb, repeat }) => verb !== 'GET' && repeat !== 'never');
  expect(unclear.length).toBeGreaterThan(8);
  expect(unclear.filter((each) => !LOOK_UPS.has(each)).map(({ path }) => path)).toEqual([]);
  expect(all.filter(({ verb, repeat }) => (verb === 'GET') !== (repeat === 'safe'))).toEqual([]);
});
