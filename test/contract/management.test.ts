import { describe, expect, test } from 'vitest';
import type { ManagementApi } from '../../src/api/management-api.ts';
import type { InputOf, Operation, ReplyOf } from '../../src/api/operation.ts';
import { billing } from '../../src/api/resources/billing.ts';
import { metrics } from '../../src/api/resources/metrics.ts';
import { organizations } from '../../src/api/resources/organizations.ts';
import { privateConnections } from '../../src/api/resources/private-connections.ts';
import { regions } from '../../src/api/resources/regions.ts';
import { groupStorageDR, workspaceStorageDR } from '../../src/api/resources/storage-dr.ts';
import { workspaceGroups } from '../../src/api/resources/workspace-groups.ts';
import { workspaces } from '../../src/api/resources/workspaces.ts';
import type { Emulator, EmulatorOptions } from '../../src/emulator/options.ts';
import { openManagement } from '../support/api/open-management.ts';
import { ORACLE } from '../support/api/oracle.ts';
import { recordRequests } from '../support/api/recorder.ts';
import { useEmulators } from '../support/cli/emulators.ts';

const start = useEmulators();

/** The client before the embedded service, whose clock goes on while the client waits. */
async function openEmbedded(options: EmulatorOptions) {
  const emulator: Emulator = await start(options);
  const opened = await openManagement(emulator.url, {
    token: emulator.token,
    onSleep: (advanceMs) => emulator.clock.set({ advanceMs }),
  });
  return { emulator, opened, api: opened.api, recorder: recordRequests(opened.api.connection) };
}

/** Makes a change and waits for its end. */
async function change<O extends Operation>(
  api: ManagementApi,
  operation: O,
  input: InputOf<O> & object,
): Promise<ReplyOf<O>> {
  const { reply } = await api.callAndWait(operation, input);
  return reply;
}

const RANGES = ['10.0.0.0/8', '192.168.0.0/16'];

/** Each of the 38 operations at least once, as a program would use them; returns the IDs of what it made. */
async function useAll(api: ManagementApi, region: string) {
  const { orgID } = await api.call(organizations.current, {});
  const { workspaceGroupID } = await change(api, workspaceGroups.create, {
    body: { name: 'made', regionID: region, firewallRanges: RANGES },
  });
  const group = { workspaceGroupID };
  await change(api, workspaceGroups.update, {
    ...group,
    body: { name: 'renamed', firewallRanges: ['0.0.0.0/0'] },
  });
  const { workspaceID } = await change(api, workspaces.create, {
    body: {
      name: 'etl',
      workspaceGroupID,
      size: 'S-00',
      enableKai: true,
      autoSuspend: { suspendType: 'IDLE', suspendAfterSeconds: 3600 },
    },
  });
  const workspace = { workspaceID };
  await change(api, workspaces.update, { ...workspace, body: { size: 'S-1', cacheConfig: 2 } });
  await change(api, workspaces.suspend, workspace);
  await change(api, workspaces.resume, { ...workspace, body: { disableAutoSuspend: true } });
  await useConnections(api, { ...group, ...workspace });
  await useStorageDR(api, { ...group, ...workspace });
  const query = { startTime: '2026-01-01T00:00:00Z', endTime: '2026-01-02T00:00:00Z' };
  await api.call(billing.usage, { query: { ...query, metric: 'ComputeCredit', aggregateBy: 'day' } });
  expect(await api.call(metrics.ofGroup, { organizationID: orgID, ...group })).toMatch(/# EOF\s*$/);
  const shown = await api.call(workspaces.get, workspace);
  expect(await api.call(workspaces.list, { query: group }, { fields: ['name', 'size'] })).toEqual([
    { name: 'etl', size: 'S-1' },
  ]);
  await change(api, workspaces.terminate, workspace);
  await change(api, workspaceGroups.terminate, { ...group, query: { force: true } });
  await api.call(workspaceGroups.list, { query: { includeTerminated: true } });
  return { shown };
}

async function useConnections(
  api: ManagementApi,
  { workspaceGroupID, workspaceID }: { workspaceGroupID: string; workspaceID: string },
): Promise<void> {
  const body = {
    workspaceGroupID,
    workspaceID,
    type: 'INBOUND',
    serviceName: 'link',
    allowList: '1',
  } as const;
  const { privateConnectionID: connectionID } = await change(api, privateConnections.create, { body });
  await change(api, privateConnections.update, { connectionID, body: { allowList: '2' } });
  expect(await api.call(privateConnections.get, { connectionID })).toMatchObject({ allowList: '2' });
  const ofGroup = await api.call(privateConnections.ofGroup, { workspaceGroupID });
  expect(ofGroup.map((each) => each.privateConnectionID)).toEqual([connectionID]);
  await api.call(privateConnections.ofWorkspace, { workspaceID, query: { workspaceGroupID } });
  await api.call(privateConnections.kai, { workspaceID });
  await api.call(privateConnections.outboundAllowList, { workspaceID });
  await change(api, privateConnections.delete, { connectionID });
}

async function useStorageDR(
  api: ManagementApi,
  { workspaceGroupID, workspaceID }: { workspaceGroupID: string; workspaceID: string },
): Promise<void> {
  const group = { workspaceGroupID };
  const workspace = { workspaceID };
  const [other] = await api.call(groupStorageDR.regions, group);
  expect(await api.call(workspaceStorageDR.regions, workspace)).toContainEqual(other);
  await change(api, groupStorageDR.setup, {
    ...group,
    body: { regionID: other!.regionID, databaseNames: ['a', 'b'] },
  });
  for (const dr of ['startPreProvision', 'stopPreProvision', 'failover', 'failback'] as const)
    await change(api, groupStorageDR[dr], group);
  for (const dr of ['startPreProvision', 'stopPreProvision', 'failover', 'failback'] as const)
    await change(api, workspaceStorageDR[dr], workspace);
  // set up once for the group: through a workspace it is refused, which shows that it was asked for
  const again = api.call(workspaceStorageDR.setup, {
    ...workspace,
    body: { regionID: other!.regionID, databaseNames: ['a'] },
  });
  await expect(again).rejects.toMatchObject({ code: 'api_rejected' });
  expect(await api.call(workspaceStorageDR.status, workspace)).toMatchObject({
    compute: { storageDRType: 'Failback', storageDRState: 'Completed' },
  });
}

const regionIn = async (api: ManagementApi): Promise<string> => {
  const all = await api.call(regions.list, {});
  return all.find(({ provider }) => provider === 'AWS')!.regionID;
};

test('every operation, its request and its reply are as the text has them', async () => {
  const { api, opened, recorder } = await openEmbedded({});
  await using _ = opened;
  const { shown } = await useAll(api, await regionIn(api));
  expect(shown).toMatchObject({ name: 'etl', size: 'S-1', state: 'ACTIVE', cacheConfig: 2 });
  expect(recorder.requests).toEqual([]);
  expect(recorder.replies).toEqual([]);
  const all = ORACLE.filter(({ path }) => !path.startsWith('/v1/stage/'));
  expect([...recorder.operations].toSorted()).toEqual(
    all.map(({ verb, path }) => `${verb} ${path}`).toSorted(),
  );
});

describe('before a service that behaves as badly as it can', () => {
  const changes = ['groups', 'workspaces', 'connections'].map((area) => ({ area }));
  const SLOW = {
    createMs: 90_000,
    suspendMs: 30_000,
    resumeMs: 30_000,
    resizeUnseenMs: 10_000,
    resizeMs: 60_000,
    terminateMs: 5000,
    connectionMs: 20_000,
    recoveryMs: 60_000,
    firewallMs: 15_000,
  };

  test.each<[string, EmulatorOptions]>([
    [
      'states flap, lists lag, ranges show late',
      { behaviour: { ...SLOW, flappingReads: 5, listLagMs: 3000 } },
    ],
    ['words of states are others', { behaviour: { ...SLOW, stateWords: 'sdk', flappingReads: 2 } }],
    ['creations find the lock held', { behaviour: { ...SLOW, lockMs: 150_000 } }],
    [
      'every second reply to a change is lost',
      {
        behaviour: { ...SLOW, listLagMs: 3000 },
        faults: {
          rules: [{ kind: changes, verb: ['POST', 'PATCH', 'DELETE'], fault: 'lost_reply', every: 2 }],
        },
      },
    ],
    [
      'changes are answered with 502, made or not',
      {
        behaviour: SLOW,
        faults: {
          rules: [
            {
              kind: changes,
              verb: ['POST', 'PATCH', 'DELETE'],
              fault: 'status',
              status: 502,
              afterCommit: true,
              every: 3,
            },
            { kind: changes, verb: ['POST', 'PATCH', 'DELETE'], fault: 'status', status: 502, every: 2 },
          ],
        },
      },
    ],
  ])('because %s, each thing is made once and ends as it was asked for', async (_, options) => {
    const { api, opened, recorder } = await openEmbedded(options);
    await using __ = opened;
    const { shown } = await useAll(api, await regionIn(api));
    expect(shown).toMatchObject({ name: 'etl', size: 'S-1' });
    expect(recorder.requests).toEqual([]);
    const groups = await api.names.list('group', { includeTerminated: true });
    expect(groups.filter(({ name }) => name === 'renamed' || name === 'made')).toHaveLength(1);
    const made = await api.names.list('workspace', { includeTerminated: true });
    expect(made.filter(({ name }) => name === 'etl')).toHaveLength(1);
  });
});
