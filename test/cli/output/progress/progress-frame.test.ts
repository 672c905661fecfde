import { stripVTControlCharacters } from 'node:util';
import { describe, expect, test } from 'vitest';
import { progressFrame } from '../../../../src/cli/output/progress/text/progress-frame.ts';
import type { ProgressState } from '../../../../src/cli/output/progress/progress-state.ts';
import { PLAIN, styleFor } from '../../../../src/cli/output/progress/text/style.ts';

const MB = 1_000_000;
const AT = new Date(2026, 10, 26, 15, 4, 5).getTime();

const state = (changes: Partial<ProgressState> = {}): ProgressState => ({
  nowMs: AT,
  words: { doing: 'uploading', noun: 'file', before: 'comparing' },
  destination: 'Stage',
  compared: 1200,
  toCompare: undefined,
  expected: undefined,
  isCompared: true,
  files: 50,
  totalFiles: 100,
  bytes: 10 * MB,
  totalBytes: 20 * MB,
  areTotalsKnown: true,
  folders: 0,
  moves: 0,
  totalMoves: 0,
  removals: 0,
  totalRemovals: 0,
  failed: 0,
  same: 0,
  bytesPerSecond: 2 * MB,
  transferMs: 10_000,
  underWay: [],
  wait: undefined,
  isStopping: false,
  ...changes,
});

const frame = (changes: Partial<ProgressState>, columns: number): string[] =>
  progressFrame(state(changes), { columns, style: PLAIN }).split('\n');

test.each([
  [200, '[############------------]  50%  50/100 files  10 MB of 20 MB  2 MB/s  10s left'],
  [80, '[#####-----]  50%  50/100 files  10 MB of 20 MB  2 MB/s  10s left'],
  [70, '[#####-----]  50%  50/100 files  10 MB of 20 MB  2 MB/s  10s left'],
  [60, '[#####-----]  50%  50/100 files  2 MB/s  10s left'],
  [40, ' 50%  50/100 files  2 MB/s  10s left'],
  [30, ' 50%  50/100 files  10s left'],
  [12, ' 50%  50/1…'],
  [1, '…'],
])('on %i columns shows what matters most, on one line', (columns, line) => {
  expect(frame({}, columns)).toEqual([line]);
});

test('the bar and what is beside it stay where they are when rate and time left come to be known', () => {
  const early = { files: 0, bytes: 0, bytesPerSecond: undefined, transferMs: 0 };
  expect(frame(early, 63)).toEqual(['[----------]   0%  0/100 files']);
  expect(frame({ bytesPerSecond: 999_000, transferMs: 600_000 }, 63)).toEqual([
    '[#####-----]  50%  50/100 files  999 kB/s  10m left',
  ]);
});

test('while folders are made for the first file they are counted', () => {
  const early = { files: 0, bytes: 0, bytesPerSecond: undefined, transferMs: 0, folders: 3 };
  expect(frame(early, 80)[1]).toBe('  3 folders made');
  expect(frame({ ...early, files: 1 }, 80)).toHaveLength(1);
});

/** A first sync in the middle of it: large files, small ones, something failed, a pause. */
const BUSY: Partial<ProgressState> = {
  isCompared: false,
  compared: 306,
  toCompare: 812,
  files: 306,
  totalFiles: 800,
  failed: 2,
  underWay: [
    { path: 'orders/2026/small.csv', sent: 10, size: 4000 },
    { path: 'orders/2026/part-0001.parquet', sent: 120 * MB, size: 266 * MB },
    { path: 'orders/2026/part-0002.parquet', sent: 10 * MB, size: 300 * MB },
  ],
  wait: { kind: 'paused', untilMs: AT + 12_000 },
};

test('at 200, 80 and 40 columns a busy run reads like this', () => {
  expect(frame(BUSY, 200)).toEqual([
    '[#########---------------]  39%  306/800 files  10 MB of 20 MB  2 MB/s  16s left',
    '  [####------]  45%  orders/2026/part-0001.parquet  120 MB of 266 MB',
    '  [----------]   3%  orders/2026/part-0002.parquet  10 MB of 300 MB',
    '  2 failed · compared 306/812 · orders/2026/small.csv',
    '  paused until 15:04:17 (in 12s): Stage asks for fewer requests',
  ]);
  expect(frame(BUSY, 80)).toEqual([
    '[###-------]  39%  306/800 files  10 MB of 20 MB  2 MB/s  16s left',
    '  [####------]  45%  orders/2026/part-0001.parquet  120 MB of 266 MB',
    '  [----------]   3%  orders/2026/part-0002.parquet  10 MB of 300 MB',
    '  2 failed · compared 306/812 · orders/2026/small.csv',
    '  paused until 15:04:17 (in 12s): Stage asks for fewer requests',
  ]);
  expect(frame(BUSY, 40)).toEqual([
    ' 39%  306/800 files  2 MB/s  16s left',
    '   45%  orders/2026/part-0001.parquet',
    '    3%  orders/2026/part-0002.parquet',
    '  2 failed · compared 306/812 · orders…',
    '  paused until 15:04:17 (in 12s): Stag…',
  ]);
});

test('while nobody knows how much there is, shows what is done and how much is known, and no share', () => {
  const [line] = frame({ areTotalsKnown: false, isCompared: false, totalFiles: 12_000 }, 120);
  expect(line).toBe('uploading: 50 files  10 MB  2 MB/s, 12,000 known so far');
});

test.each([
  [{ compared: 0, isCompared: false }, 'comparing: listing both ends'],
  [{ compared: 1200, isCompared: false }, 'comparing: 1,200 entries'],
  [
    { compared: 1200, isCompared: false, toCompare: 5000 },
    '[#####-------------------]  24%  comparing: 1,200 of 5,000 entries',
  ],
  [
    { compared: 1200, isCompared: false, expected: 20_000 },
    '[#-----------------------]   6%  comparing: 1,200 of about 20,000 entries',
  ],
  [{ compared: 1200, isCompared: false, expected: 1199 }, 'comparing: 1,200 entries'],
  [{ compared: 1200, isCompared: true }, 'compared 1,200 entries'],
])('with nothing to send, %j reads %s', (changes, line) => {
  expect(frame({ ...changes, totalFiles: 0, files: 0 }, 120)).toEqual([line]);
});

test('a name that is too long loses its beginning, and nothing in it reaches the terminal', () => {
  const path = `日本/${'x'.repeat(300)}\n\u001b[2J/end.csv`;
  const [, large] = frame({ underWay: [{ path, sent: 9 * MB, size: 18 * MB }] }, 60);
  expect(large).toMatch(/^ {3}50% {2}….*\/end\.csv$/);
  const [, small] = frame({ underWay: [{ path, sent: 1, size: 2 }] }, 60);
  expect(small).not.toContain('\u001b');
});

test('more large files than have a line each are counted', () => {
  const underWay = Array.from({ length: 6 }, (_, at) => ({ path: `f${at}`, sent: at * MB, size: 50 * MB }));
  const lines = frame({ underWay }, 100);
  expect(lines.slice(1)).toEqual([
    expect.stringContaining('f0'),
    expect.stringContaining('f1'),
    expect.stringContaining('f2'),
    '  and 3 more large files',
  ]);
});

test('moves and removals are told against the plan', () => {
  const [, also] = frame({ moves: 1, totalMoves: 3, removals: 1200, totalRemovals: 4500 }, 120);
  expect(also).toBe('  1/3 moves · 1,200/4,500 removals');
});

describe('what is waited for', () => {
  const words = (wait: ProgressState['wait']): string => frame({ wait }, 200).at(-1)!.trim();

  test('is said in words', () => {
    expect(words({ kind: 'limited', perSecond: 2, budget: undefined })).toBe(
      'Stage lets through 2.0 requests a second',
    );
    expect(words({ kind: 'limited', perSecond: 2, budget: 'redis://r:6379/1' })).toBe(
      '2.0 requests a second of all that share redis://r:6379/1',
    );
    expect(words({ kind: 'unloaded', files: 3, bytes: 5 * MB })).toBe(
      'waiting until less is unloaded: 3 files (5 MB)',
    );
    expect(words({ kind: 'reply', sinceMs: AT - 12_400, files: 8 })).toBe(
      'no reply from Stage for 12s: 8 files sent',
    );
    expect(words({ kind: 'reply', sinceMs: AT - 12_400, files: 0 })).toBe('no reply from Stage for 12s');
    expect(words({ kind: 'listing', sinceMs: AT - 6000 })).toBe('no listing for 6s: waiting for one');
    expect(words({ kind: 'confirming' })).toBe('confirming: looking at what Stage shows');
  });

  test('trouble is said with its cause and the next try', () => {
    const trouble = { kind: 'retrying', sinceMs: AT - 8000, message: 'connect\nECONNREFUSED' } as const;
    expect(words({ ...trouble, againMs: AT + 3200 })).toBe(
      'failing for 8s, again in 4s: connect\\nECONNREFUSED',
    );
    expect(words({ ...trouble, againMs: AT - 1 })).toBe(
      'failing for 8s, trying again: connect\\nECONNREFUSED',
    );
  });
});

test('while nothing works no time is estimated', () => {
  const wait = { kind: 'retrying', sinceMs: AT, againMs: AT, message: 'x' } as const;
  expect(frame({ wait }, 100)[0]).not.toContain('left');
  expect(frame({ isStopping: true }, 100)[0]).not.toContain('left');
});

test.each([
  [[{ path: 'a', sent: MB, size: 250 * MB }], '1 file, 249 MB left'],
  [[{ path: 'a', sent: MB, size: MB }], '1 file, all sent, waiting for replies'],
  [[{ path: 'a', sent: MB, size: undefined }], '1 file'],
  [[], 'finishing what is under way'],
])('a run that was asked to stop says what is left, and how to stop at once: %j', (underWay, left) => {
  expect(frame({ isStopping: true, underWay }, 120).at(-1)).toBe(
    `  stopping: ${left}; Ctrl-C again stops at once`,
  );
});

test('what has no size, or is only moved, is shown without bytes', () => {
  const words = { doing: 'moving', noun: 'name', before: 'looking' } as const;
  const moving = { words, bytes: 0, totalBytes: 0, bytesPerSecond: undefined };
  expect(frame(moving, 80)).toEqual(['[#####-----]  50%  50/100 names  10s left']);
  expect(frame({ ...moving, totalFiles: 0, compared: 0 }, 80)).toEqual(['looking']);
  expect(frame({ ...moving, totalFiles: 0 }, 80)).toEqual(['looking: found 1,200 so far']);
  const [, large] = frame({ underWay: [{ path: 'a', sent: 9 * MB, size: undefined }] }, 80);
  expect(large).toContain('9 MB of 9 MB');
});

test('what was there already is told beside what is sent', () => {
  expect(frame({ same: 1200 }, 80)[1]).toBe('  1,200 already there');
});

/** Columns: the names here have ASCII and CJK only. */
const widthOf = (line: string): number =>
  Array.from(line).reduce((sum, c) => sum + (c > '\u2fff' ? 2 : 1), 0);

test.each([2, 12, 40, 79, 80, 200])(
  'takes no line of a terminal of %i columns to its last column',
  (columns) => {
    const long = {
      ...BUSY,
      underWay: [
        { path: `日本/${'語'.repeat(200)}`, sent: 1, size: 2 },
        { path: `日本/${'語'.repeat(200)}`, sent: 1, size: 20 * MB },
      ],
      moves: 12_345,
      totalMoves: 999_999,
      isStopping: true,
    };
    for (const each of [long, { ...long, areTotalsKnown: false }, { ...long, totalFiles: 0, files: 0 }])
      for (const line of frame(each, columns)) expect(widthOf(line)).toBeLessThan(columns);
  },
);

test('with colours, and lines instead of letters, it says the same in the same columns', () => {
  const terminal = { isTTY: true } as Parameters<typeof styleFor>[0];
  const style = styleFor(terminal, { LANG: 'en_US.UTF-8' });
  const shown = progressFrame(state(BUSY), { columns: 80, style });
  expect(shown).toContain('\u001b[32m━');
  const plain = stripVTControlCharacters(shown).replaceAll('━', '#').replaceAll('─', '-');
  expect(plain.split('\n')).toEqual(frame(BUSY, 80));
});

test.each([
  [true, { LANG: 'C', NO_COLOR: '1' }],
  [true, { LC_ALL: 'POSIX', LANG: 'en_US.UTF-8', TERM: 'dumb' }],
  [false, {}],
])('without colours or a locale for it there are neither (terminal: %s, %j)', (isTTY, env) => {
  const terminal = { isTTY } as Parameters<typeof styleFor>[0];
  expect(progressFrame(state(BUSY), { columns: 80, style: styleFor(terminal, env) }).split('\n')).toEqual(
    frame(BUSY, 80),
  );
});
