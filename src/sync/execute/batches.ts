/** What an iterable gives, so many at a time; the last batch may be shorter. Nothing is read ahead of a batch. */
export function* batchesOf<T>(all: Iterable<T>, size: number): Generator<T[], void> {
  let batch: T[] = [];
  for (const each of all) {
    batch.push(each);
    if (batch.length < size) continue;
    yield batch;
    batch = [];
  }
  if (batch.length > 0) yield batch;
}
