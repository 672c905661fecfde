import { describe, expect, test } from 'vitest';
import { useEmulators } from '../../support/cli/emulators.ts';
import { play } from '../../support/management/transcript.ts';
import type { Line } from '../../support/management/transcript.ts';
import { fileForm } from '../../support/stage/stage-http.ts';

const start = useEmulators();

/** The Go client names a content type with a body alone; the Terraform provider is built on it. */
const HEADERS = { 'user-agent': 'Go-http-client/1.1', 'accept-encoding': 'gzip' };
const JSON_BODY = { 'content-type': 'application/json' };
const sending = (send: string, body: unknown, more: Partial<Line> = {}): Line => ({
  send,
  body,
  headers: JSON_BODY,
  ...more,
});

test('the Go client: groups, connections, storage DR, metrics', async () => {
  await play(await start(), HEADERS, [
    { send: 'GET /v1/organizations/current', reads: ['orgID'], saves: { organization: 'orgID' } },
    { send: 'GET /v1/regions?fields=regionID', reads: ['regionID'], saves: { region: 'regionID' } },
    sending(
      'POST /v1/workspaceGroups',
      { firewallRanges: [], name: 'wg', regionID: '{region}' },
      { reads: ['workspaceGroupID', 'adminPassword'], saves: { group: 'workspaceGroupID' } },
    ),
    { send: 'GET /v1/workspaceGroups?includeTerminated=true', after: 1000 },
    sending(
      'POST /v1/privateConnections',
      { workspaceGroupID: '{group}', type: 'INBOUND', allowList: 'x' },
      { saves: { connection: 'privateConnectionID' } },
    ),
    { send: 'GET /v1/workspaceGroups/{group}/privateConnections', reads: ['privateConnectionID'] },
    sending('PATCH /v1/privateConnections/{connection}', { allowList: 'y' }),
    { send: 'DELETE /v1/privateConnections/{connection}' },
    { send: 'GET /v1/workspaceGroups/{group}/storage/DR/regions', saves: { second: 'regionID' } },
    sending('POST /v1/workspaceGroups/{group}/storage/DR/setup', {
      databaseNames: ['x_db'],
      regionID: '{second}',
    }),
    {
      send: 'GET /v1/workspaceGroups/{group}/storage/DR/status',
      after: 1000,
      reads: ['compute.storageDRType', 'compute.storageDRState', 'storage.0.duplicationState'],
    },
    { send: 'PATCH /v1/workspaceGroups/{group}/storage/DR/failover' },
    { send: 'DELETE /v1/workspaceGroups/{group}?force=true' },
  ]);
});

test('the Go client: a Stage, with the empty content type of a request without a body', async () => {
  const emulator = await start();
  const prefix = `/v1/stage/${emulator.deployments[0]!.id}/fs`;
  const empty = { 'content-type': '' };
  await play(emulator, HEADERS, [
    { send: `PUT ${prefix}/d/`, headers: empty, reads: ['name', 'path'] },
    { send: `PUT ${prefix}/d/f`, form: fileForm('x') },
    { send: `PUT ${prefix}/d/empty`, headers: empty },
    sending(`PATCH ${prefix}/d/f`, { newPath: 'd/g' }),
    { send: `GET ${prefix}/d/?metadata=true`, reads: ['name', 'content'] },
    { send: `DELETE ${prefix}/d/` },
  ]);
});

describe('the Terraform provider', () => {
  test('a group: created, its firewall waited for, changed, ended', async () => {
    const emulator = await start({ behaviour: { firewallMs: 60_000, flappingReads: 3 } });
    const GROUP: Line = {
      send: 'GET /v1/workspaceGroups/{group}',
      after: 5000,
      reads: ['name', 'state', 'createdAt'],
    };
    await play(emulator, HEADERS, [
      { send: 'GET /v1/regions', saves: { region: 'regionID' } },
      sending(
        'POST /v1/workspaceGroups',
        {
          adminPassword: 'mockPassword193!',
          expiresAt: '2222-01-01T00:00:00Z',
          firewallRanges: ['192.0.2.0/24', '198.51.100.0/24'],
          name: 'tf',
          regionID: '{region}',
          updateWindow: { day: 0, hour: 0 },
        },
        { saves: { group: 'workspaceGroupID' } },
      ),
      // it waits for five equal states in a row
      ...Array.from({ length: 7 }, () => GROUP),
      { ...GROUP, is: { state: 'ACTIVE', firewallRanges: null } },
      { ...GROUP, after: 60_000, is: { firewallRanges: ['192.0.2.0/24', '198.51.100.0/24'] } },
      sending('PATCH /v1/workspaceGroups/{group}', { firewallRanges: ['0.0.0.0/0'], name: 'tf2' }),
      { ...GROUP, after: 60_000, is: { name: 'tf2', allowAllTraffic: true, firewallRanges: [] } },
      { send: 'DELETE /v1/workspaceGroups/{group}?force=true' },
      { ...GROUP, is: { state: 'TERMINATED' } },
    ]);
  });

  test('a workspace: created, scaled, suspended, resumed, ended; what is gone is 404 to a second end', async () => {
    const WORKSPACE: Line = {
      send: 'GET /v1/workspaces/{workspace}',
      after: 30_000,
      reads: ['state', 'size'],
    };
    await play(await start(), HEADERS, [
      { send: 'GET /v1/workspaceGroups', saves: { group: 'workspaceGroupID' } },
      sending(
        'POST /v1/workspaces',
        {
          autoSuspend: { suspendAfterSeconds: 1200, suspendType: 'IDLE' },
          cacheConfig: 1,
          enableKai: false,
          name: 'tf',
          size: 'S-00',
          workspaceGroupID: '{group}',
        },
        { saves: { workspace: 'workspaceID' } },
      ),
      { ...WORKSPACE, reads: ['state', 'size', 'endpoint'], is: { state: 'ACTIVE', size: 'S-00' } },
      sending('PATCH /v1/workspaces/{workspace}', { size: 'S-1' }),
      { ...WORKSPACE, after: 0, is: { state: 'ACTIVE', size: 'S-00' } },
      { ...WORKSPACE, is: { state: 'ACTIVE', size: 'S-1' } },
      { send: 'POST /v1/workspaces/{workspace}/suspend' },
      { ...WORKSPACE, is: { state: 'SUSPENDED' } },
      sending('PATCH /v1/workspaces/{workspace}', { size: 'S-2' }, { status: 400 }),
      sending('POST /v1/workspaces/{workspace}/resume', {}),
      { ...WORKSPACE, is: { state: 'ACTIVE' } },
      { send: 'DELETE /v1/workspaces/{workspace}' },
      { ...WORKSPACE, is: { state: 'TERMINATED' } },
      { send: 'DELETE /v1/workspaces/{workspace}', status: 404 },
    ]);
  });

  test('shows what the service said of credits', async () => {
    const emulator = await start({ behaviour: { outOfCredits: true } });
    const group = emulator.deployments[0]!.id;
    await play(emulator, HEADERS, [
      sending('POST /v1/workspaces', { name: 'w', workspaceGroupID: group }, { status: 403 }),
    ]);
    expect(emulator.counters.read().committed).toBe(0);
  });
});
