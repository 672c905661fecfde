import { expect, test } from 'vitest';
import { connectionAt } from '../../../../src/emulator/management/timeline/connection-timeline.ts';
import { disasterRecoveryAt } from '../../../../src/emulator/management/timeline/disaster-recovery-timeline.ts';
import { groupAt } from '../../../../src/emulator/management/timeline/group-timeline.ts';
import type { GroupEvent } from '../../../../src/emulator/management/timeline/group-timeline.ts';
import {
  completedCount,
  executionAt,
  executionCount,
} from '../../../../src/emulator/management/timeline/job-timeline.ts';
import { isoTime, parseDuration, parseTime } from '../../../../src/emulator/management/timeline/times.ts';

const CREATE: GroupEvent = { at: 100, did: 'create', done: 200 };

test('a group is created, and ends when it is terminated or when it expires', () => {
  const phase = (history: readonly GroupEvent[], at: number) => groupAt(history, at).phase;
  expect([phase([CREATE], 199), phase([CREATE], 200)]).toEqual(['creating', 'active']);
  expect(phase([{ at: 100, did: 'create', done: 200, fails: true }], 200)).toBe('failed');
  const expiring: GroupEvent[] = [CREATE, { at: 100, did: 'setExpiry', expires: 500 }];
  expect([phase(expiring, 499), phase(expiring, 500)]).toEqual(['active', 'terminated']);
  const spared: GroupEvent[] = [...expiring, { at: 400, did: 'setExpiry', expires: null }];
  expect(phase(spared, 9000)).toBe('active');
  const tooLate: GroupEvent[] = [...expiring, { at: 500, did: 'setExpiry', expires: null }];
  expect(phase(tooLate, 9000)).toBe('terminated');
  const ended = groupAt([...spared, { at: 450, did: 'terminate', bytes: 7 }], 460);
  expect(ended).toMatchObject({ phase: 'terminated', terminatedAt: 450, lastBytes: 7 });
});

test('a firewall holds from when it is done, the last one that is', () => {
  const set = (at: number, done: number, range: string): GroupEvent => ({
    at,
    did: 'setFirewall',
    done,
    ranges: [range],
    allowAllTraffic: false,
  });
  const history = [CREATE, set(100, 250, 'a'), set(300, 350, 'b')];
  expect(groupAt(history, 249).firewall).toBeUndefined();
  expect(groupAt(history, 349).firewall?.ranges).toEqual(['a']);
  expect(groupAt(history, 350).firewall?.ranges).toEqual(['b']);
});

test('a private connection becomes active, and is deleted later than it is asked for, or with its parent', () => {
  const history = [
    { at: 100, did: 'create', done: 200 },
    { at: 250, did: 'update' },
    { at: 300, did: 'delete', done: 400 },
  ] as const;
  const at = (ms: number, end?: number) => connectionAt(history, ms, end);
  expect([at(199).status, at(200).status, at(399).status, at(400).status]).toEqual([
    'PENDING',
    'ACTIVE',
    'ACTIVE',
    'DELETED',
  ]);
  expect(at(500)).toMatchObject({ createdAt: 100, activeAt: 200, updatedAt: 250, deletedAt: 400 });
  expect(at(350, 320)).toMatchObject({ status: 'DELETED', deletedAt: 320 });
});

test('storage DR counts up while an operation runs, and remembers where it is in use', () => {
  const history = [
    { at: 100, done: 200, did: 'setUpReplication', region: 'r', databases: ['a', 'b'] },
    { at: 300, done: 400, did: 'recover', operation: 'Failover', ends: 'Completed', workspaces: 4 },
    { at: 500, done: 600, did: 'recover', operation: 'Failback', ends: 'Failed', workspaces: 4 },
  ] as const;
  expect(disasterRecoveryAt(history, 99)).toBeUndefined();
  expect(disasterRecoveryAt(history, 150)).toMatchObject({ duplication: 'Pending', latest: undefined });
  expect(disasterRecoveryAt(history, 350)).toMatchObject({
    duplication: 'Active',
    isFailedOver: false,
    latest: { state: 'Active', completedWorkspaces: 2, totalWorkspaces: 4, completedAttachments: 4 },
  });
  expect(disasterRecoveryAt(history, 400)).toMatchObject({
    isFailedOver: true,
    latest: { state: 'Completed', completedWorkspaces: 4, completedAttachments: 8 },
  });
  expect(disasterRecoveryAt(history, 700)).toMatchObject({ isFailedOver: true, latest: { state: 'Failed' } });
});

test('a job runs once, or again and again', () => {
  const once = { startAt: 1000, intervalMs: undefined, executionMs: 10 };
  expect([completedCount(once, 999), completedCount(once, 1009), completedCount(once, 1010)]).toEqual([
    0, 0, 1,
  ]);
  expect(executionAt(once, 1, 999).status).toBe('Scheduled');
  const often = { startAt: 1000, intervalMs: 100, executionMs: 10 };
  expect([executionCount(often, 1250), completedCount(often, 1205), completedCount(often, 1210)]).toEqual([
    3, 2, 3,
  ]);
  expect(executionAt(often, 3, 1205)).toMatchObject({ status: 'Running', scheduledAt: 1200 });
});

test.each([
  ['3h30m', 12_600_000],
  ['90s', 90_000],
  ['2d', 172_800_000],
  ['1.5h', 5_400_000],
  ['250ms', 250],
  ['3', undefined],
  ['h', undefined],
  ['', undefined],
])('the duration %j is %s', (text, ms) => {
  expect(parseDuration(text)).toBe(ms);
});

test.each([
  ['2026-03-01', '2026-03-01T00:00:00Z'],
  ['2026-03-01T10:00:00', '2026-03-01T10:00:00Z'],
  ['2026-03-01T10:00:00+0200', '2026-03-01T08:00:00Z'],
  ['2026-03-01T10:00:00.500Z', '2026-03-01T10:00:00.500Z'],
  ['1 March', undefined],
  ['2026-13-01', undefined],
])('the time %j is %s', (text, iso) => {
  const at = parseTime(text);
  expect(at === undefined ? undefined : isoTime(at)).toBe(iso);
});
