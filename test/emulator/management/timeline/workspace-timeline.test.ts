import { describe, expect, test } from 'vitest';
import { workspaceAt } from '../../../../src/emulator/management/timeline/workspace-timeline.ts';
import type { WorkspaceEvent } from '../../../../src/emulator/management/timeline/workspace-timeline.ts';

const CREATE: WorkspaceEvent = { at: 100, did: 'create', done: 200, size: 'S-00' };
const phases = (history: readonly WorkspaceEvent[], times: readonly number[], groupEnd?: number) =>
  times.map((at) => workspaceAt(history, at, groupEnd).phase);

test('a workspace is created, suspended, resumed and terminated, each change done at its time and not before', () => {
  const history: WorkspaceEvent[] = [
    CREATE,
    { at: 300, did: 'suspend', done: 310 },
    { at: 400, did: 'resume', done: 420 },
    { at: 500, did: 'terminate', done: 501 },
  ];
  expect(phases(history, [100, 199, 200, 300, 309, 310, 400, 419, 420, 500, 501])).toEqual([
    'creating',
    'creating',
    'active',
    'suspending',
    'suspending',
    'suspended',
    'resuming',
    'resuming',
    'active',
    'terminating',
    'terminated',
  ]);
  expect(workspaceAt(history, 450)).toMatchObject({ createdAt: 100, lastResumedAt: 420, activeSince: 420 });
  expect(workspaceAt(history, 600).terminatedAt).toBe(501);
});

test('a creation may fail, and what failed can be terminated', () => {
  const history: WorkspaceEvent[] = [
    { ...CREATE, fails: true },
    { at: 400, did: 'terminate', done: 400 },
  ];
  expect(phases(history, [150, 200, 399, 400])).toEqual(['creating', 'failed', 'failed', 'terminated']);
});

test('a resize shows nothing, then progress, then the new size, and stays active throughout', () => {
  const history: WorkspaceEvent[] = [CREATE, { at: 300, did: 'resize', begins: 350, done: 450, size: 'S-2' }];
  const at = (ms: number) => {
    const { phase, size, resize } = workspaceAt(history, ms);
    return [phase, size, resize?.begins];
  };
  expect(at(300)).toEqual(['active', 'S-00', 350]);
  expect(at(449)).toEqual(['active', 'S-00', 350]);
  expect(at(450)).toEqual(['active', 'S-2', undefined]);
});

test('a change at v2 passes through another phase and back', () => {
  const history: WorkspaceEvent[] = [CREATE, { at: 300, did: 'change', done: 350, size: 'S-1' }];
  expect(phases(history, [299, 300, 349, 350])).toEqual(['active', 'changing', 'changing', 'active']);
  expect(workspaceAt(history, 349).size).toBe('S-00');
  expect(workspaceAt(history, 350).size).toBe('S-1');
});

describe('auto-suspend', () => {
  const idle = (afterSeconds: number): WorkspaceEvent => ({
    at: 200,
    did: 'setAutoSuspend',
    autoSuspend: { type: 'IDLE', afterSeconds },
  });

  test('IDLE counts from the last query or resumption', () => {
    const history: WorkspaceEvent[] = [CREATE, idle(1), { at: 900, did: 'use', until: 900 }];
    expect(phases(history, [1200, 1899, 1900])).toEqual(['active', 'active', 'suspended']);
    const resumed: WorkspaceEvent[] = [...history, { at: 5000, did: 'resume', done: 5000 }];
    expect(phases(resumed, [5999, 6000])).toEqual(['active', 'suspended']);
  });

  test('IDLE does not count between queries of one run', () => {
    const history: WorkspaceEvent[] = [CREATE, idle(1), { at: 900, did: 'use', until: 5000 }];
    expect(phases(history, [3000, 5999, 6000])).toEqual(['active', 'active', 'suspended']);
  });

  test('SCHEDULED counts from when it was set, whatever is queried', () => {
    const set: WorkspaceEvent = {
      at: 500,
      did: 'setAutoSuspend',
      autoSuspend: { type: 'SCHEDULED', afterSeconds: 1 },
    };
    const history: WorkspaceEvent[] = [CREATE, set, { at: 1400, did: 'use', until: 1400 }];
    expect(phases(history, [1499, 1500])).toEqual(['active', 'suspended']);
  });

  test('can be dropped with the resumption, and by being disabled', () => {
    const history: WorkspaceEvent[] = [
      CREATE,
      idle(1),
      { at: 2000, did: 'resume', done: 2000, disableAutoSuspend: true },
    ];
    expect(workspaceAt(history, 9000)).toMatchObject({ phase: 'active', autoSuspend: undefined });
    const disabled: WorkspaceEvent[] = [
      CREATE,
      idle(1),
      { at: 500, did: 'setAutoSuspend', autoSuspend: null },
    ];
    expect(workspaceAt(disabled, 9000).phase).toBe('active');
  });

  test('waits for the end of a resize, and time never runs backwards in the spans', () => {
    const history: WorkspaceEvent[] = [
      CREATE,
      idle(1),
      { at: 300, did: 'resize', begins: 300, done: 3000, size: 'S-1' },
    ];
    const { phase, spans } = workspaceAt(history, 4000);
    expect(phase).toBe('suspended');
    expect(spans.map(({ from }) => from)).toEqual([100, 200, 3000, 3000]);
  });
});

test('a workspace ends with its group, whatever is under way, and nothing follows', () => {
  const history: WorkspaceEvent[] = [
    CREATE,
    { at: 300, did: 'suspend', done: 400 },
    { at: 500, did: 'resume', done: 600 },
  ];
  expect(phases(history, [349, 350, 700], 350)).toEqual(['suspending', 'terminated', 'terminated']);
  expect(workspaceAt(history, 700, 350).terminatedAt).toBe(350);
});
