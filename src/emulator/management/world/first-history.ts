import { seededRandom } from '../../control/random.ts';
import type { WorkspaceEvent } from '../timeline/workspace-timeline.ts';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
export const HISTORY_DAYS = 30;

/** A workspace that was there before the emulator was started. */
export interface EarlierWorkspace {
  readonly name: string;
  readonly history: readonly WorkspaceEvent[];
}

/**
 * Thirty days of use that end at `until`, so that billing has something to show: one workspace by day, which is active
 * now, and one by night, which was given up. The same `seed` gives the same hours.
 */
export function earlierWorkspaces(name: string, until: number, seed: number): readonly EarlierWorkspace[] {
  return [
    { name, history: byDay(until, seededRandom(seed)) },
    { name: `${name}-nightly`, history: byNight(until, seededRandom(seed + 1)) },
  ];
}

function byDay(until: number, random: () => number): WorkspaceEvent[] {
  const start = until - HISTORY_DAYS * DAY;
  const history: WorkspaceEvent[] = [{ at: start, did: 'create', done: start, size: 'S-00' }];
  for (let day = start; day + 2 * DAY <= until; day += DAY) {
    const suspended = day + Math.round((8 + 6 * random()) * HOUR);
    const resumed = day + Math.round((15 + 8 * random()) * HOUR);
    history.push({ at: suspended, did: 'suspend', done: suspended });
    history.push({ at: resumed, did: 'resume', done: resumed });
  }
  return history;
}

function byNight(until: number, random: () => number): WorkspaceEvent[] {
  const start = until - HISTORY_DAYS * DAY;
  const history: WorkspaceEvent[] = [{ at: start, did: 'create', done: start, size: 'S-0' }];
  const end = until - 3 * DAY;
  for (let day = start; day + DAY <= end; day += DAY) {
    const suspended = day + Math.round((1 + 3 * random()) * HOUR);
    const resumed = day + 23 * HOUR;
    history.push({ at: suspended, did: 'suspend', done: suspended });
    history.push({ at: resumed, did: 'resume', done: resumed });
  }
  history.push({ at: end, did: 'terminate', done: end });
  return history;
}
