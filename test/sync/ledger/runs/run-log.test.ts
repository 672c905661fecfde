import { expect, test } from 'vitest';
import type { Ledger } from '../../../../src/sync/ledger/ledger.ts';
import type { RunAction, RunSummary } from '../../../../src/model/run.ts';
import { HISTORY_MS, MOST_RUNS } from '../../../../src/sync/ledger/runs/run-log.ts';
import { newRunId } from '../../../../src/sync/ledger/runs/run-id.ts';
import { memoryLedger } from '../../../support/engine/memory-ledger.ts';
import { begunRun, endedRun } from '../../../support/engine/runs.ts';

const DAY = 86_400_000;

function run(ledger: Ledger, startedMs: number, given: Partial<RunSummary> = {}): void {
  ledger.startRun(begunRun({ startedMs, cause: given.cause ?? 'command' }));
  const isWatch = given.cause === 'watch' || given.cause === 'full';
  ledger.endRun(endedRun({ startedMs, ...given }), { isWatch });
}

const startsOf = (ledger: Ledger): number[] =>
  ledger.runs.page({ limit: 100 }).map(({ startedMs }) => startedMs);

const action = (path: string): RunAction => ({ kind: 'upload', path, reason: 'new', ms: 3, outcome: 'done' });

test('an ID is one of its run alone and tells when it began', () => {
  const ids = Array.from({ length: 50 }, () => newRunId(Date.UTC(2026, 10, 26, 9, 7, 12, 345)));
  expect(ids[0]).toMatch(/^20261126T090712-[0-9a-f]{6}$/);
  expect(new Set(ids).size).toBe(50);
});

test('a run comes back as it ended, with what it did', () => {
  const ledger = memoryLedger();
  const summary = endedRun({
    id: 'a',
    startedMs: 5,
    endedMs: 9,
    outcome: 'failures',
    report: { uploaded: 2, failed: 1, bytes: 7, requests: 4 },
    error: { code: 'stage_unreachable', message: 'nobody answers' },
    failures: [{ code: 'stage_too_large', message: 'is too large', count: 1, example: 'big' }],
    warnings: [],
    actionsCut: 3,
  });
  ledger.startRun(begunRun({ id: 'a', startedMs: 5 }));
  const failed: RunAction = {
    ...action('big'),
    bytes: 9,
    outcome: 'failed',
    error: { code: 'stage_too_large', message: 'is too large' },
  };
  const moved: RunAction = { ...action('from/'), kind: 'move', to: 'to/', files: 4, within: 'up/' };
  ledger.addActions([action('x'), failed]);
  ledger.addActions([moved]);
  ledger.endRun(summary, { isWatch: false });
  expect(ledger.runs.get('a')).toEqual(summary);
  expect(ledger.runs.page({ limit: 5 })).toEqual([summary]);
  expect(ledger.runs.actions('a', { limit: 9 })).toEqual([action('x'), failed, moved]);
  expect(ledger.runs.actions('a', { limit: 1, offset: 1 })).toEqual([failed]);
  expect(ledger.runs.actions('a', { limit: 9, onlyNotDone: true })).toEqual([failed]);
  expect([ledger.runs.get('b'), ledger.runs.actions('b', { limit: 1 })]).toEqual([undefined, []]);
});

test('pages go back from the newest run, and a page begins after a run by its ID', () => {
  const ledger = memoryLedger();
  for (let at = 1; at <= 5; at++) run(ledger, at);
  const first = ledger.runs.page({ limit: 2 });
  expect(first.map(({ startedMs }) => startedMs)).toEqual([5, 4]);
  const second = ledger.runs.page({ limit: 2, before: first[1]!.id });
  expect(second.map(({ startedMs }) => startedMs)).toEqual([3, 2]);
});

test('a run that was killed says that it did not end', () => {
  const ledger = memoryLedger();
  ledger.startRun(begunRun({ id: 'killed', startedMs: 5 }));
  expect(ledger.runs.page({ limit: 1 })).toMatchObject([
    { id: 'killed', outcome: 'interrupted', startedMs: 5, endedMs: 5, didNotEnd: true },
  ]);
});

test('passes of a watch that had nothing to do become one, which knows how many and since when', () => {
  const ledger = memoryLedger();
  run(ledger, 1, { cause: 'full', report: { ...endedRun().report, uploaded: 1 } });
  for (const at of [2, 3, 4]) run(ledger, at, { cause: at === 3 ? 'full' : 'watch' });
  expect(startsOf(ledger)).toEqual([4, 1]);
  expect(ledger.runs.page({ limit: 1 })[0]?.folded).toEqual({ passes: 2, sinceMs: 2 });
  run(ledger, 5, { cause: 'watch', outcome: 'failures' });
  run(ledger, 6, { cause: 'watch' });
  run(ledger, 7, { cause: 'command' });
  run(ledger, 8, { cause: 'command' });
  expect(startsOf(ledger)).toEqual([8, 7, 6, 5, 4, 1]);
});

test('passes of a watch that did nothing and failed in the same way become one; another failure, or work, is a run of its own', () => {
  const ledger = memoryLedger();
  const nobody = { code: 'stage_unreachable', message: 'nobody answers' } as const;
  const denied = { code: 'stage_denied', message: 'not yours' } as const;
  const failing = (at: number, given: Partial<RunSummary>): void =>
    run(ledger, at, { cause: 'watch', outcome: 'failures', ...given });
  failing(1, { error: nobody });
  for (const at of [2, 3]) failing(at, { error: nobody, cause: 'full' });
  expect(startsOf(ledger)).toEqual([3]);
  expect(ledger.runs.page({ limit: 1 })[0]?.folded).toEqual({ passes: 2, sinceMs: 1 });
  failing(4, { error: denied });
  failing(5, { error: denied, cause: 'command' });
  failing(6, { error: denied, report: { ...endedRun().report, uploaded: 1 } });
  failing(7, { error: denied });
  expect(startsOf(ledger)).toEqual([7, 6, 5, 4, 3]);
});

test('equal failures of files become one run, with the actions of the last', () => {
  const ledger = memoryLedger();
  const failures = [{ code: 'stage_too_large', message: 'is too large', count: 1, example: 'big' }] as const;
  const report = { ...endedRun().report, failed: 1 };
  for (const startedMs of [1, 2]) {
    ledger.startRun(begunRun({ id: `run${startedMs}`, startedMs, cause: 'watch' }));
    ledger.addActions([{ ...action('big'), outcome: 'failed' }]);
    ledger.endRun(endedRun({ startedMs, outcome: 'failures', report, failures }), { isWatch: true });
  }
  expect(startsOf(ledger)).toEqual([2]);
  expect(ledger.runs.actions('run1', { limit: 9 })).toEqual([]);
  expect(ledger.runs.actions('run2', { limit: 9 })).toHaveLength(1);
});

test('a pass that a row of a file names is remembered, though its report counts nothing', () => {
  const ledger = memoryLedger();
  for (const startedMs of [1, 2, 3]) {
    ledger.startRun(begunRun({ startedMs, cause: 'watch' }));
    if (startedMs === 2)
      ledger.put({ path: 'a', size: 1, version: 'v', pending: false, adopted: false } as never, 'touched');
    ledger.endRun(endedRun({ startedMs }), { isWatch: true });
  }
  expect(startsOf(ledger)).toEqual([3, 2, 1]);
  expect(ledger.explain('a')?.startedMs).toBe(2);
});

test('what is older than the history goes, with its actions, a step at each run', () => {
  const ledger = memoryLedger();
  ledger.transaction(() => {
    for (let at = 1; at <= 700; at++) {
      ledger.startRun(begunRun({ startedMs: at }));
      ledger.addActions([action('a'), action('b')]);
      ledger.endRun(endedRun({ startedMs: at }), { isWatch: false });
    }
  });
  run(ledger, HISTORY_MS + 699);
  const left = ledger.runs.page({ limit: 1000 });
  expect(left.length).toBeGreaterThan(150);
  expect(left.length).toBeLessThan(700);
  run(ledger, HISTORY_MS + 700);
  run(ledger, HISTORY_MS + 700);
  expect(startsOf(ledger)).toEqual([HISTORY_MS + 700, HISTORY_MS + 700, HISTORY_MS + 699, 700]);
  expect(ledger.runs.actions('run of 1', { limit: 9 })).toEqual([]);
  expect(ledger.runs.actions('run of 700', { limit: 9 })).toHaveLength(2);
});

test('a history of a day forgets what is older than a day', () => {
  const ledger = memoryLedger();
  for (const startedMs of [1, DAY, 2 * DAY]) {
    ledger.startRun(begunRun({ startedMs, historyMs: DAY }));
    ledger.endRun(endedRun({ startedMs }), { isWatch: false });
  }
  expect(startsOf(ledger)).toEqual([2 * DAY, DAY]);
});

test('there are never more runs than the most, however long they are remembered', () => {
  const ledger = memoryLedger();
  ledger.transaction(() => {
    for (let at = 1; at <= MOST_RUNS + 500; at++) run(ledger, at);
  });
  const { length } = ledger.runs.page({ limit: MOST_RUNS * 2 });
  expect(length).toBeGreaterThanOrEqual(MOST_RUNS);
  expect(length).toBeLessThanOrEqual(MOST_RUNS + 20);
});
