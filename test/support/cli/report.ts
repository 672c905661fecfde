import type { Report } from '../../../src/model/events.ts';

/** The report of a clean run that found nothing to do, with these differences. */
export const reportWith = (changes: Partial<Report> = {}): Report => ({
  type: 'report',
  outcome: 'clean',
  uploaded: 0,
  moved: 0,
  removed: 0,
  unchanged: 0,
  adopted: 0,
  skipped: 0,
  failed: 0,
  foldersCreated: 0,
  foldersRemoved: 0,
  bytes: 0,
  requests: 1,
  retries: 0,
  durationMs: 1500,
  dryRun: false,
  ...changes,
});
