import { foldersOf, pathProblem } from '../../../model/path.ts';
import type { RelPath } from '../../../model/path.ts';
import type { PathFilter } from '../../../model/ports.ts';
import type { ObjectEvent } from './notifications.ts';

/** The part of a bucket that a source is. */
export interface WatchedPart {
  /** A bucket's name, or the ARN of an access point. */
  readonly bucket: string;
  /** '' or ending in '/'. */
  readonly prefix: string;
  readonly filter: PathFilter;
}

/** The folders to look at after an event; none when it happened elsewhere or to something that is left out. */
export function foldersToLookAt(event: ObjectEvent, part: WatchedPart): RelPath[] {
  const { bucket, prefix } = part;
  // An event names the bucket behind an access point, which the access point's ARN does not tell.
  if (event.bucket !== bucket && !bucket.startsWith('arn:')) return [];
  const folders = event.keys
    .filter((key) => key.startsWith(prefix) && key !== prefix)
    .map((key) => folderOf(key.slice(prefix.length), part.filter));
  return [...new Set(folders)].filter((folder) => folder !== undefined);
}

/** The nearest folder with a name that a path can have: what is in it and cannot be taken is reported there. */
function folderOf(path: RelPath, filter: PathFilter): RelPath | undefined {
  const isMarker = path.endsWith('/');
  if (isMarker ? filter.prunes(path) : filter.excludes(path)) return undefined;
  return foldersOf(path).findLast((folder) => pathProblem(folder) === undefined) ?? '';
}
