import type { ListedObject } from './bucket.ts';

/**
 * `etag:size@time`, the time in milliseconds or nothing. Some servers give one ETag to many objects (MinIO `0000…-1`), so the
 * time tells that an object was replaced. Release 0.1 wrote `etag:size`: what it recorded begins the same.
 */
export const versionOf = (etag: string, { size, modifiedMs }: ListedObject): string =>
  `${etag}:${size}@${modifiedMs ?? ''}`;

/** The ETag of a version, of an earlier release's too: a plan may have been made by one. */
export const etagOf = (version: string): string => version.replace(/:\d+(?:@-?\d*)?$/, '');

/**
 * Whether the ETag looks like the MD5 of the content. The ETag of an object in parts does not, nor does the one that
 * MinIO gives to many objects.
 */
export const isHash = (etag: string): boolean => /^[0-9a-f]{32}$/i.test(etag) && !/^0+$/.test(etag);

/**
 * What identifies an object under another key; undefined where nothing does. All empty objects have the same ETag,
 * which therefore identifies none of them.
 */
export const identityOf = (etag: string, { size }: ListedObject): string | undefined =>
  size > 0 && isHash(etag) ? `${etag}:${size}` : undefined;
