import { expect, test } from 'vitest';
import { CopyTracker } from '../../../../src/cli/commands/cp/copy-tracker.ts';
import { progressFrame } from '../../../../src/cli/output/progress/text/progress-frame.ts';
import { PLAIN } from '../../../../src/cli/output/progress/text/style.ts';

const MB = 1_000_000;

function tracking() {
  let now = 1_000_000;
  const tracker = new CopyTracker(new AbortController().signal, () => now);
  const shown = (): string[] => progressFrame(tracker.state(), { columns: 120, style: PLAIN }).split('\n');
  return { tracker, shown, pass: (ms: number) => (now += ms) };
}

const file = { from: 'data/a', to: 'stage:///a', size: 10 * MB } as const;

test('says how much there is while it is still listed, then share, bytes, rate and time left', () => {
  const { tracker, shown, pass } = tracking();
  expect(shown()).toEqual(['looking']);
  tracker.found({ files: 30, bytes: 30 * MB, whole: false });
  tracker.read({ from: 'data/b', size: 4 * MB, bytes: 1, read: 0 });
  expect(shown()[0]).toBe('copying: 0 files  0 B, 30 known so far');
  tracker.found({ files: 40, bytes: 40 * MB, whole: true });
  pass(2000);
  tracker.ended({ kind: 'copied', ...file, replaced: false });
  tracker.read({ from: 'data/b', size: 10 * MB, bytes: MB, read: 5 * MB });
  expect(shown()).toEqual([
    '[#######-----------------]  30%  1/40 files  15 MB of 40 MB  7.5 MB/s  5s left',
    '  [#####-----]  50%  data/b  5 MB of 10 MB',
  ]);
});

test('files that are there already are none of those to copy, and say nothing of the rate', () => {
  const { tracker, pass } = tracking();
  tracker.found({ files: 3, bytes: 30 * MB, whole: true });
  tracker.ended({ kind: 'same', ...file });
  tracker.ended({ kind: 'kept', ...file, sizeThere: 1 });
  pass(2000);
  expect(tracker.state()).toMatchObject({
    same: 2,
    totalFiles: 1,
    totalBytes: 10 * MB,
    bytesPerSecond: undefined,
  });
});

test('an attempt that begins anew takes its bytes back; a file that failed is not one that was copied', () => {
  const { tracker } = tracking();
  tracker.found({ files: 2, bytes: 20 * MB, whole: true });
  tracker.read({ from: 'data/a', size: 10 * MB, bytes: MB, read: 9 * MB });
  tracker.read({ from: 'data/a', size: 10 * MB, bytes: MB, read: MB });
  expect(tracker.state().bytes).toBe(MB);
  const problem = { code: 'source_denied', severity: 'failure', message: 'x' } as const;
  tracker.ended({ kind: 'failed', from: 'data/a', to: 'stage:///a', problem });
  tracker.ended({ kind: 'failed', from: 'data/link', problem });
  expect(tracker.state()).toMatchObject({ files: 0, totalFiles: 2, failed: 2, underWay: [] });
});
