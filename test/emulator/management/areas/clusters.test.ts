import { describe, expect, test } from 'vitest';
import { useEmulators } from '../../../support/cli/emulators.ts';
import { ManagementHttp } from '../../../support/management/management-http.ts';
import type { Fields } from '../../../support/management/management-http.ts';

const start = useEmulators();

async function bodyOf(api: ManagementHttp, fields: Fields = {}): Promise<Fields> {
  const [project] = await api.list('/v2/projects');
  const place = { provider: 'AWS', region: 'us-east-1', projectID: project!['projectID'] };
  return { name: 'c', firewallRanges: [], ...place, ...fields };
}

test('a cluster is a group and its one workspace, seen from either version', async () => {
  const api = new ManagementHttp(await start({ deployments: [] }));
  const sizeConfig = { size: 'S-1', scaleFactor: 2 };
  const body = await bodyOf(api, { sizeConfig, kai: true, adminPassword: 'Ignored-password-1' });
  const made = await api.ok('POST', '/v2/clusters', body);
  expect(made).toMatchObject({ adminPassword: expect.not.stringMatching('Ignored') as string });
  const id = String(made['clusterID']);
  expect(await api.ok('GET', `/v2/clusters/${id}`)).toMatchObject({ state: 'PENDING' });
  api.advance(1000);
  expect(await api.ok('GET', `/v2/clusters/${id}`)).toMatchObject({
    clusterID: id,
    name: 'c',
    state: 'ACTIVE',
    provider: 'AWS',
    region: 'us-east-1',
    size: { size: 'S-1', scaleFactor: 2 },
    kai: true,
    endpoint: expect.any(String) as string,
  });
  expect(await api.ok('GET', `/v1/workspaceGroups/${id}`)).toMatchObject({ name: 'c', state: 'ACTIVE' });
  const [workspace] = await api.list(`/v1/workspaces?workspaceGroupID=${id}`);
  expect(workspace).toMatchObject({ name: 'c', size: 'S-1', scaleFactor: 2, kaiEnabled: true });

  expect(await api.ok('POST', `/v2/clusters/${id}/suspend`)).toEqual({ clusterID: id });
  api.advance(1000);
  expect(await api.stateOf(String(workspace!['workspaceID']))).toBe('SUSPENDED');
  expect(await api.ok('GET', `/v2/clusters/${id}`)).toMatchObject({ state: 'SUSPENDED' });
  await api.ok('POST', `/v2/clusters/${id}/resume`, { disableAutoSuspend: true });
  api.advance(1000);
  expect(await api.ok('GET', `/v2/clusters/${id}`)).toMatchObject({ state: 'ACTIVE' });

  await api.ok('DELETE', `/v2/clusters/${id}?force=False`);
  expect(await api.list('/v2/clusters')).toMatchObject([{ clusterID: id, state: 'TERMINATED' }]);
  expect(await api.refusal('DELETE', `/v2/clusters/${id}`)).toMatch(/^404 /);
});

test('every change passes through PENDING, and a new name is taken and changes nothing', async () => {
  const api = new ManagementHttp(await start({ deployments: [] }));
  const { clusterID } = await api.ok('POST', '/v2/clusters', await bodyOf(api));
  const url = `/v2/clusters/${String(clusterID)}`;
  api.advance(1000);
  await api.ok('PATCH', url, { name: 'renamed', size: { size: 'S-2' }, firewallRanges: ['192.0.2.0/24'] });
  expect(await api.ok('GET', url)).toMatchObject({ state: 'PENDING', size: { size: 'S-00' } });
  expect(await api.refusal('PATCH', url, { cacheConfig: 2 })).toMatch(/^409 /);
  api.advance(1000);
  expect(await api.ok('GET', url)).toMatchObject({
    name: 'c',
    state: 'ACTIVE',
    size: { size: 'S-2' },
    firewallRanges: ['192.0.2.0/24'],
  });
});

test('a group without a workspace is a cluster that cannot compute', async () => {
  const api = new ManagementHttp(await start({ deployments: [] }));
  const id = await api.makeGroup();
  const cluster = await api.ok('GET', `/v2/clusters/${id}`);
  expect(cluster).toMatchObject({ state: 'ACTIVE' });
  expect(cluster).not.toHaveProperty('size');
  expect(await api.refusal('POST', `/v2/clusters/${id}/suspend`)).toMatch(/^400 .*without a workspace/);
});

describe('refused is a creation with', () => {
  test.each([
    ['an unknown field', { later: 1 }, /^400 .*later/],
    ['no project', { projectID: undefined }, /^400 projectID: /],
    ['no firewall', { firewallRanges: undefined }, /^400 firewallRanges: /],
    ['a firewall that is null', { firewallRanges: null }, /^400 firewallRanges: /],
    ['a name in capitals', { name: 'C' }, /^400 name: /],
    ['a name that is too long', { name: 'c'.repeat(33) }, /^400 name: /],
    ['a region of another provider', { provider: 'GCP' }, /^400 region: /],
  ])('%s', async (_what, fields, words) => {
    const api = new ManagementHttp(await start({ deployments: [] }));
    expect(await api.refusal('POST', '/v2/clusters', await bodyOf(api, fields))).toMatch(words);
    expect(await api.list('/v2/clusters')).toEqual([]);
  });
});

test('projects are made, renamed, and removed when nothing is in them; the first one stays', async () => {
  const api = new ManagementHttp(await start({ deployments: [] }));
  const { projectID } = await api.ok('POST', '/v1/projects', { name: 'p', edition: 'ENTERPRISE' });
  const url = `/v2/projects/${String(projectID)}`;
  const { clusterID } = await api.ok('POST', '/v2/clusters', await bodyOf(api, { projectID }));
  await api.ok('PATCH', url, { name: 'q' });
  expect(await api.ok('GET', url)).toMatchObject({ name: 'q', edition: 'ENTERPRISE' });
  expect(await api.refusal('DELETE', url)).toMatch(/^400 .*has clusters/);
  await api.ok('DELETE', `/v2/clusters/${String(clusterID)}`);
  await api.ok('DELETE', url);
  const [first, ...rest] = await api.list('/v1/projects');
  expect(rest).toEqual([]);
  expect(await api.refusal('DELETE', `/v1/projects/${String(first!['projectID'])}`)).toMatch(/^400 /);
});
