import { describe, expect, test } from 'vitest';
import * as z from 'zod';
import type { Operation, OperationHead } from '../../src/api/operation.ts';
import { OPERATIONS } from '../../src/api/operations.ts';
import {
  namesOf,
  ORACLE,
  type OracleOperation,
  problemsOfReply,
  problemsOfRequest,
} from '../support/api/oracle.ts';

const TABLE = Object.values(OPERATIONS).flatMap((resource) => Object.values(resource) as OperationHead[]);
const nameOf = ({ verb, path }: Pick<OperationHead, 'path'> & { readonly verb: string }): string =>
  `${verb} ${path}`;

const isNotOfStage = ({ path }: OracleOperation): boolean => !path.startsWith('/v1/stage/');

test('the table has each of the 43 operations once, and no other', () => {
  expect(ORACLE).toHaveLength(43);
  expect(new Set(ORACLE.map(({ path }) => path)).size).toBe(32);
  expect(TABLE.map(nameOf).toSorted()).toEqual(ORACLE.map(nameOf).toSorted());
});

/** The keys of a shape, and those that must be given. */
function keysOf(shape: z.ZodType | undefined): { readonly all: string[]; readonly required: string[] } {
  const { properties = {}, required = [] } =
    shape === undefined
      ? {}
      : (z.toJSONSchema(shape, { io: 'input', unrepresentable: 'any' }) as z.core.JSONSchema.JSONSchema);
  return { all: Object.keys(properties), required };
}

describe.each(ORACLE.filter(isNotOfStage).map((made) => [nameOf(made), made] as const))(
  '%s',
  (name, made) => {
    const operation = TABLE.find((each) => nameOf(each) === name) as Operation | undefined;
    const wanted = namesOf(made);

    test('has the query of the text', () => {
      const { all, required } = keysOf(operation?.query);
      const names = [...all, ...(operation?.fields === true ? ['fields'] : [])];
      expect(names.filter((each) => !wanted.query.later.includes(each)).toSorted()).toEqual(
        wanted.query.all.toSorted(),
      );
      expect(required.toSorted()).toEqual(wanted.query.required.toSorted());
    });

    test('has the body of the text', () => {
      const { all, required } = keysOf(operation?.body);
      expect(all.filter((each) => !wanted.body.later.includes(each)).toSorted()).toEqual(
        wanted.body.all.toSorted(),
      );
      // later versions take a region by its name as well; which of the two is given is checked otherwise
      const mustBeGiven = wanted.body.required.filter(
        (each) => each !== 'regionID' || !all.includes('regionName'),
      );
      expect(required.toSorted()).toEqual(mustBeGiven.toSorted());
    });
  },
);

describe('the oracle', () => {
  const group = '68af2f46-0000-1000-9000-3f6f5365d878';

  test.each<[string, unknown, string[]]>([
    ['/v1/workspaces', { name: 'a', workspaceGroupID: group }, []],
    ['/v1/workspaces', { name: 'a' }, ['body.workspaceGroupID']],
    ['/v1/workspaces', { name: 'a', workspaceGroupID: 'x' }, ['body.workspaceGroupID']],
    ['/v1/workspaces', { name: 'a', workspaceGroupID: group, sice: 1 }, ['body']],
    ['/v1/workspaces', undefined, ['body: missing']],
    ['/v1/workspaces?x=1', { name: 'a', workspaceGroupID: group }, ['query x: unknown']],
    ['/v1/workspaces?organizationID=1', { name: 'a', workspaceGroupID: group }, []],
    [`/v1/workspaces/${group}/suspend`, {}, ['body: there is none']],
    [`/v1/workspaces/${group}/resume`, undefined, []],
    ['/v3/other', { any: 'thing' }, []],
  ])('judges POST %s with %j', (target, body, problems) => {
    const found = problemsOfRequest({ verb: 'POST', target, body });
    expect(found).toHaveLength(problems.length);
    for (const [at, problem] of problems.entries()) expect(found[at]).toContain(`POST ${target}: ${problem}`);
  });

  test.each<[string, string, number]>([
    ['/v1/workspaces', '', 1],
    ['/v1/workspaces?workspaceGroupID=' + group, '', 0],
    ['/v1/workspaceGroups?includeTerminated=yes', '', 1],
    ['/v1/billing/usage?startTime=a&endTime=b&metric=other', '', 1],
  ])('judges GET %s', (target, _, problems) => {
    expect(problemsOfRequest({ verb: 'GET', target, body: undefined })).toHaveLength(problems);
  });

  test('judges replies', () => {
    const get = { verb: 'GET', target: '/v1/regions', body: undefined };
    const region = { regionID: group, region: 'US East', provider: 'AWS' };
    expect(problemsOfReply(get, JSON.stringify([{ ...region, more: 1 }]))).toEqual([]);
    expect(problemsOfReply(get, JSON.stringify([{ ...region, provider: 'aws' }]))).toHaveLength(1);
    expect(problemsOfReply(get, JSON.stringify({}))).toHaveLength(1);
  });
});
