import { describe, expect, test } from 'vitest';
import { useEmulators } from '../../../support/cli/emulators.ts';
import { DEFAULT_REGION, ManagementHttp, NO_SUCH } from '../../../support/management/management-http.ts';

const start = useEmulators();
const URL = '/v1/privateConnections';

describe('private connections', () => {
  test('are scheduled, active, changed, and deleted later', async () => {
    const api = new ManagementHttp(await start());
    const group = await api.makeGroup();
    const workspaceID = await api.makeWorkspace(group);
    const { privateConnectionID: id } = await api.ok('POST', URL, {
      workspaceGroupID: group,
      workspaceID,
      type: 'INBOUND',
      allowList: '123456789012',
      serviceName: 'mine',
    });
    const url = `${URL}/${String(id)}`;
    const ofGroup = `/v1/workspaceGroups/${group}/privateConnections`;
    const ofWorkspace = `/v1/workspaces/${workspaceID}/privateConnections`;
    expect(await api.ok('GET', url)).toMatchObject({ status: 'PENDING', serviceName: 'mine', workspaceID });
    api.advance(300);
    await api.ok('PATCH', url, { allowList: '210987654321' });
    const active = await api.ok('GET', url);
    expect(active).toMatchObject({
      status: 'ACTIVE',
      allowList: '210987654321',
      activeAt: expect.any(String) as string,
      updatedAt: expect.any(String) as string,
    });
    expect(await api.list(ofGroup)).toEqual([active]);
    expect(await api.list(`${ofWorkspace}?workspaceGroupID=${group}`)).toEqual([active]);
    expect(await api.ok('DELETE', url)).toEqual({ privateConnectionID: id });
    expect(await api.ok('GET', url)).toMatchObject({ status: 'ACTIVE' });
    expect(await api.refusal('DELETE', url)).toMatch(/^404 /);
    api.advance(300);
    expect(await api.ok('GET', url)).toMatchObject({
      status: 'DELETED',
      deletedAt: expect.any(String) as string,
    });
    expect(await api.list(ofGroup)).toEqual([]);
    expect(await api.refusal('PATCH', url, { allowList: 'x' })).toMatch(/^404 /);
  });

  test('end with their group', async () => {
    const api = new ManagementHttp(await start());
    const group = await api.makeGroup();
    const { privateConnectionID: id } = await api.ok('POST', URL, {
      workspaceGroupID: group,
      type: 'OUTBOUND',
    });
    expect(await api.ok('GET', `${URL}/${String(id)}`)).toMatchObject({
      type: 'OUTBOUND',
      outboundAllowList: expect.stringMatching(/^arn:aws:iam::\d{12}:root$/) as string,
    });
    await api.ok('DELETE', `/v1/workspaceGroups/${group}`);
    expect(await api.ok('GET', `${URL}/${String(id)}`)).toMatchObject({ status: 'DELETED' });
  });

  test('tell the service of a Kai link, and the account that calls out', async () => {
    const api = new ManagementHttp(await start());
    const group = await api.makeGroup();
    const kai = `/v1/workspaces/${await api.makeWorkspace(group, { enableKai: true })}`;
    const plain = `/v1/workspaces/${await api.makeWorkspace(group, { name: 'plain' })}`;
    expect(await api.ok('GET', `${kai}/privateConnections/kai`)).toEqual({
      serviceName: expect.stringMatching(/^com\.amazonaws\.vpce\.us-east-1\.vpce-svc-[\da-f]{17}$/) as string,
    });
    expect(await api.refusal('GET', `${plain}/privateConnections/kai`)).toMatch(/^404 .*Kai is not enabled/);
    const accounts = await api.list(`${plain}/privateConnections/outboundAllowList`);
    expect(accounts).toEqual([{ outboundAllowList: expect.stringMatching(/:root$/) as string }]);
  });

  test('are refused for a group or workspace that is not there', async () => {
    const api = new ManagementHttp(await start());
    const group = await api.makeGroup();
    const elsewhere = await api.makeWorkspace(await api.makeGroup({ name: 'h' }));
    expect(await api.refusal('POST', URL, {})).toMatch(/^400 workspaceGroupID/);
    expect(await api.refusal('POST', URL, { workspaceGroupID: NO_SUCH })).toMatch(/^400 .*not found/);
    const both = { workspaceGroupID: group, workspaceID: elsewhere };
    expect(await api.refusal('POST', URL, both)).toMatch(/^400 workspaceID: /);
    expect(await api.refusal('POST', URL, { workspaceGroupID: group, type: 'BOTH' })).toMatch(/^400 type/);
    expect(await api.refusal('GET', `${URL}/${NO_SUCH}`)).toMatch(/^404 /);
  });
});

describe.each(['group', 'workspace'])('storage DR through a %s', (through) => {
  async function prepare() {
    const api = new ManagementHttp(await start());
    const group = await api.makeGroup();
    const workspace = await api.makeWorkspace(group);
    const prefix = through === 'group' ? `/v1/workspaceGroups/${group}` : `/v1/workspaces/${workspace}`;
    return { api, at: (name: string) => `${prefix}/storage/DR/${name}` };
  }
  const states = async (api: ManagementHttp, url: string) => {
    const { compute, storage } = (await api.ok('GET', url)) as {
      compute: Record<string, unknown>;
      storage: Record<string, unknown>[];
    };
    return [compute['storageDRType'], compute['storageDRState'], storage[0]!['duplicationState']];
  };

  test('is set up, fails over, fails back, and provisions ahead', async () => {
    const { api, at } = await prepare();
    const [region] = await api.list(at('regions'));
    expect(region).toMatchObject({ provider: 'AWS' });
    expect(await api.refusal('GET', at('status'))).toBe('400 storage DR is not set up');
    const setup = { regionID: region!['regionID'], databaseNames: ['x_db', 'y_db'] };
    expect(await api.ok('POST', at('setup'), setup)).toEqual({});
    expect(await states(api, at('status'))).toEqual(['PreProvisionStop', 'Completed', 'Pending']);
    expect(await api.refusal('PATCH', at('failover'))).toMatch(/^400 .*not copied yet/);
    api.advance(500);
    await api.ok('PATCH', at('startPreProvision'));
    expect(await states(api, at('status'))).toEqual(['PreProvisionStart', 'Active', 'Active']);
    expect(await api.refusal('PATCH', at('failover'))).toMatch(/^400 PreProvisionStart is under way/);
    api.advance(500);
    for (const [name, type] of [
      ['failover', 'Failover'],
      ['failback', 'Failback'],
      ['stopPreProvision', 'PreProvisionStop'],
    ] as const) {
      await api.ok('PATCH', at(name));
      api.advance(500);
      expect(await states(api, at('status'))).toEqual([type, 'Completed', 'Active']);
      expect(await api.refusal('PATCH', at(name))).toMatch(/^400 /);
    }
    expect((await api.ok('GET', at('status')))['storage']).toMatchObject([
      { databaseName: 'x_db', region: region!['region'] },
      { databaseName: 'y_db' },
    ]);
  });

  test('is refused where it makes no sense, and may end badly', async () => {
    const { api, at } = await prepare();
    const [region] = await api.list(at('regions'));
    const databaseNames = ['x_db'];
    for (const regionID of [DEFAULT_REGION, NO_SUCH, 'x', undefined])
      expect(await api.refusal('POST', at('setup'), { regionID, databaseNames })).toMatch(/^400 regionID/);
    const { regionID } = region!;
    expect(await api.refusal('POST', at('setup'), { regionID, databaseNames: [] })).toMatch(
      /^400 databaseNames/,
    );
    await api.ok('POST', at('setup'), { regionID, databaseNames });
    expect(await api.refusal('POST', at('setup'), { regionID, databaseNames })).toMatch(/^400 .*already/);
    api.advance(500);
    expect(await api.refusal('PATCH', at('failback'))).toMatch(/^400 the first region is in use already/);
    api.emulator.behaviour.set({ recoveryEnds: 'Expired' });
    await api.ok('PATCH', at('failover'));
    api.advance(500);
    expect(await states(api, at('status'))).toEqual(['Failover', 'Expired', 'Active']);
    api.emulator.behaviour.set({ recoveryEnds: 'Completed' });
    await api.ok('PATCH', at('failover'));
  });
});
