import { test } from 'vitest';
import { useEmulators } from '../../support/cli/emulators.ts';
import { play } from '../../support/management/transcript.ts';
import type { Line } from '../../support/management/transcript.ts';
import { fileForm } from '../../support/stage/stage-http.ts';

const start = useEmulators();

/** What the Python SDK sends with every request. */
const HEADERS = { accept: 'application/json', 'content-type': 'application/json' };
const GROUP = ['name', 'workspaceGroupID', 'createdAt'];
const WORKSPACE = ['name', 'workspaceID', 'workspaceGroupID', 'state', 'createdAt'];
const GET_GROUP: Line = { send: 'GET /v1/workspaceGroups/{group}', reads: GROUP };
const GET_WORKSPACE: Line = { send: 'GET /v1/workspaces/{workspace}', reads: WORKSPACE };

test('organization, regions, groups and workspaces', async () => {
  const nothing = {
    adminPassword: null,
    backupBucketKMSKeyID: null,
    dataBucketKMSKeyID: null,
    expiresAt: null,
    smartDR: null,
    allowAllTraffic: null,
    updateWindow: null,
    deploymentType: null,
    highAvailabilityTwoZones: null,
    optInPreviewFeature: null,
    projectID: null,
  };
  const plain = { autoSuspend: null, cacheConfig: null, enableKai: null, autoScale: null, scaleFactor: null };
  await play(await start(), HEADERS, [
    { send: 'GET /v1/organizations/current', reads: ['orgID', 'name', 'firewallRanges'] },
    { send: 'GET /v1/regions', reads: ['regionID', 'region', 'provider'], saves: { region: 'regionID' } },
    { send: 'GET /v1/regions/sharedtier', reads: ['region', 'provider', 'regionName'] },
    { send: 'GET /v1/workspaceGroups', reads: GROUP },
    {
      send: 'POST /v1/workspaceGroups',
      body: {
        name: 'wg',
        regionID: '{region}',
        provider: null,
        regionName: null,
        firewallRanges: [],
        ...nothing,
      },
      saves: { group: 'workspaceGroupID' },
    },
    GET_GROUP,
    { ...GET_GROUP, after: 10_000, is: { state: 'ACTIVE', name: 'wg' } },
    {
      send: 'POST /v1/workspaceGroups',
      body: {
        name: 'by-name',
        regionID: null,
        provider: 'AZURE',
        regionName: 'eastus',
        firewallRanges: [],
        ...nothing,
      },
    },
    {
      send: 'POST /v1/workspaces',
      body: { name: 'ws', workspaceGroupID: '{group}', size: null, ...plain },
      saves: { workspace: 'workspaceID' },
    },
    { ...GET_WORKSPACE, is: { state: 'PENDING' } },
    {
      ...GET_WORKSPACE,
      after: 10_000,
      reads: [...WORKSPACE, 'endpoint'],
      is: { state: 'ACTIVE', size: 'S-00' },
    },
    { send: 'GET /v1/workspaces?workspaceGroupID={group}&includeTerminated=false', reads: WORKSPACE },
    { send: 'PATCH /v1/workspaces/{workspace}', body: { size: 'S-0', cacheConfig: 2 } },
    { ...GET_WORKSPACE, after: 10_000, is: { size: 'S-0', cacheConfig: 2 } },
    { send: 'POST /v1/workspaces/{workspace}/suspend' },
    { ...GET_WORKSPACE, after: 20_000, is: { state: 'SUSPENDED' } },
    { send: 'POST /v1/workspaces/{workspace}/resume', body: { disableAutoSuspend: false } },
    { ...GET_WORKSPACE, after: 20_000, is: { state: 'ACTIVE' } },
    {
      send: 'PATCH /v1/workspaceGroups/{group}',
      body: { name: 'wg2', firewallRanges: ['192.0.2.0/24'], updateWindow: { day: 1, hour: 2 } },
    },
    {
      ...GET_GROUP,
      is: { name: 'wg2', firewallRanges: ['192.0.2.0/24'], updateWindow: { day: 1, hour: 2 } },
    },
    { send: 'DELETE /v1/workspaces/{workspace}?force=false' },
    { ...GET_WORKSPACE, after: 10_000, is: { state: 'TERMINATED' } },
    { send: 'DELETE /v1/workspaceGroups/{group}?force=false' },
    { ...GET_GROUP, is: { state: 'TERMINATED' } },
    { send: 'GET /v1/workspaces/not-an-id', status: 400 },
  ]);
});

test('starter workspaces and their users', async () => {
  const STARTER = ['name', 'virtualWorkspaceID', 'databaseName', 'endpoint', 'mysqlDmlPort', 'webSocketPort'];
  await play(await start({ deployments: [] }), HEADERS, [
    { send: 'GET /v1/sharedtier/virtualWorkspaces', is: [] },
    {
      send: 'POST /v1/sharedtier/virtualWorkspaces',
      body: { name: 's', databaseName: 'db', provider: 'aws', regionName: 'us-east-1' },
      saves: { starter: 'virtualWorkspaceID' },
    },
    { send: 'GET /v1/sharedtier/virtualWorkspaces/{starter}', reads: STARTER },
    { send: 'GET /v1/sharedtier/virtualWorkspaces', reads: STARTER },
    {
      send: 'POST /v1/sharedtier/virtualWorkspaces/{starter}/users',
      body: { userName: 'u' },
      reads: ['userID', 'password'],
    },
    {
      send: 'POST /v1/sharedtier/virtualWorkspaces/{starter}/users',
      body: { userName: 'u', password: 'Password-1' },
      status: 500,
    },
    { send: 'DELETE /v1/sharedtier/virtualWorkspaces/{starter}' },
    { send: 'GET /v1/sharedtier/virtualWorkspaces/{starter}', status: 404 },
  ]);
});

test('secrets', async () => {
  const SECRET = ['secretID', 'name', 'createdBy', 'createdAt', 'lastUpdatedBy', 'lastUpdatedAt', 'value'];
  await play(await start(), HEADERS, [
    { send: 'POST /v1/secrets', body: { name: 'key', value: 'v' } },
    { send: 'GET /v1/secrets?name=key', below: 'secrets', reads: SECRET },
    { send: 'GET /v1/secrets?name=nothing', is: { secrets: [] } },
  ]);
});

test('jobs', async () => {
  const JOB = [
    'completedExecutionsCount',
    'createdAt',
    'enqueuedBy',
    'executionConfig.createSnapshot',
    'executionConfig.maxAllowedExecutionDurationInMinutes',
    'executionConfig.notebookPath',
    'jobID',
    'jobMetadata.0.count',
    'jobMetadata.0.status',
    'schedule.mode',
  ];
  const executionConfig = {
    createSnapshot: true,
    notebookPath: 'n.ipynb',
    runtimeName: 'notebooks-cpu-small',
  };
  await play(await start(), HEADERS, [
    { send: 'GET /v1/workspaceGroups', saves: { target: 'workspaceGroupID' } },
    { send: 'GET /v1/jobs/runtimes', reads: ['name', 'description'] },
    {
      send: 'POST /v1/jobs',
      body: {
        schedule: { mode: 'Once' },
        executionConfig,
        targetConfig: {
          databaseName: 'demo',
          resumeTarget: true,
          targetID: '{target}',
          targetType: 'Workspace',
        },
        name: 'nightly',
        description: 'x',
        parameters: [{ name: 'p', value: '1', type: 'integer' }],
      },
      reads: [...JOB, 'targetConfig.resumeTarget', 'targetConfig.targetID', 'targetConfig.targetType'],
      saves: { job: 'jobID' },
    },
    { send: 'GET /v1/jobs/{job}', reads: JOB, after: 1000, is: { completedExecutionsCount: 1 } },
    {
      send: 'GET /v1/jobs/{job}/executions?start=1&end=1',
      below: 'executions',
      reads: ['executionID', 'jobID', 'status', 'scheduledStartTime', 'executionNumber'],
    },
    { send: 'GET /v1/jobs/{job}/parameters', reads: ['name', 'value', 'type'] },
    { send: 'DELETE /v1/jobs/{job}' },
    { send: 'GET /v1/jobs/{job}', status: 404 },
  ]);
});

test('places for files, which it asks for at v2', async () => {
  const OBJECT = ['name', 'path', 'size', 'type', 'format', 'mimetype', 'writable', 'content'];
  const form = fileForm('cells');
  await play(await start(), { accept: 'application/json' }, [
    { send: 'GET /v2/files/fs/personal/n.ipynb?metadata=1', status: 404 },
    { send: 'PUT /v2/files/fs/personal/n.ipynb', form, reads: ['name', 'path'] },
    { send: 'GET /v2/files/fs/personal/n.ipynb?metadata=1', reads: OBJECT },
    { send: 'GET /v2/files/fs/personal/', below: 'content', reads: OBJECT },
    { send: 'GET /v2/files/fs/personal/n.ipynb', status: 307 },
    { send: 'PATCH /v2/files/fs/personal/n.ipynb', headers: HEADERS, body: { newPath: 'm.ipynb' } },
    { send: 'DELETE /v2/files/fs/personal/m.ipynb', headers: HEADERS },
    { send: 'GET /v2/files/fs/shared/?metadata=1', reads: OBJECT },
  ]);
});

test('billing, with its small letter and the names of its version', async () => {
  const query =
    'metric=computeCredit&startTime=2026-01-01T00:00:00Z&endTime=2036-01-01T00:00:00Z&aggregateBy=month';
  await play(await start({ behaviour: { billingDialect: 'sdk' } }), HEADERS, [
    {
      send: `GET /v1/billing/usage?${query}`,
      below: 'billingUsage',
      reads: [
        'description',
        'metric',
        ...['startTime', 'endTime', 'ownerId', 'resourceId', 'resourceName', 'resource_type', 'value'].map(
          (field) => `Usage.0.${field}`,
        ),
      ],
    },
  ]);
});
