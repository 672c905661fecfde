import { PassThrough } from 'node:stream';
import { afterEach, expect, test, vi } from 'vitest';
import { LiveProgress } from '../../../../src/cli/output/progress/live-progress.ts';
import { LINE_EVERY_MS, writePeriodicLines } from '../../../../src/cli/output/progress/periodic-lines.ts';
import { progressFrame } from '../../../../src/cli/output/progress/text/progress-frame.ts';
import { progressLine } from '../../../../src/cli/output/progress/text/progress-line.ts';
import { ProgressTracker } from '../../../../src/cli/output/progress/progress-tracker.ts';
import { PLAIN } from '../../../../src/cli/output/progress/text/style.ts';

afterEach(() => {
  vi.useRealTimers();
});

function showing() {
  vi.useFakeTimers();
  const stream = Object.assign(new PassThrough(), { isTTY: true, columns: 100, rows: 30 });
  const tracker = new ProgressTracker(() => 0);
  tracker.onEvent({ type: 'listing', listed: 4, toUpload: 2, toUploadBytes: 3000, done: true });
  return { stream, tracker, drawn: () => String(stream.read() ?? '') };
}

test('draws what the run has come to; a line said over it stays, and stopping takes the display away', () => {
  const { stream, tracker, drawn } = showing();
  const live = new LiveProgress({
    stream,
    frame: (size) => progressFrame(tracker.state(), { ...size, style: PLAIN }),
  });
  vi.advanceTimersByTime(200);
  expect(drawn()).toContain('0/2 files');
  live.above('warning: a: b');
  expect(drawn()).toContain('warning: a: b\n');
  live.stop();
  drawn();
  vi.advanceTimersByTime(1000);
  expect(drawn()).toBe('');
});

test('a log gets a line now and then, and none from a run that is over', () => {
  const { tracker } = showing();
  const lines: string[] = [];
  const stop = writePeriodicLines(
    () => [progressLine(tracker.state())],
    (line) => lines.push(line),
  );
  vi.advanceTimersByTime(LINE_EVERY_MS - 1);
  expect(lines).toEqual([]);
  vi.advanceTimersByTime(1 + LINE_EVERY_MS);
  expect(lines).toEqual(Array(2).fill('progress: 0%, 0 of 2 files, 0 B of 3 kB'));
  stop();
  vi.advanceTimersByTime(LINE_EVERY_MS * 2);
  expect(lines).toHaveLength(2);
});
