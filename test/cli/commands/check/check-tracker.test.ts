import { expect, test } from 'vitest';
import { CheckTracker } from '../../../../src/cli/commands/check/check-tracker.ts';
import type { CheckSummary } from '../../../../src/check/finding.ts';
import { progressFrame } from '../../../../src/cli/output/progress/text/progress-frame.ts';
import { PLAIN } from '../../../../src/cli/output/progress/text/style.ts';

const MB = 1_000_000;
const NOTHING = { equal: 0, differ: 0, missing: 0, extra: 0, unclear: 0, notCompared: 0, read: 0 };
const counts = (changes: Partial<CheckSummary>): CheckSummary => ({
  ...NOTHING,
  contentDiffers: 0,
  failures: 0,
  readBytes: 0,
  ...changes,
});

test('says what was compared, and what was read with its rate', () => {
  let now = 0;
  const tracker = new CheckTracker(() => now);
  const shown = (): string[] => progressFrame(tracker.state(), { columns: 80, style: PLAIN }).split('\n');
  expect(shown()).toEqual(['comparing: listing both ends']);
  tracker.counted(counts({ equal: 1000, missing: 200 }));
  expect(shown()).toEqual(['comparing: 1,200 entries']);
  expect(tracker.text).toBe('1,200 entries compared, and nothing was changed');
  tracker.read(MB);
  now += 2000;
  tracker.read(3 * MB);
  tracker.counted(counts({ equal: 1300, read: 7 }));
  expect(shown()).toEqual(['reading: 7 files  4 MB  2 MB/s', '  compared 1,300']);
});
