import type { JobSections } from '../job.ts';
import type { SettingsOf } from './setting.ts';

const FAST = 'How fast';

/** How fast. */
export const PACE: SettingsOf<JobSections['pace']> = {
  concurrency: {
    type: { kind: 'countOrAuto' },
    default: 'auto',
    group: FAST,
    meaning: 'Stage requests at the same time: a number, or as many as Stage turns out to take, at most 256',
    flags: [
      {
        flag: '--concurrency <n>',
        help: 'Stage requests at the same time; auto: as many as Stage turns out to take',
      },
    ],
  },
  maxRequestsPerSecond: {
    type: { kind: 'number' },
    group: FAST,
    flags: [
      { flag: '--max-requests-per-second <n>', help: 'start no more Stage requests a second than this' },
    ],
  },
  bytesPerSecond: {
    type: { kind: 'byteRate' },
    group: FAST,
    flags: [
      { flag: '--bwlimit <rate>', help: 'upload no faster than this, in bytes a second: 500K, 10M, 10MB' },
    ],
  },
  maxWait: {
    type: { kind: 'duration' },
    default: 3_600_000,
    group: FAST,
    flags: [
      {
        flag: '--max-wait <duration>',
        help: 'give up when Stage asks for waits that are longer than this, like 10m or 2h',
      },
    ],
  },
  pageSize: {
    type: { kind: 'count' },
    group: FAST,
    flags: [
      {
        flag: '--page-size <n>',
        help: "keys in a page of a bucket's listing, at most 1000, where a server cannot give as many in time",
      },
    ],
  },
};
