import { expect, test } from 'vitest';
import { progressFrame, type ProgressState } from '../../../src/cli/render/frame.ts';

const MB = 1_000_000;

const state = (changes: Partial<ProgressState> = {}): ProgressState => ({
  listed: 1200,
  counted: true,
  files: 50,
  totalFiles: 100,
  bytes: 10 * MB,
  totalBytes: 20 * MB,
  moved: 0,
  removed: 0,
  failed: 0,
  bytesPerSecond: 2 * MB,
  transferMs: 10_000,
  current: undefined,
  ...changes,
});

test('shows share, counts, bytes, rate and time left', () => {
  const line = progressFrame(state(), 120);
  expect(line).toContain('[############------------]  50%');
  expect(line).toContain('50/100 files');
  expect(line).toContain('10 MB of 20 MB');
  expect(line).toContain('2 MB/s');
  expect(line).toContain('10s left');
});

test('says that it is still counting, and then no share and no time left, while the listing runs', () => {
  const frame = progressFrame(state({ counted: false }), 120);
  expect(frame).toContain('still counting: 1,200 compared');
  expect(frame).toContain('uploading: 50 files  10 MB  2 MB/s');
  expect(frame).not.toMatch(/left|%|\[/);
});

test('shows only the comparison while there is nothing to upload', () => {
  expect(progressFrame(state({ totalFiles: 0, files: 0 }), 120)).toBe('comparing: 1,200 entries');
});

test('fits the terminal, whatever the name of the file', () => {
  const frame = progressFrame(state({ current: `日本/${'x'.repeat(300)}\n\u001b[2J` }), 60);
  const lines = frame.split('\n');
  expect(lines).toHaveLength(2);
  for (const line of lines) expect(line.length).toBeLessThan(60);
});

test('counts moves, removals and failures where there are any', () => {
  expect(progressFrame(state({ moved: 2, removed: 3, failed: 1 }), 120)).toContain(
    '2 moved · 3 removed · 1 failed',
  );
});

test('says that it is confirming when everything was sent', () => {
  expect(progressFrame(state({ files: 100 }), 120)).toContain('confirming');
});
