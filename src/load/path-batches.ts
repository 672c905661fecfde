import type { RelPath } from '../model/path.ts';

/** Paths in one statement: each stands in it twice. */
const MOST_PATHS = 2000;
/** Bytes of the paths of one statement, for a request of at most a megabyte. */
const MOST_BYTES = 350_000;

/** The paths in groups that fit into a request each. */
export function* pathBatches(paths: Iterable<RelPath>): Generator<readonly RelPath[]> {
  let batch: RelPath[] = [];
  let bytes = 0;
  for (const path of paths) {
    // quotes, commas, and escapes in JSON
    const size = Buffer.byteLength(JSON.stringify(path)) + 4;
    if (batch.length > 0 && (batch.length === MOST_PATHS || bytes + size > MOST_BYTES)) {
      yield batch;
      batch = [];
      bytes = 0;
    }
    batch.push(path);
    bytes += size;
  }
  if (batch.length > 0) yield batch;
}
