import { expect, expectTypeOf, test } from 'vitest';
import type { InputOf } from '../../src/api/operation.ts';
import { OPERATIONS } from '../../src/api/operations.ts';
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
