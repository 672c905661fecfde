import type { JobSections } from '../job.ts';
import type { SettingsOf } from './setting.ts';

const WHEN_IT_LOOKS = 'When';

/** When a watch looks. */
export const WHEN: SettingsOf<JobSections['when']> = {
  settle: {
    type: { kind: 'duration' },
    default: 1000,
    group: WHEN_IT_LOOKS,
    flags: [
      {
        flag: '--settle <duration>',
        help: 'take a file once its size and time have not changed for this long',
      },
    ],
  },
  fullEvery: {
    type: { kind: 'duration' },
    default: 3_600_000,
    group: WHEN_IT_LOOKS,
    flags: [
      {
        flag: '--full-every <duration>',
        help: 'compare everything this often, with a listing of all of Stage',
      },
    ],
  },
  poll: {
    type: { kind: 'duration' },
    group: WHEN_IT_LOOKS,
    flags: [
      { flag: '--poll <duration>', help: 'do not watch; compare everything this often instead, like 5m' },
    ],
  },
};
