import { expect, test } from 'vitest';
import { progressFrame, type ProgressState } from '../../../src/cli/output/progress-frame.ts';

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
  expect(frame).toContain('transferring: 50 files  10 MB  2 MB/s');
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

test.each([
  [100, '[############------------]  50%  50/100 files  10 MB of 20 MB  2 MB/s  10s left'],
  [70, '[#####-----]  50%  50/100 files  10 MB of 20 MB  2 MB/s  10s left'],
  [60, '[#####-----]  50%  50/100 files  2 MB/s  10s left'],
  [40, ' 50%  50/100 files  2 MB/s  10s left'],
  [30, ' 50%  50/100 files  10s left'],
  [12, ' 50%  50/1…'],
  [1, '…'],
])('on %i columns shows what matters most, on one line', (width, line) => {
  expect(progressFrame(state(), width)).toBe(line);
});

/** Columns: the names here have ASCII and CJK only. */
const widthOf = (line: string): number =>
  Array.from(line).reduce((sum, c) => sum + (c > '\u2fff' ? 2 : 1), 0);

test.each([2, 12, 40, 79])('takes no line of a terminal of %i columns to its last column', (width) => {
  const long = state({ current: '日本/x.csv', moved: 12_345, removed: 6789, failed: 12 });
  for (const each of [long, { ...long, counted: false }, { ...long, totalFiles: 0, files: 0 }])
    for (const line of progressFrame(each, width).split('\n')) expect(widthOf(line)).toBeLessThan(width);
});

test('counts moves, removals and failures where there are any', () => {
  expect(progressFrame(state({ moved: 2, removed: 3, failed: 1 }), 120)).toContain(
    '2 moved · 3 removed · 1 failed',
  );
});

test('says that it is confirming when everything was sent', () => {
  expect(progressFrame(state({ files: 100 }), 120)).toContain('confirming');
});
