import { expect, test } from 'vitest';
import { ChangeTracker, MOVING, REMOVING } from '../../../src/cli/changes/change-tracker.ts';
import { progressFrame } from '../../../src/cli/output/progress/text/progress-frame.ts';
import { progressLine } from '../../../src/cli/output/progress/text/progress-line.ts';
import type { ProgressWords } from '../../../src/cli/output/progress/progress-state.ts';
import { PLAIN } from '../../../src/cli/output/progress/text/style.ts';

function tracking(words: ProgressWords) {
  let now = 1_000_000;
  const tracker = new ChangeTracker(words, new AbortController().signal, () => now);
  const shown = (): string[] => progressFrame(tracker.state(), { columns: 80, style: PLAIN }).split('\n');
  return { tracker, shown, pass: (ms: number) => (now += ms) };
}

test('says how much was found, then how much of it is removed, and how long it takes', () => {
  const { tracker, shown, pass } = tracking(REMOVING);
  expect(shown()).toEqual(['looking']);
  tracker.seen(1200);
  expect(shown()).toEqual(['looking: found 1,200 so far']);
  tracker.planned({ bytes: 12_000 });
  expect(shown()).toEqual(['[----------]   0%  0/1,200 files  0 B of 12 kB']);
  pass(6000);
  tracker.onEvent({ type: 'action', kind: 'remove', path: 'd/', files: 600, bytes: 6000 });
  tracker.onEvent({ type: 'planned', kind: 'remove', path: 'e', files: 1 });
  expect(shown()).toEqual(['[#####-----]  50%  600/1,200 files  6 kB of 12 kB  6s left']);
  expect(progressLine(tracker.state())).toBe('progress: 50%, 600 of 1,200 files, 6 kB of 12 kB, 6s left');
});

test('counts the names that moved, and what failed', () => {
  const { tracker, shown } = tracking(MOVING);
  tracker.seen(2);
  tracker.onEvent({ type: 'action', kind: 'move', path: 'a', to: 'b' });
  tracker.onEvent({
    type: 'problem',
    path: 'c',
    code: 'destination_taken',
    severity: 'failure',
    message: 'x',
  });
  expect(shown()).toEqual(['[#####-----]  50%  1/2 names', '  1 failed']);
});

test('says until when it waits', () => {
  const { tracker, shown } = tracking(REMOVING);
  tracker.onEvent({ type: 'throttled', requestsPerSecond: 2, pauseMs: 3000 });
  expect(shown().at(-1)).toMatch(/^ {2}paused until .* \(in 3s\): Stage asks for fewer requests$/);
});
