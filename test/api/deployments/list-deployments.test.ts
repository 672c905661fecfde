import { afterEach, describe, expect, test } from 'vitest';
import {
  type ApiConnection,
  type ApiConnectionOptions,
  openApiConnection,
} from '../../../src/api/connection.ts';
import { type Deployment, listDeployments } from '../../../src/api/deployments/list-deployments.ts';
import { resolveDeployment } from '../../../src/api/deployments/resolve-deployment.ts';
import {
  type LoopbackServer,
  sendJson,
  sendText,
  startLoopbackServer,
} from '../../support/network/loopback-server.ts';

const call = { signal: new AbortController().signal };
const opened: ApiConnection[] = [];
async function open(baseUrl: string, more: Partial<ApiConnectionOptions> = {}): Promise<ApiConnection> {
  const api = await openApiConnection({ baseUrl, token: 'secret-token', ...more });
  opened.push(api);
  return api;
}
afterEach(() => Promise.all(opened.splice(0).map((api) => api.close())));

/** The lists of one organisation; a list that is missing answers 404. */
const organisation = (lists: Readonly<Record<string, unknown>>): Promise<LoopbackServer> =>
  startLoopbackServer(({ url }, response) => {
    const list = lists[url.split('?')[0] ?? ''];
    if (list === undefined) sendText(response, 404, 'not found');
    else sendJson(response, list);
  });

const V1 = {
  '/v1/workspaceGroups': [
    { workspaceGroupID: 'g1', name: 'prod', state: 'ACTIVE' },
    { workspaceGroupID: 'g2', name: 'twice' },
    { workspaceGroupID: 7, name: 'broken' },
    null,
  ],
  '/v1/sharedtier/virtualWorkspaces': [
    { virtualWorkspaceID: 's1', name: 'starter' },
    { virtualWorkspaceID: 's2', name: 'twice' },
  ],
};

describe('resolveDeployment', () => {
  test('takes an ID as it is, without a request', async () => {
    const id = '68AF2F46-0000-1000-9000-3f6f5365d878';
    expect(await resolveDeployment(await open('http://127.0.0.1:1'), id, call)).toBe(id);
  });

  test('finds a workspace group and a starter workspace by name', async () => {
    await using server = await organisation(V1);
    expect(await resolveDeployment(await open(server.url), 'prod', call)).toBe('g1');
    expect(await resolveDeployment(await open(server.url), 'starter', { version: 'v1', ...call })).toBe('s1');
  });

  test('finds a cluster by name in the second version', async () => {
    await using server = await organisation({ '/v2/clusters': [{ clusterID: 'c1', name: 'prod' }] });
    const found = await resolveDeployment(await open(server.url, { organizationID: 'o 1' }), 'prod', {
      version: 'v2',
      ...call,
    });
    expect(found).toBe('c1');
    expect(server.seen[0]?.url).toBe('/v2/clusters?organizationID=o%201');
  });

  test('an unknown name is told with the names there are', async () => {
    await using server = await organisation(V1);
    await expect(resolveDeployment(await open(server.url), 'Prod', call)).rejects.toMatchObject({
      code: 'stage_deployment_missing',
      verdict: 'end_run',
      message: 'There is no deployment named Prod. There are: prod, twice, starter, twice.',
    });
  });

  test('a name of two is told with their IDs', async () => {
    await using server = await organisation(V1);
    await expect(resolveDeployment(await open(server.url), 'twice', call)).rejects.toMatchObject({
      code: 'stage_deployment_missing',
      message: expect.stringContaining('g2, s2'),
    });
  });
});

describe('listDeployments', () => {
  test('tells what it found', async () => {
    await using server = await organisation(V1);
    expect(await listDeployments(await open(server.url), call)).toEqual([
      { id: 'g1', name: 'prod', kind: 'workspace_group' },
      { id: 'g2', name: 'twice', kind: 'workspace_group' },
      { id: 's1', name: 'starter', kind: 'starter_workspace' },
      { id: 's2', name: 'twice', kind: 'starter_workspace' },
    ]);
  });

  test('an organisation without starter workspaces has none', async () => {
    await using server = await organisation({ '/v1/workspaceGroups': [] });
    expect(await listDeployments(await open(server.url), call)).toEqual([]);
    await expect(resolveDeployment(await open(server.url), 'x', call)).rejects.toThrow(/sees no deployment/);
  });

  test('a wrong token, a missing list and a reply that is no list reject', async () => {
    await using refusing = await startLoopbackServer((_, response) =>
      sendText(response, 401, 'unauthorized'),
    );
    await expect(listDeployments(await open(refusing.url), call)).rejects.toMatchObject({
      code: 'stage_unauthorised',
      operation: 'look_up',
      message: expect.stringContaining('The Management API refused to list workspace groups (status 401'),
    });
    await using empty = await organisation({});
    await expect(listDeployments(await open(empty.url), call)).rejects.toMatchObject({
      code: 'stage_not_found',
    });
    await using strange = await organisation({ '/v1/workspaceGroups': { error: 'x' } });
    await expect(listDeployments(await open(strange.url), call)).rejects.toMatchObject({
      code: 'stage_bad_reply',
    });
  });
});

test('a repetition asks only for the lists that are missing', async () => {
  let refused = false;
  const asked: string[] = [];
  await using server = await startLoopbackServer(({ url }, response) => {
    const path = url.split('?')[0]!;
    asked.push(path);
    if (path === '/v1/workspaceGroups') return sendJson(response, V1[path]);
    if (refused) return sendJson(response, []);
    refused = true;
    return sendText(response, 429, 'slow down');
  });
  const api = await open(server.url);
  const read = new Map<string, readonly Deployment[]>();
  await expect(resolveDeployment(api, 'prod', { ...call, read })).rejects.toMatchObject({ verdict: 'retry' });
  expect(await resolveDeployment(api, 'prod', { ...call, read })).toBe('g1');
  expect(asked.filter((path) => path === '/v1/workspaceGroups')).toHaveLength(1);
});
