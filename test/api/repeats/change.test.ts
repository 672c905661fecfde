import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { privateConnections } from '../../../src/api/resources/private-connections.ts';
import { groupStorageDR } from '../../../src/api/resources/storage-dr.ts';
import { workspaceGroups } from '../../../src/api/resources/workspace-groups.ts';
import { workspaces } from '../../../src/api/resources/workspaces.ts';
import { sendJson, sendText, startLoopbackServer } from '../../support/network/loopback-server.ts';
import { openManagement, type OpenManagement } from '../../support/api/open-management.ts';
import {
  CONNECTION,
  GROUP,
  type SmallPlane,
  startSmallPlane,
  WORKSPACE,
} from '../../support/api/small-plane.ts';

let plane: SmallPlane;
let opened: OpenManagement;
beforeEach(async () => {
  plane = await startSmallPlane();
  opened = await openManagement(plane.url);
});
afterEach(async () => {
  await opened[Symbol.asyncDispose]();
  await plane[Symbol.asyncDispose]();
});

const create = (name: string): Promise<{ workspaceID: string }> =>
  opened.api.call(workspaces.create, { body: { name, workspaceGroupID: GROUP } });
const named = (name: string) => [...plane.workspaces.values()].filter((row) => row['name'] === name);
const stateOf = (id: string): unknown => plane.workspaces.get(id)?.['state'];
const LOCK = { status: 500, text: 'could not acquire lock within duration' };
const BROKEN = { status: 502, text: 'bad gateway' };

describe('a creation whose reply is lost', () => {
  test('is found by its name, and not made twice', async () => {
    plane.lose = 1;
    const { workspaceID } = await create('new');
    expect(named('new')).toMatchObject([{ workspaceID }]);
    expect(plane.changes()).toEqual(['POST /v1/workspaces']);
  });

  test('is found in a list that shows it late', async () => {
    plane.lose = 1;
    plane.lagFor = 2;
    const { workspaceID } = await create('new');
    expect(named('new')).toMatchObject([{ workspaceID }]);
    expect(plane.changes()).toHaveLength(1);
  });

  test('is found even when the list shows it only after it was sent again', async () => {
    plane.lose = 1;
    plane.lagFor = 12;
    const { workspaceID } = await create('new');
    expect(named('new')).toMatchObject([{ workspaceID }]);
  });

  test('is made when it had not been made', async () => {
    plane.refuse = [BROKEN];
    const { workspaceID } = await create('new');
    expect(named('new')).toMatchObject([{ workspaceID }]);
    expect(plane.changes()).toHaveLength(2);
  });

  test('of something that may exist twice takes none that was there before for its own', async () => {
    plane.lose = 1;
    const body = { workspaceGroupID: GROUP, serviceName: 's', allowList: 'a' };
    plane.connections.set('other', { privateConnectionID: 'other', status: 'ACTIVE', ...body });
    const { privateConnectionID } = await opened.api.call(privateConnections.create, { body });
    expect(privateConnectionID).not.toBe('other');
    expect(plane.connections.size).toBe(3);
    expect(plane.changes()).toHaveLength(1);
  });

  test('fails in doubt when nothing answers any more, and says so', async () => {
    plane.refuse = Array.from({ length: 20 }, () => BROKEN);
    await expect(create('new')).rejects.toMatchObject({
      code: 'api_unavailable',
      inDoubt: true,
      message: expect.stringMatching(/refused to create workspace new .*Nobody knows whether it was done/),
    });
    expect(plane.changes()).toHaveLength(6);
  });
});

test('where the looks after a lost reply fail, the error names the change that is in doubt', async () => {
  let lists = 0;
  await using server = await startLoopbackServer(({ method }, response) => {
    if (method === 'POST') response.destroy();
    else if (lists++ === 0) sendJson(response, []);
    else sendText(response, 502, 'bad gateway');
  });
  await using other = await openManagement(server.url);
  const body = { name: 'new\u{7}', workspaceGroupID: GROUP };
  await expect(other.api.call(workspaces.create, { body })).rejects.toMatchObject({
    inDoubt: true,
    message: expect.stringMatching(
      /refused to list .* Nobody knows whether the request before, to create workspace new\\u\{7\}, was carried out/,
    ),
  });
});

describe('a creation', () => {
  test('of a name that is taken is not sent', async () => {
    await expect(create('etl')).rejects.toMatchObject({
      code: 'api_conflict',
      fact: 'taken',
      message: `Cannot create workspace etl. There is a workspace of this name already (${WORKSPACE}, ACTIVE).`,
    });
    expect(plane.changes()).toEqual([]);
  });

  test('of the name of something terminated is sent', async () => {
    plane.workspaces.set('old', { workspaceID: 'old', name: 'new', state: 'TERMINATED' });
    plane.refuse = [{ status: 500, text: 'workspace new already exists' }];
    await expect(create('new')).rejects.toMatchObject({ code: 'api_conflict', inDoubt: false });
    expect(plane.changes()).toHaveLength(1);
  });

  test('waits for the lock of the organization as long as its own client does', async () => {
    plane.refuse = [LOCK, LOCK, LOCK, undefined];
    await create('new');
    expect(opened.clock.sleeps).toEqual([20_000, 40_000, 60_000]);
    expect(named('new')).toHaveLength(1);
  });

  test('gives up on a lock that stays, and is not in doubt', async () => {
    plane.refuse = [LOCK, LOCK, LOCK, LOCK, LOCK];
    await expect(create('new')).rejects.toMatchObject({
      code: 'api_locked',
      inDoubt: false,
      message: expect.stringContaining('could not acquire lock'),
    });
    expect(plane.changes()).toHaveLength(4);
  });

  test('of an input that does not fit sends nothing, not even a look', async () => {
    const body = { name: '', workspaceGroupID: GROUP };
    await expect(opened.api.call(workspaces.create, { body })).rejects.toMatchObject({ code: 'usage' });
    expect(plane.seen).toEqual([]);
  });

  test('without credits says what the service says', async () => {
    plane.refuse = [{ status: 403, text: 'no credits left' }];
    await expect(create('new')).rejects.toMatchObject({
      code: 'api_credits',
      message:
        'The Management API refused to create workspace new (status 403: no credits left). The organization may be out of credits, or the API key not allowed to do this.',
    });
  });
});

describe('suspending and resuming', () => {
  const suspend = () => opened.api.call(workspaces.suspend, { workspaceID: WORKSPACE });

  test('does nothing where the state is reached', async () => {
    const state = { ...plane.workspaces.get(WORKSPACE)!, state: 'suspended' };
    plane.workspaces.set(WORKSPACE, state);
    expect(await suspend()).toEqual({ workspaceID: WORKSPACE });
    expect(plane.changes()).toEqual([]);
  });

  test.each([0, 2, 6])('after a lost reply, when looks show it %i late, is not an error', async (late) => {
    plane.lose = 1;
    plane.lagFor = late;
    expect(await suspend()).toEqual({ workspaceID: WORKSPACE });
    expect(stateOf(WORKSPACE)).toBe('SUSPENDED');
  });

  test('refused because somebody else was quicker, succeeds', async () => {
    plane.refuse = [{ status: 409, text: 'busy' }];
    const call = suspend();
    while (plane.changes().length === 0) await new Promise(setImmediate);
    plane.workspaces.set(WORKSPACE, { ...plane.workspaces.get(WORKSPACE)!, state: 'SUSPENDED' });
    expect(await call).toEqual({ workspaceID: WORKSPACE });
  });

  test('refused for another reason, rejects with it', async () => {
    plane.refuse = [{ status: 409, text: 'busy scaling' }];
    await expect(suspend()).rejects.toMatchObject({
      code: 'api_conflict',
      message: expect.stringContaining('busy scaling'),
    });
  });

  test('of something terminated is not sent', async () => {
    plane.workspaces.set(WORKSPACE, { ...plane.workspaces.get(WORKSPACE)!, state: 'TERMINATED' });
    await expect(suspend()).rejects.toMatchObject({ code: 'api_conflict' });
    expect(plane.changes()).toEqual([]);
  });
});

describe('an update whose reply is lost', () => {
  const group = { workspaceGroupID: GROUP };

  test('is not sent again when it was made', async () => {
    plane.lose = 1;
    const body = { firewallRanges: ['10.0.0.0/8', '127.0.0.1/32'], name: 'renamed' };
    expect(await opened.api.call(workspaceGroups.update, { ...group, body })).toEqual(group);
    expect(plane.changes()).toHaveLength(1);
  });

  test('is sent again with what differs alone', async () => {
    plane.refuse = [BROKEN];
    const body = { name: 'group', firewallRanges: ['10.0.0.0/8'] };
    await opened.api.call(workspaceGroups.update, { ...group, body });
    expect(plane.bodies()).toEqual([body, { firewallRanges: ['10.0.0.0/8'] }]);
  });

  test('never sends a password again, and says that nobody knows what became of it', async () => {
    plane.refuse = [BROKEN];
    const body = { name: 'renamed', adminPassword: 'Secret-Password-1' };
    const error = await opened.api
      .call(workspaceGroups.update, { ...group, body })
      .catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({
      code: 'api_unavailable',
      inDoubt: true,
      message: expect.stringContaining('nobody knows whether the password was changed'),
    });
    expect(plane.bodies()).toEqual([body, { name: 'renamed' }]);
    expect(plane.groups.get(GROUP)).toMatchObject({ name: 'renamed' });
    expect(JSON.stringify(error) + String(error)).not.toContain('Secret-Password-1');
  });
});

describe('a termination', () => {
  const terminate = () => opened.api.call(workspaces.terminate, { workspaceID: WORKSPACE });

  test('whose reply is lost is done', async () => {
    plane.lose = 1;
    expect(await terminate()).toEqual({ workspaceID: WORKSPACE });
    expect(stateOf(WORKSPACE)).toBe('TERMINATED');
    expect(plane.changes()).toHaveLength(1);
  });

  test('is sent again when it was not made', async () => {
    plane.refuse = [BROKEN];
    await terminate();
    expect(stateOf(WORKSPACE)).toBe('TERMINATED');
  });

  test('of something unknown rejects', async () => {
    const workspaceID = '00000000-0000-4000-8000-00000000000f';
    await expect(opened.api.call(workspaces.terminate, { workspaceID })).rejects.toMatchObject({
      code: 'api_not_found',
      fact: 'missing',
    });
  });

  test('of a connection that is gone after a lost reply is done', async () => {
    plane.lose = 1;
    const call = opened.api.call(privateConnections.delete, { connectionID: CONNECTION });
    expect(await call).toEqual({ privateConnectionID: CONNECTION });
  });
});

test('a failover is never made again by itself', async () => {
  plane.refuse = [BROKEN];
  await expect(opened.api.call(groupStorageDR.failover, { workspaceGroupID: GROUP })).rejects.toMatchObject({
    code: 'api_unavailable',
    verdict: 'skip_entry',
    inDoubt: true,
    message: expect.stringMatching(/fail over workspace group .*look before you do it again/),
  });
  expect(plane.changes()).toHaveLength(1);
});

test('a refusal that asks for fewer requests is waited for, whatever the operation', async () => {
  plane.refuse = [{ status: 429, text: 'slower' }];
  await opened.api.call(groupStorageDR.failover, { workspaceGroupID: GROUP });
  expect(plane.changes()).toHaveLength(2);
});
