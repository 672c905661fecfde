import { DatabaseSync } from 'node:sqlite';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { useEmulators } from '../../support/cli/emulators.ts';
import { emulatorProcess } from '../../support/cli/emulator-process.ts';
import { DEFAULT_REGION, ManagementHttp } from '../../support/management/management-http.ts';
import { StageHttp } from '../../support/stage/stage-http.ts';
import { temporaryFolder } from '../../support/trees/temporary-folder.ts';

const start = useEmulators();

test('everything is there after a restart, and the clock goes on from where it was moved to', async () => {
  const dataDir = await temporaryFolder();
  const before = await start({ dataDir });
  const api = new ManagementHttp(before);
  const group = await api.makeGroup({ expiresAt: '48h' });
  const id = await api.makeWorkspace(group, {
    autoSuspend: { suspendType: 'IDLE', suspendAfterSeconds: 7200 },
  });
  await api.ok('PATCH', `/v1/workspaces/${id}`, { size: 'S-4' });
  const now = before.clock.now();
  await before.close();

  const after = await start({ dataDir });
  expect(after.clock.now()).toBe(now);
  const again = new ManagementHttp(after);
  expect(await again.ok('GET', `/v1/workspaces/${id}`)).toMatchObject({ state: 'ACTIVE', size: 'S-00' });
  again.advance(1000);
  expect(await again.ok('GET', `/v1/workspaces/${id}`)).toMatchObject({ size: 'S-4' });
  again.advance(7_200_000);
  expect(await again.stateOf(id)).toBe('SUSPENDED');
  again.advance(48 * 3_600_000);
  expect(await again.stateOf(id)).toBe('TERMINATED');
});

describe('after SIGKILL', () => {
  const make = async (url: string, token: string) =>
    fetch(`${url}/v1/workspaceGroups`, {
      method: 'POST',
      headers: { authorization: `Bearer ${token}` },
      body: JSON.stringify({ name: 'g', regionID: DEFAULT_REGION, firewallRanges: [] }),
    }).catch(() => undefined);

  test.each([
    ['received', []],
    ['committed', ['g']],
    ['replying', ['g']],
  ] as const)('at %s of a creation the change is whole or not there', async (phase, names) => {
    const dataDir = await temporaryFolder();
    const { emulator, ended } = await emulatorProcess(dataDir, { phase, kind: 'management' });
    await make(emulator.url, emulator.token);
    expect(await ended).toBe('SIGKILL');
    const after = await start({ dataDir, deployments: [] });
    const groups = await new ManagementHttp(after).list('/v1/workspaceGroups');
    expect(groups.map(({ name }) => name)).toEqual(['local', ...names]);
    expect(after.deployments.map(({ name }) => name)).toEqual(['local', ...names]);
    for (const { id } of after.deployments)
      expect((await new StageHttp(after, `/v1/stage/${id}/fs/`).list('')).status).toBe(200);
  });
});

test('two processes see one world and one time', async () => {
  const dataDir = await temporaryFolder();
  const [one, two] = [await start({ dataDir }), await start({ dataDir })];
  const [a, b] = [new ManagementHttp(one), new ManagementHttp(two)];
  const id = await a.makeWorkspace(await b.makeGroup());
  b.advance(3_600_000);
  expect(one.clock.now()).toBe(two.clock.now());
  await b.ok('POST', `/v1/workspaces/${id}/suspend`);
  expect(await a.stateOf(id)).toBe('PENDING');
});

test('a data folder of an earlier version is taken in: what has a Stage has a group and a workspace', async () => {
  const dataDir = await temporaryFolder();
  const before = await start({ dataDir, deployments: ['old', { name: 'shared', kind: 'starter' }] });
  await before.close();
  const database = new DatabaseSync(join(dataDir, 'stage.db'));
  database.exec('DROP TABLE resources; DROP TABLE clock; DROP TABLE expiries;');
  database.close();
  const api = new ManagementHttp(await start({ dataDir, deployments: [] }));
  const [group] = await api.list('/v1/workspaceGroups');
  expect(group).toMatchObject({ name: 'old', state: 'ACTIVE', allowAllTraffic: true });
  const workspaces = await api.list(`/v1/workspaces?workspaceGroupID=${String(group!['workspaceGroupID'])}`);
  expect(workspaces).toMatchObject([{ name: 'old', state: 'ACTIVE' }]);
  expect(await api.list('/v1/sharedtier/virtualWorkspaces')).toMatchObject([{ name: 'shared' }]);
});

test('a deployment that is asked for again after it was terminated begins anew', async () => {
  const dataDir = await temporaryFolder();
  const before = await start({ dataDir });
  const api = new ManagementHttp(before);
  const { id } = before.deployments[0]!;
  await api.ok('DELETE', `/v1/workspaceGroups/${id}?force=true`);
  expect(before.deployments).toEqual([]);
  await before.close();
  const again = new ManagementHttp(await start({ dataDir }));
  expect(await again.ok('GET', `/v1/workspaceGroups/${id}`)).toMatchObject({ state: 'ACTIVE' });
  expect(await again.list(`/v1/workspaces?workspaceGroupID=${id}`)).toMatchObject([{ state: 'ACTIVE' }]);
});

test('passwords are not kept: the data folder has no word of them', async () => {
  const dataDir = await temporaryFolder();
  const emulator = await start({ dataDir });
  await new ManagementHttp(emulator).makeGroup({ adminPassword: 'Very-Secret-1' });
  await emulator.close();
  const database = new DatabaseSync(join(dataDir, 'stage.db'));
  const rows = JSON.stringify(database.prepare('SELECT * FROM resources').all());
  database.close();
  expect(rows).toContain('"g"');
  expect(rows).not.toContain('Very-Secret-1');
});

describe('the clock', () => {
  test('is the machine’s until it is moved, by code or from outside', async () => {
    const emulator = await start();
    const before = Date.now();
    expect(emulator.clock.now()).toBeGreaterThanOrEqual(before);
    expect(emulator.clock.now()).toBeLessThanOrEqual(Date.now());
    const api = new ManagementHttp(emulator);
    const frozen = emulator.clock.now();
    const moved = await api.ok('PUT', '/_emulator/clock', { advance: '2h30m' });
    expect(moved).toEqual({ now: new Date(frozen + 9_000_000).toISOString().replace('.000Z', 'Z'), rate: 0 });
    expect(await api.ok('PUT', '/_emulator/clock', { rate: 3600 })).toMatchObject({ rate: 3600 });
    expect(await api.ok('DELETE', '/_emulator/clock')).toMatchObject({ rate: 1 });
    expect(emulator.clock.now()).toBeGreaterThanOrEqual(frozen + 9_000_000);
  });

  test.each([{ advance: -1 }, { advance: 'soon' }, { rate: -1 }, { back: 1 }])('refuses %o', async (body) => {
    const api = new ManagementHttp(await start());
    expect(await api.refusal('PUT', '/_emulator/clock', body)).toMatch(/^400 /);
  });
});
