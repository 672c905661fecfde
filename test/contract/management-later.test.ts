import { describe, expect, test } from 'vitest';
import { describeDeployments } from '../../src/api/deployments/describe-deployments.ts';
import type { ManagementApi } from '../../src/api/management-api.ts';
import { operations } from '../../src/api/operations.ts';
import type { EmulatorOptions } from '../../src/emulator/options.ts';
import { openManagement } from '../support/api/open-management.ts';
import { useEmulators } from '../support/cli/emulators.ts';

const { billing, clusters, projects, regions, secrets, starters, startersV2 } = operations;
const start = useEmulators();

async function openEmbedded(options: EmulatorOptions = {}) {
  const emulator = await start(options);
  const opened = await openManagement(emulator.url, {
    token: emulator.token,
    onSleep: (advanceMs) => emulator.clock.set({ advanceMs }),
  });
  return { emulator, opened, api: opened.api };
}

const lost = (areas: readonly string[]): EmulatorOptions => ({
  faults: {
    rules: [
      {
        kind: areas.map((area) => ({ area })),
        verb: ['POST', 'PATCH', 'DELETE'],
        fault: 'lost_reply',
        every: 2,
      },
    ],
  },
});
const SLOW = { createMs: 60_000, suspendMs: 20_000, resumeMs: 20_000, resizeMs: 40_000, firewallMs: 9000 };

describe('clusters', () => {
  test.each<[string, EmulatorOptions]>([
    ['before a plain service', {}],
    ['whose states flap and whose lists lag', { behaviour: { ...SLOW, flappingReads: 4, listLagMs: 3000 } }],
    ['whose words are those of the second version', { behaviour: { ...SLOW, stateWords: 'v2' } }],
    ['whose replies are lost', { behaviour: SLOW, ...lost(['clusters']) }],
  ])('%s are made once, changed, suspended, resumed and terminated', async (_, options) => {
    const { emulator, api, opened } = await openEmbedded(options);
    await using __ = opened;
    const [project] = await api.call(projects.listV2, {});
    const [region] = await api.call(clusters.regions, {});
    const { reply } = await api.callAndWait(clusters.create, {
      body: {
        name: 'one',
        projectID: project!.projectID,
        firewallRanges: ['10.0.0.0/8'],
        provider: region!.provider,
        region: region!.regionName,
        sizeConfig: { size: 'S-00' },
      },
    });
    const { clusterID } = reply;
    await api.callAndWait(clusters.update, {
      clusterID,
      body: { sizeConfig: { size: 'S-1' }, firewallRanges: ['0.0.0.0/0'] },
    });
    const [found] = (await describeDeployments(api, { version: 'v2' })).filter(({ name }) => name === 'one');
    expect(found).toMatchObject({
      id: clusterID,
      kind: 'cluster',
      firewall: { isOpen: true },
      computes: [{ size: 'S-1' }],
    });
    await api.callAndWait(clusters.suspend, { clusterID });
    expect((await api.call(clusters.get, { clusterID })).state.toUpperCase()).toBe('SUSPENDED');
    await api.callAndWait(clusters.resume, { clusterID });
    await api.callAndWait(clusters.terminate, { clusterID });
    emulator.clock.set({ advanceMs: 5000 });
    const all = await api.names.list('cluster', { includeTerminated: true });
    expect(all.filter(({ name }) => name === 'one')).toHaveLength(1);
    await expect(api.names.find('cluster', 'one')).rejects.toMatchObject({ fact: 'missing' });
  });
});

const starterIn = async (api: ManagementApi) => {
  const [region] = await api.call(regions.sharedTier, {});
  return {
    name: 'free',
    databaseName: 'd',
    provider: region!.provider,
    regionName: region!.regionName ?? '',
  };
};

describe('starter workspaces', () => {
  test('are made once though replies are lost, found by name, and terminated', async () => {
    const { api, opened } = await openEmbedded(lost(['starters']));
    await using _ = opened;
    const { reply } = await api.callAndWait(starters.create, { body: await starterIn(api) });
    const { virtualWorkspaceID } = reply;
    expect(await api.names.find('starter', 'free')).toMatchObject({ id: virtualWorkspaceID });
    await api.callAndWait(starters.terminate, { virtualWorkspaceID });
    await expect(api.names.find('starter', 'free')).rejects.toMatchObject({ fact: 'missing' });
  });

  test('have users, with a password that is told once', async () => {
    const { api, opened } = await openEmbedded();
    await using _ = opened;
    const { virtualWorkspaceID } = await api.call(starters.create, { body: await starterIn(api) });
    const user = await api.call(starters.createUser, { virtualWorkspaceID, body: { userName: 'loader' } });
    expect(user.password).toEqual(expect.any(String));
    const named = { virtualWorkspaceID, userID: user.userID };
    await api.call(starters.updateUser, { ...named, body: { password: 'Another-Password-1' } });
    await api.call(starters.deleteUser, named);
    await expect(api.call(starters.deleteUser, named)).rejects.toMatchObject({ code: 'api_not_found' });
  });

  test('are the same things in the second version', async () => {
    const { api, opened } = await openEmbedded();
    await using _ = opened;
    const { virtualClusterID } = await api.call(startersV2.create, {
      body: { ...(await starterIn(api)), provider: 'Azure', regionName: 'eastus' },
    });
    const described = await describeDeployments(api, { version: 'v2' });
    expect(described).toContainEqual(
      expect.objectContaining({ id: virtualClusterID, kind: 'starter_workspace', name: 'free' }),
    );
    await api.callAndWait(startersV2.terminate, { virtualClusterID });
    expect(await api.names.list('virtualCluster')).toEqual([]);
  });
});

test('secrets are set, read and deleted, wrapped or not, though replies are lost', async () => {
  const { api, opened } = await openEmbedded(lost(['secrets']));
  await using _ = opened;
  const { secretID } = await api.call(secrets.create, { body: { name: 'KEY_1', value: 'one' } });
  await api.call(secrets.update, { secretID, body: { value: 'two' } });
  expect(await api.call(secrets.get, { secretID })).toMatchObject({ name: 'KEY_1', value: 'two' });
  expect(await api.call(secrets.list, { query: { name: 'KEY_1' } })).toHaveLength(1);
  expect(await api.names.find('secret', 'KEY_1')).toMatchObject({ id: secretID });
  await api.call(secrets.delete, { secretID });
  expect(await api.call(secrets.list, {})).toEqual([]);
});

test('projects are listed by either version', async () => {
  const { api, opened } = await openEmbedded();
  await using _ = opened;
  const [project] = await api.call(projects.list, {});
  expect(await api.call(projects.listV2, {})).toContainEqual(project);
  expect(await api.names.find('project', project!.name)).toMatchObject({ id: project!.projectID });
});

test('usage is simulated before anything is made', async () => {
  const { api, opened } = await openEmbedded();
  await using _ = opened;
  const day = { from: '2026-10-01T00:00:00Z', to: '2026-10-02T00:00:00Z' };
  const body = { resources: [{ size: 'S-1', ...day }] };
  const reply = await api.call(billing.simulate, { body });
  expect(reply).toMatchObject({ totalAmount: expect.any(Number) });
});
