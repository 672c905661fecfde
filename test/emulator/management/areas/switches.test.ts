import { describe, expect, test } from 'vitest';
import { useEmulators } from '../../../support/cli/emulators.ts';
import { DEFAULT_REGION, ManagementHttp } from '../../../support/management/management-http.ts';

const start = useEmulators();
const GROUP = { name: 'g', regionID: DEFAULT_REGION, firewallRanges: ['192.0.2.0/24'] };

describe('the service is hard to read:', () => {
  test('the state flaps for some reads after it changed', async () => {
    const api = new ManagementHttp(await start({ behaviour: { flappingReads: 3 } }));
    const id = await api.makeWorkspace(await api.makeGroup());
    const states: unknown[] = [];
    for (let i = 0; i < 5; i++) states.push(await api.stateOf(id));
    expect(states).toEqual(['PENDING', 'ACTIVE', 'PENDING', 'ACTIVE', 'ACTIVE']);
    await api.ok('POST', `/v1/workspaces/${id}/suspend`);
    expect(await api.stateOf(id)).toBe('PENDING');
    api.advance(1000);
    expect([await api.stateOf(id), await api.stateOf(id)]).toEqual(['PENDING', 'SUSPENDED']);
    await api.ok('DELETE', `/v1/workspaces/${id}`);
    expect(await api.stateOf(id)).toBe('TERMINATED');
  });

  test('a list lags behind', async () => {
    const api = new ManagementHttp(await start({ behaviour: { listLagMs: 5000 }, deployments: [] }));
    const group = await api.makeGroup();
    const list = () => api.list('/v1/workspaceGroups');
    expect(await list()).toEqual([]);
    expect(await api.ok('GET', `/v1/workspaceGroups/${group}`)).toMatchObject({ state: 'ACTIVE' });
    api.advance(4100);
    expect(await list()).toMatchObject([{ state: 'PENDING' }]);
    await api.ok('DELETE', `/v1/workspaceGroups/${group}`);
    expect(await list()).toHaveLength(1);
    api.advance(5000);
    expect(await list()).toEqual([]);
  });

  test('the firewall is null for a while after ACTIVE, and changes later than it is told to', async () => {
    const api = new ManagementHttp(await start({ behaviour: { firewallMs: 10_000 } }));
    const { workspaceGroupID } = await api.ok('POST', '/v1/workspaceGroups', GROUP);
    const url = `/v1/workspaceGroups/${String(workspaceGroupID)}`;
    api.advance(300);
    expect(await api.ok('GET', url)).toMatchObject({ state: 'ACTIVE', firewallRanges: null });
    api.advance(10_000);
    expect(await api.ok('GET', url)).toMatchObject({ firewallRanges: ['192.0.2.0/24'] });
    await api.ok('PATCH', url, { firewallRanges: ['198.51.100.0/24'] });
    expect(await api.ok('GET', url)).toMatchObject({ firewallRanges: ['192.0.2.0/24'] });
    api.advance(10_000);
    expect(await api.ok('GET', url)).toMatchObject({ firewallRanges: ['198.51.100.0/24'] });
  });

  test.each([
    ['seed', ['PENDING', 'ACTIVE', 'PENDING', 'SUSPENDED', 'PENDING', 'TERMINATED']],
    ['sdk', ['PendingCreation', 'Active', 'Transitioning', 'Suspended', 'Resuming', 'Terminated']],
    ['v2', ['PENDING', 'ACTIVE', 'TRANSITIONING', 'SUSPENDED', 'RESUMING', 'TERMINATED']],
    ['odd', ['warming-up', 'active', 'cooling-down', 'suspended', 'warming-up', 'terminated']],
  ] as const)('states have the words of %s', async (stateWords, expected) => {
    const api = new ManagementHttp(await start({ behaviour: { stateWords } }));
    const group = await api.makeGroup();
    const { workspaceID } = await api.ok('POST', '/v1/workspaces', { name: 'w', workspaceGroupID: group });
    const id = String(workspaceID);
    const seen = [await api.stateOf(id)];
    const wait = async () => {
      api.advance(1000);
      seen.push(await api.stateOf(id));
    };
    await wait();
    await api.ok('POST', `/v1/workspaces/${id}/suspend`);
    seen.push(await api.stateOf(id));
    await wait();
    await api.ok('POST', `/v1/workspaces/${id}/resume`);
    seen.push(await api.stateOf(id));
    await api.ok('DELETE', `/v1/workspaces/${id}`);
    seen.push(await api.stateOf(id));
    expect(seen).toEqual(expected);
  });
});

describe('the service refuses:', () => {
  test('a creation soon after another, for a lock', async () => {
    const api = new ManagementHttp(await start({ behaviour: { lockMs: 2000 } }));
    const group = await api.makeGroup();
    const body = { name: 'w', workspaceGroupID: group };
    expect(await api.refusal('POST', '/v1/workspaces', body)).toBe(
      '500 could not acquire lock within duration',
    );
    api.advance(1000);
    await api.ok('POST', '/v1/workspaces', body);
  });

  test('what costs credits when there are none', async () => {
    const api = new ManagementHttp(await start());
    const group = await api.makeGroup();
    const id = await api.makeWorkspace(group);
    api.emulator.behaviour.set({ outOfCredits: true });
    const url = `/v1/workspaces/${id}`;
    expect(await api.refusal('POST', '/v1/workspaceGroups', { ...GROUP, name: 'h' })).toMatch(
      /^403 .*credits/,
    );
    expect(await api.refusal('POST', '/v1/workspaces', { name: 'x', workspaceGroupID: group })).toMatch(
      /^403 /,
    );
    expect(await api.refusal('PATCH', url, { size: 'S-1' })).toMatch(/^403 /);
    await api.ok('PATCH', url, { cacheConfig: 2 });
    await api.ok('POST', `${url}/suspend`);
    api.advance(1000);
    expect(await api.refusal('POST', `${url}/resume`)).toMatch(/^403 /);
    await api.ok('DELETE', url);
  });

  test('a creation that ends in FAILED can only be terminated', async () => {
    const api = new ManagementHttp(await start());
    const group = await api.makeGroup();
    api.emulator.behaviour.set({ createEnds: 'FAILED' });
    const id = await api.makeWorkspace(group);
    expect(await api.stateOf(id)).toBe('FAILED');
    expect(await api.refusal('POST', `/v1/workspaces/${id}/suspend`)).toMatch(/^400 .*has failed/);
    await api.ok('DELETE', `/v1/workspaces/${id}`);
    const failed = await api.makeGroup({ name: 'h' });
    expect(await api.ok('GET', `/v1/workspaceGroups/${failed}`)).toMatchObject({ state: 'FAILED' });
  });

  test('names that are taken, and groups that are unknown, with the status of a switch', async () => {
    const behaviour = { nameTakenStatus: 409, unknownGroupStatus: 404 };
    const api = new ManagementHttp(await start({ behaviour }));
    const group = await api.makeGroup();
    expect(await api.refusal('POST', '/v1/workspaceGroups', GROUP)).toMatch(/^409 /);
    await api.ok('DELETE', `/v1/workspaceGroups/${group}`);
    const body = { name: 'w', workspaceGroupID: group };
    expect(await api.refusal('POST', '/v1/workspaces', body)).toMatch(/^404 /);
  });
});

test('a suspended workspace may keep its endpoint, and termination may take a while', async () => {
  const api = new ManagementHttp(
    await start({ behaviour: { suspendedEndpoint: 'kept', terminateMs: 1000, changePendingStatus: 409 } }),
  );
  const id = await api.makeWorkspace(await api.makeGroup());
  const url = `/v1/workspaces/${id}`;
  await api.ok('POST', `${url}/suspend`);
  api.advance(200);
  expect(await api.ok('GET', url)).toHaveProperty('endpoint');
  await api.ok('DELETE', url);
  expect(await api.stateOf(id)).toBe('PENDING');
  expect(await api.refusal('POST', `${url}/resume`)).toMatch(/^409 /);
  expect(await api.refusal('DELETE', url)).toMatch(/^404 /);
  api.advance(1000);
  expect(await api.stateOf(id)).toBe('TERMINATED');
});

test('faults and counters know operations: a reply is lost after the change was made', async () => {
  const api = new ManagementHttp(await start());
  api.emulator.faults.set({
    rules: [
      { kind: { area: 'groups', operation: 'create' }, fault: 'lost_reply', times: 1 },
      { kind: { area: 'workspaces' }, fault: 'status', status: 503 },
    ],
  });
  await api.list('/v1/workspaceGroups');
  await expect(api.send('POST', '/v1/workspaceGroups', GROUP)).rejects.toThrow();
  const groups = await api.list('/v1/workspaceGroups');
  expect(groups.map(({ name }) => name)).toEqual(['local', 'g']);
  expect(await api.refusal('GET', '/v1/workspaces')).toMatch(/^503 /);
  expect(api.emulator.counters.read().byOperation).toEqual({
    'groups.create': 1,
    'groups.list': 2,
    'workspaces.list': 1,
  });
});
