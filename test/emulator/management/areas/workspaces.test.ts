import { describe, expect, test } from 'vitest';
import { useEmulators } from '../../../support/cli/emulators.ts';
import { ManagementHttp, NO_SUCH } from '../../../support/management/management-http.ts';

const start = useEmulators();

test('the world has a workspace that is active, one that was given up, and the fields of the reference', async () => {
  const api = new ManagementHttp(await start());
  const [group] = await api.list('/v1/workspaceGroups');
  const url = `/v1/workspaces?workspaceGroupID=${String(group!['workspaceGroupID'])}`;
  const [local, ...more] = await api.list(url);
  expect(more).toEqual([]);
  expect(local).toMatchObject({
    name: 'local',
    workspaceGroupID: group!['workspaceGroupID'],
    size: 'S-00',
    state: 'ACTIVE',
    deploymentType: 'PRODUCTION',
    endpoint: new URL(api.emulator.url).host,
    resumeAttachments: [{ database: 'demo', attachment: 'READWRITE', success: true }],
  });
  const all = await api.list(`${url}&includeTerminated=true`);
  expect(all.map(({ name, state }) => [name, state])).toEqual([
    ['local', 'ACTIVE'],
    ['local-nightly', 'TERMINATED'],
  ]);
  expect(Date.parse(String(all[1]!['terminatedAt']))).toBeLessThan(Date.now());
  const one = await api.ok('GET', `/v1/workspaces/${String(local!['workspaceID'])}`);
  expect(one).toEqual(local);
});

test('creation, resize, suspension, resumption, termination', async () => {
  const api = new ManagementHttp(await start());
  const group = await api.makeGroup();
  const { workspaceID: id } = await api.ok('POST', '/v1/workspaces', {
    name: 'w',
    workspaceGroupID: group,
    size: 'S-1',
    cacheConfig: 2,
    enableKai: true,
  });
  const url = `/v1/workspaces/${String(id)}`;
  const created = await api.ok('GET', url);
  expect(created).toMatchObject({ state: 'PENDING', size: 'S-1', cacheConfig: 2, kaiEnabled: true });
  expect(created).not.toHaveProperty('endpoint');
  api.advance(300);
  expect(await api.ok('GET', url)).toMatchObject({ state: 'ACTIVE', endpoint: expect.any(String) as string });

  await api.ok('PATCH', url, { size: 'S-2', deploymentType: 'NON-PRODUCTION' });
  const unseen = await api.ok('GET', url);
  expect(unseen).toMatchObject({ state: 'ACTIVE', size: 'S-1', deploymentType: 'NON-PRODUCTION' });
  expect(unseen).not.toHaveProperty('scalingProgress');
  api.advance(350);
  expect(await api.ok('GET', url)).toMatchObject({ size: 'S-1', scalingProgress: 50 });
  api.advance(250);
  const resized = await api.ok('GET', url);
  expect(resized).toMatchObject({ size: 'S-2' });
  expect(resized).not.toHaveProperty('scalingProgress');

  await api.ok('POST', `${url}/suspend`);
  expect(await api.stateOf(String(id))).toBe('PENDING');
  api.advance(200);
  const suspended = await api.ok('GET', url);
  expect(suspended).toMatchObject({ state: 'SUSPENDED' });
  expect(suspended).not.toHaveProperty('endpoint');

  await api.ok('POST', `${url}/resume`);
  api.advance(200);
  const now = new Date(api.emulator.clock.now()).toISOString().replace('.000Z', 'Z');
  expect(await api.ok('GET', url)).toMatchObject({ state: 'ACTIVE', lastResumedAt: now });

  expect(await api.ok('DELETE', `${url}?force=false`)).toEqual({ workspaceID: id });
  expect(await api.ok('GET', url)).toMatchObject({ state: 'TERMINATED', terminatedAt: now });
  expect(await api.refusal('DELETE', url)).toMatch(/^404 /);
  expect(await api.refusal('POST', `${url}/resume`)).toMatch(/^404 /);
});

describe('auto-suspend', () => {
  test('is written in seconds and read as it is meant; disabled it is no field', async () => {
    const api = new ManagementHttp(await start());
    const group = await api.makeGroup();
    const idle = { suspendType: 'IDLE', suspendAfterSeconds: 1200 };
    const id = await api.makeWorkspace(group, { autoSuspend: idle });
    const url = `/v1/workspaces/${id}`;
    expect((await api.ok('GET', url))['autoSuspend']).toMatchObject({
      suspendType: 'IDLE',
      idleAfterSeconds: 1200,
    });
    await api.ok('PATCH', url, { autoSuspend: { suspendType: 'SCHEDULED', suspendAfterSeconds: 3600 } });
    const at = new Date(api.emulator.clock.now() + 3_600_000).toISOString().replace('.000Z', 'Z');
    expect((await api.ok('GET', url))['autoSuspend']).toMatchObject({ scheduledSuspendAt: at });
    api.advance(3_600_000);
    expect(await api.stateOf(id)).toBe('SUSPENDED');
    await api.ok('POST', `${url}/resume`, { disableAutoSuspend: true });
    api.advance(1000);
    expect(await api.ok('GET', url)).not.toHaveProperty('autoSuspend');
    expect(await api.refusal('PATCH', url, { autoSuspend: { suspendType: 'IDLE' } })).toBe(
      '400 autoSuspend: needs suspendAfterSeconds',
    );
  });
});

describe('refused is', () => {
  test.each([
    ['a name that is missing', { name: undefined }, /^400 name: /],
    ['an empty name', { name: '' }, /^400 name: /],
    ['a group that is no UUID', { workspaceGroupID: 'x' }, /^400 workspaceGroupID: is not a UUID/],
    ['a group that does not exist', { workspaceGroupID: NO_SUCH }, /^400 workspaceGroupID: .* not found$/],
    ['a size that is none', { size: 'large' }, /^400 size: /],
    ['a cache of 3', { cacheConfig: 3 }, /^400 cacheConfig: must be 1, 2 or 4/],
    ['a word for auto-suspend', { autoSuspend: { suspendType: 'never' } }, /^400 autoSuspend\.suspendType/],
  ])('a creation with %s', async (_what, fields, words) => {
    const api = new ManagementHttp(await start());
    const body = { name: 'w', workspaceGroupID: api.emulator.deployments[0]!.id, ...fields };
    expect(await api.refusal('POST', '/v1/workspaces', body)).toMatch(words);
  });

  test('a name that is taken (500, as the service does), in the same group only, and not by what is terminated', async () => {
    const api = new ManagementHttp(await start());
    const group = await api.makeGroup();
    const other = await api.makeGroup({ name: 'h' });
    const id = await api.makeWorkspace(group);
    const again = { name: 'w', workspaceGroupID: group };
    expect(await api.refusal('POST', '/v1/workspaces', again)).toBe(
      '500 a workspace named "w" already exists',
    );
    await api.makeWorkspace(other);
    await api.ok('DELETE', `/v1/workspaces/${id}`);
    await api.makeWorkspace(group);
  });

  test('what does not fit the state, each with the status of its switch', async () => {
    const api = new ManagementHttp(await start());
    const id = await api.makeWorkspace(await api.makeGroup());
    const url = `/v1/workspaces/${id}`;
    const { behaviour } = api.emulator;
    const statuses = async (requests: readonly [string, string, unknown?][]) =>
      Promise.all(requests.map(async ([verb, path, body]) => (await api.send(verb, path, body)).status));
    expect(await statuses([['POST', `${url}/resume`]])).toEqual([400]);
    behaviour.set({ resumeActiveStatus: 409, changePendingStatus: 423, suspendSuspendedStatus: 410 });
    expect(await statuses([['POST', `${url}/resume`]])).toEqual([409]);
    await api.ok('POST', `${url}/suspend`);
    expect(
      await statuses([
        ['POST', `${url}/suspend`],
        ['POST', `${url}/resume`],
        ['PATCH', url, { size: 'S-1' }],
      ]),
    ).toEqual([423, 423, 423]);
    api.advance(1000);
    behaviour.set({ changeSuspendedStatus: 422 });
    expect(
      await statuses([
        ['POST', `${url}/suspend`],
        ['PATCH', url, { size: 'S-1' }],
      ]),
    ).toEqual([410, 422]);
  });

  test('a list without its group, or of one that does not exist', async () => {
    const api = new ManagementHttp(await start());
    expect(await api.refusal('GET', '/v1/workspaces')).toBe('400 workspaceGroupID: is missing');
    expect(await api.refusal('GET', '/v1/workspaces?workspaceGroupID=x')).toMatch(/^400 uuid: /);
    expect(await api.refusal('GET', `/v1/workspaces?workspaceGroupID=${NO_SUCH}`)).toMatch(/^404 /);
    expect(await api.refusal('GET', '/v1/workspaces/nonsense')).toMatch(/^400 uuid: incorrect UUID length/);
    expect(await api.refusal('GET', `/v1/workspaces/${NO_SUCH}`)).toMatch(/^404 /);
  });
});

test('`fields` picks from an object and from each of a list; a name that is unknown is ignored, or refused', async () => {
  const api = new ManagementHttp(await start());
  const group = api.emulator.deployments[0]!.id;
  const [one] = await api.list(`/v1/workspaces?workspaceGroupID=${group}&fields=state,nothing,workspaceID`);
  expect(Object.keys(one!)).toEqual(['state', 'workspaceID']);
  const url = `/v1/workspaces/${String(one!['workspaceID'])}?fields=state`;
  expect(await api.ok('GET', url)).toEqual({ state: 'ACTIVE' });
  api.emulator.behaviour.set({ unknownFields: 400 });
  expect(await api.refusal('GET', `${url},nothing`)).toBe('400 fields: there is no "nothing"');
});

test('unknown fields of a body are ignored at v1', async () => {
  const api = new ManagementHttp(await start());
  await api.makeWorkspace(await api.makeGroup({ later: 1 }), { later: { anything: true } });
});
