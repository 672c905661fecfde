import { expect, test } from 'vitest';
import { loadReportText } from '../../../../src/cli/output/load/load-text.ts';

const NONE = {
  loaded: 0,
  unloadedFiles: 0,
  unloadedBytes: 0,
  skipped: 0,
  notReloaded: 0,
  reloaded: 0,
  removed: 0,
  removedBytes: 0,
};

test('a run that waited for files says how many are loaded', () => {
  expect(loadReportText({ ...NONE, waited: { files: 2, loaded: 1 } }, { sent: 2 })).toBe(
    '1 of the 2 files that were sent',
  );
  expect(loadReportText({ ...NONE, waited: { files: 1, loaded: 1 } }, { sent: 1 })).toBe(
    'the file that was sent',
  );
});

test('a run of which no pipeline reads a file says so, so that a wrong pattern is seen', () => {
  expect(loadReportText({ ...NONE, waited: { files: 0, loaded: 0 } }, { sent: 3 })).toBe(
    'nothing to wait for: no file was sent that a pipeline reads',
  );
});

test('a run that had nothing to send says that', () => {
  expect(loadReportText({ ...NONE, waited: { files: 0, loaded: 0 } }, { sent: 0 })).toBe(
    'nothing was sent, so nothing to wait for',
  );
});
