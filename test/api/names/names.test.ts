import { afterEach, beforeEach, expect, test } from 'vitest';
import { workspaces } from '../../../src/api/resources/workspaces.ts';
import { openManagement, type OpenManagement } from '../../support/api/open-management.ts';
import { sendJson, startLoopbackServer } from '../../support/network/loopback-server.ts';
import { GROUP, type SmallPlane, startSmallPlane, WORKSPACE } from '../../support/api/small-plane.ts';

let plane: SmallPlane;
let opened: OpenManagement;
beforeEach(async () => {
  plane = await startSmallPlane();
  opened = await openManagement(plane.url);
});
afterEach(async () => {
  await opened[Symbol.asyncDispose]();
  await plane[Symbol.asyncDispose]();
});

const OTHER = '00000000-0000-4000-8000-000000000099';
const addGroup = (name: string): unknown =>
  plane.groups.set(OTHER, { workspaceGroupID: OTHER, name, state: 'ACTIVE' });
const asked = (): string[] => plane.seen.map(({ url }) => url);

test('a workspace is found by name over all groups, with its group', async () => {
  addGroup('other');
  plane.seen.splice(0);
  const found = opened.api.names.find('workspace', 'group/etl');
  expect(await found).toMatchObject({
    id: WORKSPACE,
    name: 'etl',
    state: 'ACTIVE',
    group: { id: GROUP, name: 'group' },
    row: { size: 'S-00' },
  });
  // of the group that is named alone
  expect(asked()).toEqual(['/v1/workspaceGroups', `/v1/workspaces?workspaceGroupID=${GROUP}`]);
});

test('by the group that is given beside the name', async () => {
  expect(await opened.api.names.find('workspace', 'etl', { group: 'group' })).toMatchObject({
    id: WORKSPACE,
  });
  await expect(opened.api.names.find('workspace', 'etl', { group: 'none' })).rejects.toMatchObject({
    code: 'usage',
    message: expect.stringContaining('no workspace named none/etl. There are: group/etl.'),
  });
});

test('an ID costs one request, and may be that of something terminated', async () => {
  plane.workspaces.set(WORKSPACE, { ...plane.workspaces.get(WORKSPACE)!, state: 'TERMINATED' });
  expect(await opened.api.names.find('workspace', WORKSPACE)).toMatchObject({ name: 'etl' });
  expect(asked()).toEqual([`/v1/workspaces/${WORKSPACE}`]);
});

test('a name is never that of something terminated, unless that is asked for', async () => {
  plane.workspaces.set(WORKSPACE, { ...plane.workspaces.get(WORKSPACE)!, state: 'TERMINATED' });
  await expect(opened.api.names.find('workspace', 'etl')).rejects.toMatchObject({ fact: 'missing' });
  const found = opened.api.names.find('workspace', 'etl', { includeTerminated: true });
  expect(await found).toMatchObject({ id: WORKSPACE });
  expect(asked().at(-1)).toContain('includeTerminated=true');
});

test('lists are asked for once, and anew after a change', async () => {
  await opened.api.names.find('workspace', 'etl');
  await opened.api.names.find('workspace', 'etl');
  expect(asked()).toHaveLength(2);
  await opened.api.call(workspaces.suspend, { workspaceID: WORKSPACE });
  expect(await opened.api.names.find('workspace', 'etl')).toMatchObject({ state: 'SUSPENDED' });
});

test('a list that failed is asked for again', async () => {
  let fails = true;
  await using server = await startLoopbackServer((_, response) => {
    if (fails) sendJson(response, { error: 'x' });
    else sendJson(response, []);
  });
  await using broken = await openManagement(server.url);
  await expect(broken.api.names.list('group')).rejects.toMatchObject({ code: 'api_bad_reply' });
  fails = false;
  expect(await broken.api.names.list('group')).toEqual([]);
});

test('a region is found by its short name, by PROVIDER/NAME, and by its long name', async () => {
  const rows = ['AWS', 'GCP'].map((provider, at) => ({
    regionID: `r${at}`,
    provider,
    region: `US East ${at}`,
    regionName: 'us-east-1',
  }));
  await using server = await startLoopbackServer((_, response) => sendJson(response, rows));
  await using other = await openManagement(server.url);
  const { names } = other.api;
  expect(await names.find('region', 'US East 1')).toMatchObject({ id: 'r1' });
  expect(await names.find('region', 'AWS/us-east-1')).toMatchObject({ id: 'r0' });
  await expect(names.find('region', 'us-east-1')).rejects.toThrow(
    '2 regions are named us-east-1. Use PROVIDER/NAME or an ID: r0 (provider AWS), r1 (provider GCP).',
  );
});
