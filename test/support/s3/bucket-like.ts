import type { Source } from '../../../src/model/ports.ts';

/** The same files as in a bucket: no folder is an entry of its own. */
export function bucketLike(source: Source): Source {
  const bucket: Source = {
    ...source,
    async *list(options) {
      for await (const batch of source.list(options)) yield batch.filter(({ kind }) => kind !== 'folder');
    },
  };
  delete bucket.listFolder;
  return bucket;
}
