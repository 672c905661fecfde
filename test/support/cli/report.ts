import { emptyReport } from '../../../src/model/events.ts';
import type { Report } from '../../../src/model/events.ts';

/** The report of a clean run that found nothing to do, with these differences. */
export const reportWith = (changes: Partial<Report> = {}): Report => ({
  ...emptyReport('clean'),
  requests: 1,
  durationMs: 1500,
  ...changes,
});
