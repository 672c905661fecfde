/** What `resolve` gives for each item, in their order; some are asked for ahead. The first that rejects ends it. */
export async function* resolvedAhead<Item, Result>(
  items: AsyncIterable<Item> | Iterable<Item>,
  resolve: (item: Item) => Promise<Result>,
  most: () => number,
): AsyncGenerator<Result, void> {
  const waiting: Promise<Result>[] = [];
  try {
    for await (const item of items) {
      const result = resolve(item);
      // its failure is seen in its turn; until then it must not count as unhandled
      result.catch(() => undefined);
      waiting.push(result);
      while (waiting.length >= Math.max(1, most())) yield await waiting.shift()!;
    }
    while (waiting.length > 0) yield await waiting.shift()!;
  } finally {
    await Promise.allSettled(waiting);
  }
}
