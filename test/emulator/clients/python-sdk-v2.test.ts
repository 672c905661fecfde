import { test } from 'vitest';
import { useEmulators } from '../../support/cli/emulators.ts';
import { play } from '../../support/management/transcript.ts';
import type { Line } from '../../support/management/transcript.ts';

const start = useEmulators();
const HEADERS = { accept: 'application/json', 'content-type': 'application/json' };
const CLUSTER = ['name', 'clusterID'];
const GET: Line = { send: 'GET /v2/clusters/{cluster}', reads: CLUSTER };

test('clusters', async () => {
  await play(await start({ deployments: [] }), HEADERS, [
    { send: 'GET /v2/regions', reads: ['region', 'provider', 'regionName'] },
    { send: 'GET /v2/projects', reads: ['projectID', 'name'], saves: { project: 'projectID' } },
    {
      send: 'POST /v2/clusters',
      body: {
        name: 'c',
        provider: 'AWS',
        region: 'us-east-1',
        size: { size: 'S-00', scaleFactor: 1 },
        firewallRanges: ['0.0.0.0/0'],
        autoSuspend: { suspendType: 'IDLE', suspendAfterSeconds: 1200 },
        projectID: '{project}',
      },
      reads: ['clusterID'],
      saves: { cluster: 'clusterID' },
    },
    { ...GET, is: { state: 'PENDING' } },
    {
      ...GET,
      after: 10_000,
      reads: [...CLUSTER, 'endpoint'],
      is: { state: 'ACTIVE', allowAllTraffic: true },
    },
    { send: 'GET /v2/clusters', reads: CLUSTER },
    { send: 'PATCH /v2/clusters/{cluster}', body: { size: { size: 'S-0' }, kai: true } },
    { ...GET, is: { state: 'PENDING' } },
    { ...GET, after: 10_000, is: { state: 'ACTIVE', size: { size: 'S-0' }, kai: true } },
    { send: 'POST /v2/clusters/{cluster}/suspend' },
    { ...GET, after: 20_000, is: { state: 'SUSPENDED' } },
    { send: 'POST /v2/clusters/{cluster}/resume', body: { disableAutoSuspend: false } },
    { ...GET, after: 20_000, is: { state: 'ACTIVE' } },
    { send: 'DELETE /v2/clusters/{cluster}?force=False' },
    { ...GET, reads: [...CLUSTER, 'terminatedAt'] },
  ]);
});

test('starter clusters, organization, secrets and jobs', async () => {
  const STARTER = ['name', 'virtualClusterID', 'databaseName', 'endpoint', 'mysqlDmlPort', 'websocketPort'];
  await play(await start(), HEADERS, [
    { send: 'GET /v2/organizations/current', reads: ['orgID'] },
    {
      send: 'POST /v2/sharedtier/virtualClusters',
      body: { name: 's', databaseName: 'db', provider: 'AZURE', regionName: 'eastus' },
      saves: { starter: 'virtualClusterID' },
    },
    { send: 'GET /v2/sharedtier/virtualClusters/{starter}', reads: STARTER },
    {
      send: 'POST /v2/sharedtier/virtualClusters/{starter}/users',
      body: { userName: 'u', password: 'Password-1' },
      reads: ['userID'],
    },
    {
      send: 'POST /v2/jobs',
      body: {
        schedule: { mode: 'Once' },
        executionConfig: { createSnapshot: false, notebookPath: 'n.ipynb' },
        targetConfig: { databaseName: 'db', targetID: '{starter}', targetType: 'VirtualCluster' },
      },
      reads: ['jobID', 'targetConfig.resumeTarget'],
    },
    { send: 'GET /v2/secrets?name=key', is: { secrets: [] } },
    { send: 'DELETE /v2/sharedtier/virtualClusters/{starter}' },
  ]);
});
