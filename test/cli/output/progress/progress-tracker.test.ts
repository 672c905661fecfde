import { expect, test } from 'vitest';
import { ProgressTracker } from '../../../../src/cli/output/progress/progress-tracker.ts';
import { underWayText } from '../../../../src/cli/output/progress/text/under-way-text.ts';
import type { SyncEvent } from '../../../../src/model/events.ts';

const MB = 1_000_000;

function tracking() {
  let now = 1_000_000;
  const tracker = new ProgressTracker(() => now);
  const hear = (...events: readonly SyncEvent[]): void => {
    for (const event of events) tracker.onEvent(event);
  };
  return { tracker, hear, pass: (ms: number) => (now += ms) };
}

const listing = (changes: Partial<Extract<SyncEvent, { type: 'listing' }>> = {}): SyncEvent => ({
  type: 'listing',
  listed: 0,
  toUpload: 0,
  toUploadBytes: 0,
  done: false,
  ...changes,
});
const sent = (path: string, bytes: number, size: number): SyncEvent => ({
  type: 'transfer',
  path,
  bytes,
  sent: bytes,
  size,
});
const uploaded = (path: string, bytes: number): SyncEvent => ({
  type: 'action',
  kind: 'upload',
  path,
  reason: 'new',
  bytes,
  ms: 1,
  outcome: 'done',
});

const refused: SyncEvent = {
  type: 'retry',
  operation: 'upload',
  path: 'a',
  attempt: 1,
  waitMs: 4000,
  error: { code: 'stage_unreachable', message: 'connect ECONNREFUSED', verdict: 'retry' } as never,
};

test('on a first run share, totals and what is compared are known while most is not compared', () => {
  const { tracker, hear } = tracking();
  const ahead = { files: 700, bytes: 70 * MB, whole: true, allNew: true };
  hear(listing({ listed: 100, toUpload: 100, toUploadBytes: 10 * MB, ahead }), uploaded('a', MB));
  expect(tracker.state()).toMatchObject({
    areTotalsKnown: true,
    totalFiles: 800,
    totalBytes: 80 * MB,
    files: 1,
    toCompare: 800,
  });
});

test('no share is told while the source is still listed, nor where the destination has files that may be equal', () => {
  const { tracker, hear } = tracking();
  hear(
    listing({ toUpload: 10, toUploadBytes: 10, ahead: { files: 5, bytes: 5, whole: false, allNew: true } }),
  );
  expect(tracker.state()).toMatchObject({ areTotalsKnown: false, totalFiles: 15, toCompare: undefined });
  hear(
    listing({
      listed: 10,
      toUpload: 10,
      toUploadBytes: 10,
      ahead: { files: 5, bytes: 5, whole: true, allNew: false },
    }),
  );
  expect(tracker.state()).toMatchObject({ areTotalsKnown: false, totalFiles: 10, toCompare: 15 });
});

test('a later run says about how many entries there are until all are compared', () => {
  const { tracker, hear } = tracking();
  hear(listing({ listed: 100, expected: 20_000 }));
  expect(tracker.state()).toMatchObject({ compared: 100, expected: 20_000, toCompare: undefined });
  hear(listing({ listed: 19_000, expected: 20_000, done: true }));
  expect(tracker.state().expected).toBeUndefined();
});

test('never fewer compared than sent', () => {
  const { tracker, hear } = tracking();
  hear(listing({ listed: 1, toUpload: 1 }));
  for (let at = 0; at < 30; at++) hear(uploaded(`f${at}`, 1));
  expect(tracker.state().compared).toBe(30);
});

test('bytes under way count, those of an attempt that begins anew once', () => {
  const { tracker, hear } = tracking();
  hear(sent('x/a', 400, 1000), sent('a', 999, 1000), sent('a', 500, 1000), uploaded('b', 1000));
  expect(tracker.state()).toMatchObject({ bytes: 1900, files: 1 });
  expect(underWayText(tracker.underWay)).toBe('2 files, 1.1 kB left');
});

test('a file that failed, or was left out, is not under way', () => {
  const { tracker, hear } = tracking();
  hear(sent('a', 1, 10), sent('b', 1, 10));
  hear({ type: 'problem', path: 'a', code: 'still_changing', severity: 'warning', message: 'x' });
  expect(tracker.underWay).toHaveLength(1);
});

test('the share is of what has arrived: files that failed are told beside it, and the run is done without them', () => {
  const { tracker, hear } = tracking();
  const error = { code: 'stage_unavailable', message: 'x', verdict: 'skip_entry' } as never;
  const failed: SyncEvent = {
    type: 'action',
    kind: 'upload',
    path: 'b',
    reason: 'new',
    ms: 1,
    outcome: 'failed',
    error,
  };
  hear(listing({ listed: 2, toUpload: 2, toUploadBytes: 20, done: true }), uploaded('a', 10), failed);
  expect(tracker.state()).toMatchObject({ files: 1, totalFiles: 2, bytes: 10, totalBytes: 20, failed: 1 });
  expect(tracker.state().wait).toEqual({ kind: 'confirming' });
});

test('after an attempt that failed the file is to be sent anew', () => {
  const { tracker, hear } = tracking();
  hear(sent('a', 10, 10), refused);
  expect(underWayText(tracker.underWay)).toBe('1 file, 10 B left');
});

test('the rate begins with the first byte', () => {
  const { tracker, hear, pass } = tracking();
  for (let at = 0; at < 8; at++) {
    pass(1000);
    tracker.state();
  }
  hear(sent('a', 0, 10 * MB));
  expect(tracker.state().bytesPerSecond).toBeUndefined();
  pass(2000);
  hear(sent('a', 2 * MB, 10 * MB));
  expect(tracker.state().bytesPerSecond).toBe(MB);
});

test('the rate is that of the last ten seconds', () => {
  const { tracker, hear, pass } = tracking();
  hear(sent('a', 0, 100 * MB));
  for (let second = 1; second <= 30; second++) {
    pass(1000);
    hear(sent('a', Math.min(second, 15) * MB, 100 * MB));
    tracker.state();
  }
  expect(tracker.state().bytesPerSecond).toBe(0);
});

test('a folder that goes with its files is one removal of the plan', () => {
  const { tracker, hear } = tracking();
  const cost = { uploads: 0, bytes: 0, moves: 0, removals: 2, foldersCreated: 0, calls: 2 };
  const removed = (path: string, within?: string): SyncEvent => ({
    type: 'action',
    kind: 'remove',
    path,
    reason: 'gone_from_source',
    ...(within !== undefined && { within }),
    files: 5,
    ms: 1,
    outcome: 'done',
  });
  hear({ type: 'plan', cost, estimateMs: 1, estimateFrom: 'usual' }, removed('d/'), removed('d/a', 'd/'));
  expect(tracker.state()).toMatchObject({ removals: 1, totalRemovals: 2 });
});

test('a request that fails once among others is no news; trouble is, until something works', () => {
  const { tracker, hear, pass } = tracking();
  hear(refused);
  pass(500);
  expect(tracker.state().wait).toBeUndefined();
  hear(uploaded('b', 1), refused);
  pass(3000);
  expect(tracker.state().wait).toMatchObject({ kind: 'retrying', message: 'connect ECONNREFUSED' });
  hear(uploaded('c', 1));
  expect(tracker.state().wait).toBeUndefined();
});

test('after a 429 the pause is told, then the pace, until no more requests are refused', () => {
  const { tracker, hear, pass } = tracking();
  hear({ type: 'throttled', requestsPerSecond: 2, pauseMs: 3000 }, refused);
  expect(tracker.state().wait).toEqual({ kind: 'paused', untilMs: 1_003_000 });
  pass(3001);
  expect(tracker.state().wait).toEqual({ kind: 'limited', perSecond: 2, budget: undefined });
  hear({ type: 'pace', atOnce: 8, why: 'growing' });
  expect(tracker.state().wait).toBeUndefined();
});

test('a budget is told as long as it limits', () => {
  const { tracker, hear } = tracking();
  hear({ type: 'pace', atOnce: 8, why: 'demand', perSecond: 5, budget: 'redis://r:6379/1' });
  expect(tracker.state().wait).toEqual({ kind: 'limited', perSecond: 5, budget: 'redis://r:6379/1' });
  hear({ type: 'pace', atOnce: 8, why: 'demand', budget: 'redis://r:6379/1' });
  expect(tracker.state().wait).toBeUndefined();
});

test('trouble is over once more is listed', () => {
  const { tracker, hear, pass } = tracking();
  hear(listing({ listed: 100 }), refused);
  pass(3000);
  hear(listing({ listed: 100 }));
  expect(tracker.state().wait).toMatchObject({ kind: 'retrying' });
  hear(listing({ listed: 200 }));
  expect(tracker.state().wait).toBeUndefined();
});

test('where nothing is under way here, as with workers, it waits for replies once all is listed', () => {
  const { tracker, hear, pass } = tracking();
  hear(listing({ listed: 9, toUpload: 9, toUploadBytes: 90, done: true }));
  pass(6000);
  expect(tracker.state().wait).toEqual({ kind: 'reply', sinceMs: 1_000_000, files: 0 });
});

test('says that it waits for a reply, for listings, and that it confirms', () => {
  const { tracker, hear, pass } = tracking();
  pass(6000);
  expect(tracker.state().wait).toMatchObject({ kind: 'listing' });
  hear(listing({ toUpload: 1, toUploadBytes: 10, done: true }), sent('a', 10, 10));
  pass(4000);
  expect(tracker.state().wait).toBeUndefined();
  pass(2000);
  expect(tracker.state().wait).toEqual({ kind: 'reply', sinceMs: 1_006_000, files: 1 });
  hear(uploaded('a', 10));
  expect(tracker.state().wait).toEqual({ kind: 'confirming' });
});
