import { systemClock } from './clock.ts';
import type { PassOptions } from './pass-options.ts';

/** What the command line does when no flag says otherwise; for programs that run passes of their own. */
export const PASS_DEFAULTS = {
  removal: 'none',
  deleteExcluded: false,
  sweepOlderThanMs: undefined,
  compare: 'size',
  overwrite: true,
  keepsOthers: false,
  maxFileSize: undefined,
  failFast: false,
  verify: undefined,
  keepRemovedMs: undefined,
  maxDelete: { percent: 50 },
  force: new Set(),
  concurrency: 'auto',
  dryRun: false,
  moves: true,
  trustLedger: false,
  atomic: false,
  publishSet: false,
  marker: undefined,
  maxRequestsPerSecond: undefined,
  maxBytesPerSecond: undefined,
  maxWaitMs: 3_600_000,
  attempts: 6,
  clock: systemClock,
} as const satisfies Partial<PassOptions>;
