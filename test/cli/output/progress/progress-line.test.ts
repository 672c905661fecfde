import { expect, test } from 'vitest';
import { progressLine } from '../../../../src/cli/output/progress/text/progress-line.ts';
import { ProgressTracker } from '../../../../src/cli/output/progress/progress-tracker.ts';
import type { SyncEvent } from '../../../../src/model/events.ts';

function lineAfter(events: readonly SyncEvent[], ms: number): string {
  let now = 0;
  const tracker = new ProgressTracker(() => now);
  for (const event of events) tracker.onEvent(event);
  now += ms;
  return progressLine(tracker.state());
}

const listing = { type: 'listing', listed: 900, toUpload: 0, toUploadBytes: 0, done: false } as const;

test('says how much of how much is done, and how long it still takes', () => {
  const line = lineAfter(
    [
      { ...listing, toUpload: 4, toUploadBytes: 40_000_000, done: true },
      { type: 'action', kind: 'upload', path: 'a', reason: 'new', bytes: 10_000_000, ms: 1, outcome: 'done' },
    ],
    4000,
  );
  expect(line).toBe('progress: 25%, 1 of 4 files, 10 MB of 40 MB, 2.5 MB/s, 12s left');
});

test('says what was compared while there is nothing to send', () => {
  expect(lineAfter([listing], 10)).toBe('progress: 900 entries compared');
});

test('says what is waited for', () => {
  const line = lineAfter([listing, { type: 'throttled', requestsPerSecond: 2, pauseMs: 3000 }], 1000);
  expect(line).toMatch(
    /^progress: 900 entries compared; paused until .* \(in 2s\): Stage asks for fewer requests$/,
  );
});
