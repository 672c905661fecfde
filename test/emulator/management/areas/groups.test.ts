import { describe, expect, test } from 'vitest';
import { useEmulators } from '../../../support/cli/emulators.ts';
import { DEFAULT_REGION, ManagementHttp, NO_SUCH } from '../../../support/management/management-http.ts';
import { StageHttp } from '../../../support/stage/stage-http.ts';

const start = useEmulators();
const BODY = { name: 'g', regionID: DEFAULT_REGION, firewallRanges: [] };
const URL = '/v1/workspaceGroups';

test('what a creation is given is kept and shown', async () => {
  const api = new ManagementHttp(await start());
  const { workspaceGroupID } = await api.ok('POST', URL, {
    ...BODY,
    regionID: undefined,
    provider: 'azure',
    regionName: 'eastus',
    firewallRanges: ['192.0.2.0/24', '198.51.100.7/32'],
    updateWindow: { day: 2, hour: 13 },
    expiresAt: '3h30m',
    deploymentType: 'NON-PRODUCTION',
  });
  const url = `${URL}/${String(workspaceGroupID)}`;
  expect(await api.ok('GET', url)).toMatchObject({ state: 'PENDING', firewallRanges: null });
  api.advance(300);
  expect(await api.ok('GET', url)).toMatchObject({
    name: 'g',
    state: 'ACTIVE',
    provider: 'Azure',
    regionName: 'eastus',
    firewallRanges: ['192.0.2.0/24', '198.51.100.7/32'],
    allowAllTraffic: false,
    updateWindow: { day: 2, hour: 13 },
    expiresAt: new Date(api.emulator.clock.now() + 12_600_000 - 300).toISOString().replace('.000Z', 'Z'),
    deploymentType: 'NON-PRODUCTION',
    projectName: 'default',
  });
});

test('a range of all addresses reads back as allowAllTraffic and no ranges', async () => {
  const api = new ManagementHttp(await start());
  const id = await api.makeGroup({ firewallRanges: ['0.0.0.0/0'] });
  const open = { firewallRanges: [], allowAllTraffic: true };
  expect(await api.ok('GET', `${URL}/${id}`)).toMatchObject(open);
  await api.ok('PATCH', `${URL}/${id}`, { firewallRanges: ['192.0.2.0/24'] });
  const closed = { firewallRanges: ['192.0.2.0/24'], allowAllTraffic: false };
  expect(await api.ok('GET', `${URL}/${id}`)).toMatchObject(closed);
  await api.ok('PATCH', `${URL}/${id}`, { name: 'other' });
  expect(await api.ok('GET', `${URL}/${id}`)).toMatchObject({ ...closed, name: 'other' });
});

describe('the password', () => {
  test('is made, and told once, when none is given', async () => {
    const api = new ManagementHttp(await start());
    const made = await api.ok('POST', URL, BODY);
    expect(made['adminPassword']).toMatch(/^.{14,}$/);
    const shown = await api.ok('GET', `${URL}/${String(made['workspaceGroupID'])}`);
    expect(JSON.stringify(shown)).not.toContain(String(made['adminPassword']));
    const given = await api.ok('POST', URL, { ...BODY, name: 'h', adminPassword: 'Secret-1234' });
    expect(given).not.toHaveProperty('adminPassword');
  });

  test.each(['short-A', 'alllowercase1', 'ALLUPPERCASE1', 'NoDigitsAtAll'])(
    'against the rule of eight (%s) is refused',
    async (adminPassword) => {
      const api = new ManagementHttp(await start());
      expect(await api.refusal('POST', URL, { ...BODY, adminPassword })).toMatch(/^400 adminPassword: /);
    },
  );

  test.each(['Short-A1', 'LongButWithAbc-159', 'LongButWith-1111x', 'LongWithoutDigits-'])(
    'against the rule of fourteen (%s) is replaced, and the new one is told',
    async (adminPassword) => {
      const api = new ManagementHttp(await start({ behaviour: { passwordRule: 'fourteen' } }));
      const made = await api.ok('POST', URL, { ...BODY, adminPassword });
      expect(made['adminPassword']).toMatch(/^.{14,}$/);
      const good = { ...BODY, name: 'h', adminPassword: 'Rather-Long-9-One' };
      expect(await api.ok('POST', URL, good)).not.toHaveProperty('adminPassword');
    },
  );
});

test('a group with workspaces is terminated by force alone, and they and its Stage go with it', async () => {
  const emulator = await start({ deployments: [] });
  const api = new ManagementHttp(emulator);
  const id = await api.makeGroup();
  const workspace = await api.makeWorkspace(id);
  const stage = new StageHttp(emulator, `/v1/stage/${id}/fs/`);
  await stage.put('f', 'bytes');
  expect(await api.refusal('DELETE', `${URL}/${id}`)).toMatch(/^400 .* has workspaces/);
  expect(await api.ok('DELETE', `${URL}/${id}?force=true`)).toEqual({ workspaceGroupID: id });
  expect(await api.stateOf(workspace)).toBe('TERMINATED');
  expect((await stage.list('')).status).toBe(404);
  expect(await api.list(URL)).toEqual([]);
  expect(await api.list(`${URL}?includeTerminated=true`)).toMatchObject([{ state: 'TERMINATED' }]);
  expect(await api.refusal('PATCH', `${URL}/${id}`, {})).toMatch(/^404 /);
});

test('a group that expires ends by itself, with its workspaces, its Stage and its name', async () => {
  const emulator = await start({ deployments: [] });
  const api = new ManagementHttp(emulator);
  const id = await api.makeGroup({ expiresAt: '1h' });
  const workspace = await api.makeWorkspace(id);
  const stage = new StageHttp(emulator, `/v1/stage/${id}/fs/`);
  expect((await stage.put('f', 'bytes')).status).toBe(200);
  api.advance(3_600_000);
  expect((await stage.list('')).status).toBe(404);
  expect(emulator.deployments).toEqual([]);
  expect(await api.stateOf(workspace)).toBe('TERMINATED');
  await api.makeGroup();
});

test.each([
  ['no region', { regionID: undefined }, /^400 regionID: is missing/],
  ['a region that does not exist', { regionID: NO_SUCH }, /^400 regionID: there is no such region/],
  ['no firewall', { firewallRanges: undefined }, /^400 firewallRanges: /],
  ['a range that is none', { firewallRanges: ['10.0.0.0/33'] }, /^400 firewallRanges\.0: is not a range/],
  ['an expiry in the past', { expiresAt: '2020-01-01' }, /^400 expiresAt: is in the past/],
  ['an expiry that is none', { expiresAt: 'soon' }, /^400 expiresAt: is neither/],
  ['a window that is none', { updateWindow: { day: 7, hour: 0 } }, /^400 updateWindow\.day: /],
])('a creation with %s is refused, and nothing is made', async (_what, fields, words) => {
  const api = new ManagementHttp(await start({ deployments: [] }));
  expect(await api.refusal('POST', URL, { ...BODY, ...fields })).toMatch(words);
  expect(await api.list(`${URL}?includeTerminated=true`)).toEqual([]);
  expect(api.emulator.deployments).toEqual([]);
});

test('bodies that are no JSON objects are refused', async () => {
  const api = new ManagementHttp(await start());
  for (const body of [null, [], 'text', 1]) expect(await api.refusal('POST', URL, body)).toMatch(/^400 /);
});
