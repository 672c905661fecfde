import { setImmediate as turn } from 'node:timers/promises';
import { comparePaths } from '../../../src/model/path.ts';
import type { ListPage, ListQuery, ListedObject, S3Bucket } from '../../../src/sources/s3/bucket.ts';

export interface ModelOptions {
  readonly keys: readonly string[];
  /** Keys and common prefixes on one page. */
  readonly pageSize: number;
  /** How the server sorts. */
  readonly order?: (a: string, b: string) => number;
  /** Turns of the event loop before an answer, by the number of the request. */
  readonly delays?: readonly number[];
  /** Sees or replaces an answer. */
  readonly answer?: (query: ListQuery, page: ListPage) => ListPage | Promise<ListPage>;
}

export interface ModelS3 extends S3Bucket {
  readonly queries: readonly ListQuery[];
  /** The most requests that were under way at the same time. */
  readonly mostAtOnce: () => number;
  readonly underWay: () => number;
}

export const listedObject = (key: string, size = 1): ListedObject => ({
  key,
  size,
  etag: `etag of ${key}`,
  modifiedMs: 1_000,
  storageClass: 'STANDARD',
  restored: 'no',
});

/** ListObjectsV2 as S3 documents it, over an array of keys. */
export function modelS3(options: ModelOptions): ModelS3 {
  const order = options.order ?? comparePaths;
  const keys = options.keys.toSorted(order);
  const queries: ListQuery[] = [];
  let underWay = 0;
  let mostAtOnce = 0;
  return {
    name: 'model',
    queries,
    mostAtOnce: () => mostAtOnce,
    underWay: () => underWay,
    async listPage(query, signal) {
      signal.throwIfAborted();
      queries.push(query);
      mostAtOnce = Math.max(mostAtOnce, ++underWay);
      try {
        const turns = options.delays?.[queries.length % options.delays.length] ?? 1;
        for (let at = 0; at < turns; at++) {
          await turn();
          signal.throwIfAborted();
        }
        const page = listOnce(keys, query, options.pageSize, order);
        return (await options.answer?.(query, page)) ?? page;
      } finally {
        underWay -= 1;
      }
    },
    getObject: () => Promise.reject(new Error('the model only lists')),
    close: () => undefined,
  };
}

function listOnce(
  keys: readonly string[],
  query: ListQuery,
  pageSize: number,
  order: (a: string, b: string) => number,
): ListPage {
  const objects: ListedObject[] = [];
  const prefixes = new Set<string>();
  const limit = Math.min(query.maxKeys ?? pageSize, pageSize);
  const after = query.token ?? query.startAfter;
  let last = '';
  for (const key of keys) {
    if (!key.startsWith(query.prefix)) continue;
    const slash = query.delimiter === undefined ? -1 : key.indexOf('/', query.prefix.length);
    const item = slash === -1 ? key : key.slice(0, slash + 1);
    if (after !== undefined && order(item, after) <= 0) continue;
    if (prefixes.has(item)) continue;
    if (objects.length + prefixes.size === limit)
      return { objects, prefixes: [...prefixes], truncated: true, next: last };
    if (slash === -1) objects.push(listedObject(key));
    else prefixes.add(item);
    last = item;
  }
  return { objects, prefixes: [...prefixes], truncated: false, next: undefined };
}
