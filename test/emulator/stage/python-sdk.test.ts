import { describe, expect, test } from 'vitest';
import { useEmulators } from '../../support/cli/emulators.ts';
import { fileForm, StageHttp } from '../../support/stage/stage-http.ts';
import type { StageObject } from '../../support/stage/stage-http.ts';

const start = useEmulators();

/**
 * The requests that the official Python SDK sends, in its order, with its headers: a JSON content type on everything
 * but uploads, and `metadata=1` before and after each change.
 */
const STAGE_CALLS: readonly [call: string, requests: readonly (readonly [string, number])[]][] = [
  [
    'listdir("/")',
    [
      ['GET /?metadata=1', 200],
      ['GET /', 200],
    ],
  ],
  [
    'mkdir("data")',
    [
      ['GET data/?metadata=1', 404],
      ['PUT data/?isFile=false', 200],
      ['GET data/?metadata=1', 200],
    ],
  ],
  [
    'mkdir("data") again',
    [
      ['GET data/?metadata=1', 200],
      ['GET data/?metadata=1', 200],
    ],
  ],
  [
    'mkdir("x/y/z")',
    [
      ['GET x/y/z/?metadata=1', 404],
      ['PUT x/y/z/?isFile=false', 400],
    ],
  ],
  [
    'upload_file(…, "data/one.csv")',
    [
      ['GET data/one.csv?metadata=1', 404],
      ['UPLOAD data/one.csv', 200],
      ['GET data/one.csv?metadata=1', 200],
    ],
  ],
  [
    'upload_file(…, "data/one.csv", overwrite=True)',
    [
      ['GET data/one.csv?metadata=1', 200],
      ['GET data/one.csv?metadata=1', 200],
      ['DELETE data/one.csv', 200],
      ['UPLOAD data/one.csv', 200],
      ['GET data/one.csv?metadata=1', 200],
    ],
  ],
  [
    'download_file("data/one.csv")',
    [
      ['GET data/one.csv?metadata=1', 200],
      ['GET data/one.csv', 307],
    ],
  ],
  ['exists("data")', [['GET data?metadata=1', 404]]],
  [
    'rename("data/one.csv", "nope/one.csv")',
    [
      ['GET data/one.csv?metadata=1', 200],
      ['GET nope/one.csv?metadata=1', 404],
      ['PATCH data/one.csv nope/one.csv', 400],
    ],
  ],
  [
    'rename("data/one.csv", "data/ü ö.csv")',
    [
      ['GET data/one.csv?metadata=1', 200],
      ['GET data/%C3%BC%20%C3%B6.csv?metadata=1', 404],
      ['PATCH data/one.csv data/ü ö.csv', 200],
      ['GET data/%C3%BC%20%C3%B6.csv?metadata=1', 200],
    ],
  ],
  [
    'rename("data/", "moved/")',
    [
      ['GET data/?metadata=1', 200],
      ['GET moved/?metadata=1', 404],
      ['PATCH data/ moved/', 200],
      ['GET moved/?metadata=1', 200],
    ],
  ],
  [
    'listdir("moved")',
    [
      ['GET moved/?metadata=1', 200],
      ['GET moved/', 200],
    ],
  ],
  [
    'remove("moved/ü ö.csv")',
    [
      ['GET moved/%C3%BC%20%C3%B6.csv?metadata=1', 200],
      ['DELETE moved/%C3%BC%20%C3%B6.csv', 200],
    ],
  ],
  [
    'remove("moved")',
    [
      ['GET moved?metadata=1', 404],
      ['DELETE moved', 404],
    ],
  ],
  [
    'rmdir("moved")',
    [
      ['GET moved/?metadata=1', 200],
      ['GET moved/', 200],
      ['DELETE moved/', 200],
    ],
  ],
  ['removedirs("moved")', [['DELETE moved/', 404]]],
];

describe.each(['/v1/stage/ID/fs/', '/v2/clusters/ID/stage/fs/'])('the SDK’s Stage calls at %s', (prefix) => {
  test('are answered as its own tests expect', async () => {
    const emulator = await start();
    const stage = new StageHttp(emulator, prefix.replace('ID', emulator.deployments[0]!.id));
    for (const [call, requests] of STAGE_CALLS) {
      for (const [request, status] of requests) {
        const reply = await sdkRequest(stage, request);
        expect([call, request, reply.status]).toEqual([call, request, status]);
        if (reply.status === 200 && request.startsWith('GET')) expectSdkObject(reply.json());
      }
    }
  });
});

async function sdkRequest(stage: StageHttp, request: string) {
  const [method = '', path = '', ...target] = request.split(' ');
  const url = path.replace(/^\//, '');
  if (method === 'UPLOAD') return stage.send('PUT', url, { body: fileForm('a,b\n1,2\n') });
  const headers = { 'content-type': 'application/json', accept: 'application/json' };
  const body = method === 'PATCH' ? JSON.stringify({ newPath: target.join(' ') }) : null;
  return stage.send(method, url, { headers, body });
}

/** The SDK indexes these keys without a default. */
function expectSdkObject(object: StageObject): void {
  for (const key of ['name', 'path', 'size', 'type', 'format', 'mimetype', 'writable', 'content'])
    expect(object).toHaveProperty(key);
  for (const child of object.content ?? []) expectSdkObject(child);
}

interface Group {
  readonly name: string;
  readonly regionID: string;
  readonly createdAt: string;
  readonly terminatedAt?: string;
  readonly [id: string]: unknown;
}

describe('the SDK’s deployment calls', () => {
  test.each([
    ['v1', 'workspaceGroups', 'workspaceGroupID', '/v1/stage/ID/fs/'],
    ['v2', 'clusters', 'clusterID', '/v2/clusters/ID/stage/fs/'],
  ])('%s make, find by ID and name, use and end one', async (version, collection, idField, stagePrefix) => {
    const emulator = await start({ deployments: [] });
    const http = new StageHttp(emulator, '');
    const url = `/${version}/${collection}`;
    const [region] = (await http.api('GET', `/${version}/regions?organizationID=x`)).json<
      { regionID: string; regionName: string; provider: string }[]
    >();
    const place =
      version === 'v1'
        ? { regionID: region!.regionID, adminPassword: null, firewallRanges: [] }
        : {
            provider: region!.provider,
            region: region!.regionName,
            firewallRanges: [],
            projectID: (await http.api('GET', '/v2/projects')).json<{ projectID: string }[]>()[0]!.projectID,
          };
    const created = (await http.api('POST', url, { name: 'wg', ...place })).json<Record<string, string>>();
    const id = created[idField]!;
    emulator.clock.set({ advanceMs: 1000 });

    const group = (await http.api('GET', `${url}/${id}`)).json<Group>();
    expect(group).toMatchObject({ [idField]: id, name: 'wg', state: 'ACTIVE' });
    expect(group).not.toHaveProperty('terminatedAt');
    expect(Date.parse(group.createdAt)).toBeGreaterThan(0);
    if (version === 'v1') expect(group.regionID).toBe(region!.regionID);
    const byName = (await http.api('GET', url)).json<Group[]>().filter(({ name }) => name === 'wg');
    expect(byName.map((found) => found[idField])).toEqual([id]);
    expect(emulator.deployments).toEqual([{ id, name: 'wg' }]);

    const stage = new StageHttp(emulator, stagePrefix.replace('ID', id));
    expect((await stage.put('f', 'x')).status).toBe(200);
    const twice = await http.api('POST', url, { name: 'wg', ...place });
    expect([twice.status, twice.text]).toEqual([500, 'a workspace group named "wg" already exists\n']);

    expect((await http.api('DELETE', `${url}/${id}?force=True`)).json()).toEqual({ [idField]: id });
    // v2 lists terminated ones unasked
    const left = (await http.api('GET', url)).json<Group[]>().map(({ state }) => state);
    expect(left).toEqual(version === 'v1' ? [] : ['TERMINATED']);
    expect((await http.api('GET', `${url}/${id}`)).json()).toMatchObject({
      state: 'TERMINATED',
      terminatedAt: expect.any(String) as string,
    });
    expect((await stage.list('')).status).toBe(404);
    expect((await http.api('DELETE', `${url}/${id}?force=True`)).status).toBe(404);
  });

  test('find the organisation, a workspace, and starter workspaces beside the groups', async () => {
    const starter = { name: 'shared', kind: 'starter' } as const;
    const emulator = await start({ deployments: ['group', starter] });
    const http = new StageHttp(emulator);
    for (const version of ['v1', 'v2'])
      expect((await http.api('GET', `/${version}/organizations/current`)).json()).toHaveProperty('orgID');
    expect((await http.api('GET', '/v1/workspaces?workspaceGroupID=x')).status).toBe(400);
    const names = async (url: string) => (await http.api('GET', url)).json<Group[]>().map(({ name }) => name);
    expect(await names('/v1/workspaceGroups')).toEqual(['group']);
    const group = emulator.deployments.find(({ name }) => name === 'group')!.id;
    expect(await names(`/v1/workspaces?workspaceGroupID=${group}`)).toEqual(['group']);
    expect(await names('/v1/sharedtier/virtualWorkspaces')).toEqual(['shared']);
    expect(await names('/v2/sharedtier/virtualClusters')).toEqual(['shared']);
    const { id } = emulator.deployments.find(({ name }) => name === 'shared')!;
    expect((await http.api('GET', `/v1/sharedtier/virtualWorkspaces/${id}`)).json()).toMatchObject({
      virtualWorkspaceID: id,
      databaseName: 'shared',
    });
    expect((await http.api('GET', `/v1/workspaceGroups/${id}`)).status).toBe(404);
    expect((await new StageHttp(emulator, `/v1/stage/${id}/fs/`).list('')).status).toBe(200);
  });

  test.each([
    ['not json', '{'],
    ['no name', {}],
    ['an empty name', { name: '' }],
    ['a region that does not exist', { name: 'x', regionID: 'nowhere' }],
    ['null', null],
  ])('are refused with %s', async (_what, body) => {
    const http = new StageHttp(await start());
    expect((await http.api('POST', '/v1/workspaceGroups', body)).status).toBe(400);
  });
});
