import { describe, expect, test } from 'vitest';
import { jobsFrame } from '../../../../../src/cli/output/progress/jobs/jobs-frame.ts';
import { jobsLines } from '../../../../../src/cli/output/progress/jobs/jobs-lines.ts';
import { JobsProgress } from '../../../../../src/cli/output/progress/jobs/jobs-progress.ts';
import type { ProgressState } from '../../../../../src/cli/output/progress/progress-state.ts';
import { ProgressTracker } from '../../../../../src/cli/output/progress/progress-tracker.ts';
import { PLAIN } from '../../../../../src/cli/output/progress/text/style.ts';

const MB = 1_000_000;
const AT = new Date(2026, 10, 26, 15, 4, 5).getTime();

/** A job of 100 files of 1 MB each, of which so many are sent. */
function state(files: number, changes: Partial<ProgressState> = {}): ProgressState {
  const tracker = new ProgressTracker(() => AT);
  tracker.onEvent({ type: 'listing', listed: 100, toUpload: 100, toUploadBytes: 100 * MB, done: true });
  return { ...tracker.state(), files, bytes: files * MB, transferMs: 10_000, bytesPerSecond: MB, ...changes };
}

const paused = { wait: { kind: 'paused', untilMs: AT + 12_000 } } as const;
const failing = {
  wait: { kind: 'retrying', sinceMs: AT - 8000, againMs: AT + 3000, message: 'connect ECONNREFUSED' },
} as const;

function showing(jobs: Readonly<Record<string, ProgressState>>, { total = 5, over = 1 } = {}) {
  const progress = new JobsProgress(() => AT, { total });
  for (const [name, each] of Object.entries(jobs)) progress.begin(name, () => each);
  for (let at = 0; at < over; at++) progress.over();
  return {
    progress,
    frame: (columns: number, rows = 24): string[] =>
      jobsFrame(progress.state(), { columns, rows, style: PLAIN }).split('\n'),
  };
}

test('a line for each job and one for all, at 200, 80 and 40 columns', () => {
  const { frame } = showing({ orders: state(50), 'a-job-with-a-long-name': state(10, failing) });
  expect(frame(200)).toEqual([
    'orders                  [############------------]  50%  50/100 files  50 MB of 100 MB  1 MB/s  10s left',
    'a-job-with-a-long-name  failing for 8s, again in 3s: connect ECONNREFUSED',
    '1 of 5 jobs done  uploading: 60 files  60 MB, 200 known so far',
  ]);
  expect(frame(80)).toEqual([
    'orders                  [#####-----]  50%  50/100 files  1 MB/s  10s left',
    'a-job-with-a-long-name  failing for 8s, again in 3s: connect ECONNREFUSED',
    '1 of 5 jobs done  uploading: 60 files  60 MB, 200 known so far',
  ]);
  expect(frame(40)).toEqual([
    'orders          50%  50/100 files',
    'a-job-with-a…  failing for 8s, again i…',
    '1 of 5 jobs done  uploading: 60 files …',
  ]);
});

test('once every job has begun and knows what it has to do, there is a share of all', () => {
  const { progress, frame } = showing({ a: state(50), b: state(100), c: state(0) }, { total: 3, over: 0 });
  expect(frame(100).at(-1)).toMatch(/^0 of 3 jobs done {2}\[#####-----\] {2}50% {2}150\/300 files/);
  progress.end('b');
  progress.over();
  expect(frame(100).at(-1)).toMatch(/^1 of 3 jobs done {2}\[#####-----\] {2}50% {2}150\/300 files/);
});

test('what all wait for is told once, and the jobs keep their shares', () => {
  const { frame } = showing({ a: state(50, paused), b: state(10, paused) });
  expect(frame(80)).toEqual([
    'a  [#####-----]  50%  50/100 files  50 MB of 100 MB  1 MB/s  10s left',
    'b  [#---------]  10%  10/100 files  10 MB of 100 MB  1 MB/s  1m 30s left',
    '1 of 5 jobs done  uploading: 60 files  60 MB, 200 known so far',
    '  paused until 15:04:17 (in 12s): Stage asks for fewer requests',
  ]);
});

test('a job that runs alone is shown as such a run is, and which of them it is', () => {
  const underWay = [{ path: 'part-0001.parquet', sent: 10 * MB, size: 20 * MB }];
  const { frame } = showing({ orders: state(50, { underWay }) });
  expect(frame(80)).toEqual([
    '[#####-----]  50%  50/100 files  50 MB of 100 MB  1 MB/s  10s left',
    '  [#####-----]  50%  part-0001.parquet  10 MB of 20 MB',
    '  orders: job 2 of 5',
  ]);
});

test('on a low terminal the jobs that fit are shown, and the others are counted', () => {
  const jobs = Object.fromEntries(Array.from({ length: 8 }, (_, at) => [`job${at}`, state(at)]));
  const lines = showing(jobs, { total: 8, over: 0 }).frame(80, 8);
  expect(lines).toHaveLength(5);
  expect(lines[3]).toBe('  and 5 more jobs under way');
});

test('the first Ctrl-C tells what is left of all', () => {
  const underWay = [{ path: 'a', sent: MB, size: 3 * MB }];
  const { frame } = showing({
    a: state(1, { isStopping: true, underWay }),
    b: state(2, { isStopping: true, underWay }),
  });
  expect(frame(80).at(-1)).toBe('  stopping: 2 files, 4 MB left; Ctrl-C again stops at once');
});

test.each([12, 40, 79, 200])('takes no line of a terminal of %i columns to its last column', (columns) => {
  const failed = { failed: 3, isStopping: true } as const;
  const { frame } = showing({ ['語'.repeat(30)]: state(50, failed), b: state(3, { ...failed, ...failing }) });
  for (const line of frame(columns))
    expect(Array.from(line).reduce((sum, c) => sum + (c > '\u2fff' ? 2 : 1), 0)).toBeLessThan(columns);
});

describe('in a log', () => {
  test('there is a line for each job, and one for all', () => {
    const { progress } = showing({ orders: state(50), 'ev\nents': state(10, failing) });
    expect(jobsLines(progress.state())).toEqual([
      'orders: progress: 50%, 50 of 100 files, 50 MB of 100 MB, 1 MB/s, 10s left',
      'ev\\nents: progress: 10%, 10 of 100 files, 10 MB of 100 MB, 1 MB/s; failing for 8s, again in 3s: connect ECONNREFUSED',
      '1 of 5 jobs done; progress: 60 files, 60 MB so far, 200 entries compared',
    ]);
  });

  test('a job that runs alone has the one line', () => {
    const { progress } = showing({ orders: state(50) });
    expect(jobsLines(progress.state())).toHaveLength(1);
  });
});
