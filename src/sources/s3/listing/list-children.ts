import { comparePaths, pathProblem } from '../../../model/path.ts';
import type { ListPage, ListedObject, S3Bucket } from '../bucket.ts';
import { broken, quoted } from './broken-listing.ts';
import { MAX_EMPTY_PAGES, nextToken } from './key-range.ts';

export interface Children {
  /** In the order of their keys; a folder comes as an empty object that is named as the folder. */
  readonly objects: readonly ListedObject[];
  /** Of the folders that may be no more than a marker, and cannot be folders on Stage: those that hold something. */
  readonly inhabited: ReadonlySet<string>;
}

/** The direct children of a folder. Rejects with a SyncError when a page fails or cannot be trusted. */
export async function listChildren(bucket: S3Bucket, prefix: string, signal: AbortSignal): Promise<Children> {
  const objects: ListedObject[] = [];
  const folders: string[] = [];
  let token: string | undefined;
  let last: string | undefined;
  let empty = 0;
  do {
    const page = await bucket.listPage({ prefix, delimiter: '/', token }, signal);
    last = checkPage(page, prefix, last);
    objects.push(...page.objects);
    folders.push(...page.prefixes);
    empty = page.objects.length + page.prefixes.length === 0 ? empty + 1 : 0;
    if (empty > MAX_EMPTY_PAGES) throw broken('the server sends page after page without a key');
    token = page.truncated ? nextToken(page, token) : undefined;
  } while (token !== undefined);

  const inhabited = new Set<string>();
  const files = new Set(objects.map(({ key }) => key));
  for (const folder of folders) {
    if (!files.has(folder.slice(0, -1)) && pathProblem(folder.slice(prefix.length)) === undefined) continue;
    const found = await bucket.listPage({ prefix: folder, maxKeys: 2 }, signal);
    if (found.truncated || found.objects.some(({ key }) => key !== folder)) inhabited.add(folder);
  }
  return {
    objects: [...objects, ...folders.map(folderObject)].toSorted((a, b) => comparePaths(a.key, b.key)),
    inhabited,
  };
}

/** Returns the last key of the page. Within a page servers may mix files and folders as they like. */
function checkPage(
  { objects, prefixes }: ListPage,
  prefix: string,
  before: string | undefined,
): string | undefined {
  let last = before;
  for (const key of [...objects.map(({ key }) => key), ...prefixes].toSorted(comparePaths)) {
    if (!key.startsWith(prefix)) throw broken(`the key ${quoted(key)} is not below the prefix`);
    const slash = key.indexOf('/', prefix.length);
    if (slash !== -1 && slash !== key.length - 1)
      throw broken(`the key ${quoted(key)} lies deeper than was asked for`);
    if (last !== undefined && comparePaths(key, last) <= 0)
      throw broken(`the key ${quoted(key)} comes twice or too late, after ${quoted(last)}`);
    last = key;
  }
  for (const folder of prefixes)
    if (folder === prefix || !folder.endsWith('/'))
      throw broken(`${quoted(folder)} is no folder below the prefix`);
  return last;
}

const folderObject = (key: string): ListedObject => ({
  key,
  size: 0,
  etag: undefined,
  modifiedMs: undefined,
  storageClass: undefined,
  restored: 'no',
});
