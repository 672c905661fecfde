import type { Bench } from '../../bench.ts';
import type { Extent } from '../../fixture/work-done.ts';
import type { SinkOptions } from '../../sink/sink-options.ts';

/** What Stage takes for a listing and for a change, in milliseconds; small runs have a faster one. */
export interface Pace {
  readonly listMs: number;
  readonly changeMs: number;
}

export const paceOf = ({ quick }: Bench): Pace =>
  quick ? { listMs: 40, changeMs: 60 } : { listMs: 1000, changeMs: 1500 };

/** A Stage that answers at this pace. */
export const answersAt = ({ listMs, changeMs }: Pace): Pick<SinkOptions, 'delayMs' | 'hash'> => ({
  hash: true,
  delayMs: { GET: listMs, PUT: changeMs, PATCH: changeMs, DELETE: changeMs },
});

/**
 * What no client could beat that has `lanes` requests under way: the work of all requests on their lanes, between the
 * listing that comes before everything and the one that confirms the last upload.
 */
export function firstSyncBoundMs(
  { files, folders }: Extent,
  lanes: number,
  { listMs, changeMs }: Pace,
): number {
  const work = (files + folders + 1) * changeMs + folders * listMs;
  return work / lanes + 2 * listMs;
}
