import { describe, expect, test } from 'vitest';
import { OPERATIONS } from '../../../src/api/operations.ts';
import { privateConnections } from '../../../src/api/resources/private-connections.ts';
import { groupStorageDR } from '../../../src/api/resources/storage-dr.ts';
import { starters } from '../../../src/api/resources/starters.ts';
import { workspaceGroups } from '../../../src/api/resources/workspace-groups.ts';
import { workspaces } from '../../../src/api/resources/workspaces.ts';
import type { Operation } from '../../../src/api/operation.ts';
import { awaitedAfter } from '../../../src/api/waiting/after-change.ts';

const id = { workspaceID: 'w1' };
const judged = (operation: Operation, input: object, shown: unknown, reply: unknown = {}) =>
  awaitedAfter(operation, { input, reply })?.judge(shown).is;

test('a change is waited for by reading the thing that it made or changed', () => {
  const body = { name: 'etl', workspaceGroupID: 'g1' };
  expect(awaitedAfter(workspaces.create, { input: { body }, reply: { workspaceID: 'w9' } })).toMatchObject({
    what: 'workspace etl',
    target: 'ACTIVE',
    look: { operation: workspaces.get, input: { workspaceID: 'w9' } },
  });
  expect(awaitedAfter(workspaces.suspend, { input: id, reply: id, what: 'workspace etl' })).toMatchObject({
    what: 'workspace etl',
    target: 'SUSPENDED',
    look: { input: id },
  });
  expect(
    awaitedAfter(privateConnections.delete, { input: { connectionID: 'c' }, reply: undefined }),
  ).toMatchObject({ target: 'DELETED', look: { input: { connectionID: 'c' } } });
  expect(awaitedAfter(workspaces.get, { input: id, reply: {} })).toBeUndefined();
});

test('what was named is waited for, whatever the reply names', () => {
  expect(awaitedAfter(workspaces.terminate, { input: id, reply: { workspaceID: 'w2' } })).toMatchObject({
    look: { input: id },
  });
});

test('an empty state is none that is waited for; what has no state at all is there when it is shown', () => {
  const create = { body: { name: 'etl' } };
  expect(judged(workspaces.create, create, { state: '' })).toBe('not_yet');
  expect(judged(starters.create, create, { name: 'etl' })).toBe('reached');
});

test('every change is waited for but for one that takes effect at once', () => {
  const { stage: _, ...ours } = OPERATIONS;
  const changes = Object.values(ours)
    .flatMap((resource) => Object.values(resource) as readonly Operation[])
    .filter(({ verb }) => verb !== 'GET');
  const notWaitedFor = changes.filter((each) => awaitedAfter(each, { input: id, reply: {} }) === undefined);
  expect(notWaitedFor).toEqual([privateConnections.update]);
});

describe('a resize', () => {
  const resize = (shown: object): unknown =>
    judged(workspaces.update, { ...id, body: { size: 'S-2' } }, { state: 'ACTIVE', ...shown });

  test.each<[string, object, string]>([
    ['does not show yet', { size: 'S-00' }, 'not_yet'],
    ['is under way', { size: 'S-00', scalingProgress: 30 }, 'not_yet'],
    ['shows its size before it is at its end', { size: 'S-2', scalingProgress: 99 }, 'not_yet'],
    ['shows its size, and no progress', { size: 'S-2', scalingProgress: null }, 'reached'],
    ['is done, but pending', { size: 'S-2', state: 'PENDING' }, 'not_yet'],
    ['goes on saying that it is done', { size: 'S-2', scalingProgress: 100 }, 'reached'],
    ['says that it is done, and shows the old size', { size: 'S-00', scalingProgress: 100 }, 'not_yet'],
  ])('that %s', (_, shown, is) => {
    expect(resize(shown)).toBe(is);
  });
});

describe('a firewall', () => {
  const create = (body: object, shown: object): unknown =>
    judged(workspaceGroups.create, { body: { name: 'g', ...body } }, { state: 'ACTIVE', ...shown });

  test.each<[object, object, string]>([
    [{ firewallRanges: ['10.0.0.0/8'] }, { firewallRanges: null }, 'not_yet'],
    [{ firewallRanges: ['10.0.0.0/8'] }, { firewallRanges: ['10.0.0.0/8'] }, 'reached'],
    [{ firewallRanges: ['0.0.0.0/0'] }, { firewallRanges: [], allowAllTraffic: true }, 'reached'],
    [{ firewallRanges: [], allowAllTraffic: true }, { firewallRanges: [] }, 'not_yet'],
    [{ firewallRanges: [] }, { firewallRanges: null }, 'reached'],
  ])('%j that shows as %j: %s', (body, shown, is) => {
    expect(create(body, shown)).toBe(is);
  });

  test('of an update is waited for, and what cannot show is not', () => {
    const body = {
      firewallRanges: ['10.0.0.0/8'],
      adminPassword: 'x',
      expiresAt: '3h',
      optInPreviewFeature: true,
    };
    const input = { workspaceGroupID: 'g', body };
    const shown = { state: 'ACTIVE', firewallRanges: [] };
    expect(judged(workspaceGroups.update, input, shown)).toBe('not_yet');
    expect(judged(workspaceGroups.update, input, { ...shown, firewallRanges: ['10.0.0.0/8'] })).toBe(
      'reached',
    );
  });
});

describe('storage DR', () => {
  const group = { workspaceGroupID: 'g' };
  const failover = (compute: object | undefined): unknown =>
    judged(groupStorageDR.failover, group, { compute });

  test('of a failover is at its end when the status says so of a failover', () => {
    expect(failover(undefined)).toBe('not_yet');
    expect(failover({ storageDRType: 'Failback', storageDRState: 'Completed' })).toBe('not_yet');
    expect(failover({ storageDRType: 'Failover', storageDRState: 'Active' })).toBe('not_yet');
    expect(failover({ storageDRType: 'Failover', storageDRState: 'Completed' })).toBe('reached');
    expect(failover({ storageDRType: 'Failover', storageDRState: 'Expired' })).toBe('failed');
  });

  test('set up waits for each database that was named', () => {
    const input = { ...group, body: { regionID: 'r', databaseNames: ['a', 'b'] } };
    const setup = (...states: string[]): unknown =>
      judged(groupStorageDR.setup, input, {
        storage: states.map((duplicationState, at) => ({ databaseName: 'abc'[at], duplicationState })),
      });
    expect(setup('Active')).toBe('not_yet');
    expect(setup('Active', 'Pending')).toBe('not_yet');
    expect(setup('Active', 'Active', 'Error')).toBe('reached');
    expect(setup('Error', 'Active')).toBe('failed');
  });
});
