import { comparePaths } from '../../../model/path.ts';
import type { ListedObject, S3Bucket } from '../bucket.ts';
import { KeyRange } from './key-range.ts';
import { OverlapCheck } from './overlap-check.ts';
import { findSplitPoints } from './split-points.ts';

export interface ListObjectsOptions {
  readonly prefix: string;
  /** Requests at the same time; 1 lists page by page. */
  readonly streams: number;
  readonly prunedFolder: (key: string) => string | undefined;
  readonly signal: AbortSignal;
}

/** Pages that one range may hold. With twice `streams` ranges and 1,000 keys a page this bounds the memory. */
const AHEAD = 4;
const MIN_PART_PAGES = 4;
const MAX_PART_PAGES = 10;
/** Pages after which a listing is taken to be long: two requests more would not pay for a short one. */
const FIRST_PROBE = 2;
/** Pages after which a range is looked at again for places to cut it. */
const PROBE_EVERY = 8;

interface Part {
  readonly range: KeyRange;
  /** Where it can be cut, ascending. */
  points: string[];
  /** Pages taken from it. */
  taken: number;
  probeAt: number;
  probeAgainAfter: number;
  probing: boolean;
}

/**
 * All objects below a prefix in the order of their keys, a page at a time.
 *
 * A small listing is one range. When the first page is not all, the rest of the key space is cut at folder names into
 * ranges that are listed at the same time and handed out one after the other. Ranges do not overlap and leave nothing
 * out wherever they are cut, so the result does not depend on the cuts. Rejects with a SyncError when a page fails or
 * cannot be trusted.
 */
export async function* listObjects(
  bucket: S3Bucket,
  options: ListObjectsOptions,
): AsyncGenerator<readonly ListedObject[], void, undefined> {
  const { prefix, streams, prunedFolder } = options;
  const stop = new AbortController();
  const signal = AbortSignal.any([options.signal, stop.signal]);
  const part = (after: string | undefined, until: string | undefined, points: string[]): Part => ({
    range: new KeyRange({ bucket, prefix, after, until, ahead: AHEAD, prunedFolder, signal }),
    points,
    taken: 0,
    probeAt: FIRST_PROBE,
    probeAgainAfter: PROBE_EVERY,
    probing: false,
  });
  const overlaps = new OverlapCheck(bucket);
  const parts = [part(undefined, undefined, [])];
  /** Folders in each part. */
  let stride = 1;

  try {
    for (let head = parts[0]; head !== undefined; head = parts[0]) {
      const page = await head.range.take();
      if (page === undefined) {
        parts.shift();
        overlaps.expect(head.range.overflow.filter((key) => prunedFolder(key) === undefined));
        if (head.range.until !== undefined) stride = nextStride(stride, head.range.pages);
        continue;
      }
      head.taken += 1;
      if (streams > 1) {
        cutIntoParts(parts, streams, stride, part);
        void probe(bucket, prefix, head, signal);
      }
      await overlaps.check(page, signal);
      yield page;
    }
    await overlaps.checkEnd(signal);
  } finally {
    stop.abort();
  }
}

/** A part costs a page more than it holds, and a part of many pages leaves the others waiting for it. */
function nextStride(stride: number, pages: number): number {
  if (pages < MIN_PART_PAGES) return Math.min(stride * 2, 1_000);
  return pages > MAX_PART_PAGES ? Math.max(1, Math.floor(stride / 2)) : stride;
}

/** Starts ranges until enough requests are on their way, the nearest keys first. */
function cutIntoParts(
  parts: Part[],
  streams: number,
  stride: number,
  start: (after: string, until: string | undefined, points: string[]) => Part,
): void {
  for (let at = 0; at < parts.length; at++) {
    // Ranges that wait for their reader send nothing, but hold pages: hence the second bound.
    if (parts.length >= 2 * streams || parts.filter(({ range }) => range.fetching).length >= streams) return;
    const { range, points } = parts[at]!;
    const { position, until } = range;
    const usable = points.filter((point) => position === undefined || comparePaths(point, position) > 0);
    const point = usable[stride - 1];
    parts[at]!.points = usable.slice(0, stride - 1);
    if (point === undefined) {
      parts[at]!.points = usable;
      continue;
    }
    if (range.cut(point)) parts.splice(at + 1, 0, start(point, until, usable.slice(stride)));
  }
}

/** Looks for places to cut the part that is being read, when it goes on for long and has none. */
async function probe(bucket: S3Bucket, prefix: string, part: Part, signal: AbortSignal): Promise<void> {
  const { range } = part;
  const { position } = range;
  if (!range.open || position === undefined) return;
  if (part.probing || part.taken < part.probeAt || part.points.length > 0) return;
  part.probing = true;
  part.points = await findSplitPoints(bucket, { prefix, position, until: range.until, signal });
  if (part.points.length === 0) part.probeAgainAfter *= 2;
  part.probeAt = part.taken + part.probeAgainAfter;
  part.probing = false;
}
