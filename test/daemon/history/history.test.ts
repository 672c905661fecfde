import { expect, onTestFinished, test } from 'vitest';
import { openJobsHistory } from '../../../src/daemon/history/jobs-history.ts';
import { openHistory } from '../../../src/daemon/history/open-history.ts';
import { openLedger } from '../../../src/sync/ledger/open-ledger.ts';
import type { Ledger } from '../../../src/sync/ledger/ledger.ts';
import { begunRun, endedRun } from '../../support/engine/runs.ts';
import { temporaryFolder } from '../../support/trees/temporary-folder.ts';

const PAIR = { source: '/data', destination: 'stage://g/x/' };

function withRuns(folder: string, count: number, pair = PAIR): Ledger {
  const ledger = openLedger({ ...pair, folder, command: 'stagesync up', pid: 1 });
  for (let at = 1; at <= count; at++) {
    ledger.startRun(begunRun({ startedMs: at }));
    ledger.addActions(
      ['a', 'b', 'c'].map((path) => ({
        kind: 'upload',
        path,
        reason: 'new',
        ms: 1,
        ...(path === 'b'
          ? { outcome: 'failed', error: { code: 'stage_rejected', message: 'no' } }
          : { outcome: 'done' }),
      })),
    );
    ledger.endRun(endedRun({ startedMs: at, actionsCut: at }), { isWatch: false });
  }
  return ledger;
}

test('the runs of a pair can be read while it is worked on, and the one that goes on is none of them', async () => {
  const stateFolder = await temporaryFolder();
  const history = openHistory({ stateFolder, ...PAIR });
  expect([history.runs({ limit: 5 }), history.run('x'), history.lastSuccessMs()]).toEqual([
    [],
    undefined,
    undefined,
  ]);
  const ledger = withRuns(stateFolder, 3);
  ledger.startRun(begunRun({ startedMs: 4 }));
  expect(history.runs({ limit: 2 }).map(({ startedMs }) => startedMs)).toEqual([3, 2]);
  expect(history.lastSuccessMs()).toBe(3);
  ledger.close();
  // nobody works on it any more: that run was killed
  expect(history.runs({ limit: 1 })).toMatchObject([{ startedMs: 4, didNotEnd: true }]);
});

test('jobs are found by their names, page by page, also one that ran first after it was asked for', async () => {
  const stateFolder = await temporaryFolder();
  const history = openJobsHistory(stateFolder);
  expect(history.runs('orders', { before: undefined, limit: 9 })).toEqual({ runs: [], more: false });
  const ledger = withRuns(stateFolder, 3);
  onTestFinished(() => ledger.close());
  ledger.remember('job', 'orders');
  const first = history.runs('orders', { before: undefined, limit: 2 });
  expect([first.runs.map(({ startedMs }) => startedMs), first.more]).toEqual([[3, 2], true]);
  const second = history.runs('orders', { before: first.runs[1]!.id, limit: 2 });
  expect([second.runs.map(({ startedMs }) => startedMs), second.more]).toEqual([[1], false]);
  expect(history.run('orders', 'run of 2')).toMatchObject({ startedMs: 2 });
  const part = { offset: 1, limit: 1, onlyFailed: false };
  expect(history.actions('orders', 'run of 2', part)).toMatchObject({
    actions: [{ path: 'b', outcome: 'failed' }],
    more: true,
    cut: true,
  });
  const failed = history.actions('orders', 'run of 2', { offset: 0, limit: 9, onlyFailed: true });
  expect([failed.actions.map(({ path }) => path), failed.more]).toEqual([['b'], false]);
  expect(history.runs('other', { before: undefined, limit: 9 }).runs).toEqual([]);
});

test('a job that has another pair now has the history of that one', async () => {
  const stateFolder = await temporaryFolder();
  const history = openJobsHistory(stateFolder);
  const before = withRuns(stateFolder, 1);
  before.remember('job', 'orders');
  expect(history.runs('orders', { before: undefined, limit: 9 }).runs).toHaveLength(1);
  before.remember('job', undefined);
  before.close();
  const now = withRuns(stateFolder, 2, { ...PAIR, destination: 'stage://g/other/' });
  now.remember('job', 'orders');
  now.close();
  expect(history.runs('orders', { before: undefined, limit: 9 }).runs).toHaveLength(2);
});
