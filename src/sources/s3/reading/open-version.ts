import type { ObjectBody, S3Bucket } from '../bucket.ts';
import { notAsListed } from './read-errors.ts';
import type { WantedObject } from './wanted-object.ts';

export interface OpenVersionOptions {
  /** The first byte wanted. */
  readonly start: number;
  /** The time of the object in an earlier answer, in milliseconds since 1970. */
  readonly modifiedMs?: number | undefined;
  readonly signal: AbortSignal;
}

/** The body of the listed version from a byte on. Rejects with a SyncError, with `entry_changed` for another version. */
export async function openVersion(
  bucket: S3Bucket,
  wanted: WantedObject,
  { start, modifiedMs, signal }: OpenVersionOptions,
): Promise<ObjectBody> {
  const body = await bucket.getObject(wanted.key, wanted.etag, start, signal);
  const problem = problemOf(body, wanted, modifiedMs);
  if (problem === undefined) return body;
  body.stream.destroy();
  throw notAsListed(wanted, problem);
}

function problemOf(
  body: ObjectBody,
  wanted: WantedObject,
  modifiedMs: number | undefined,
): string | undefined {
  if (body.etag !== undefined && body.etag !== wanted.etag) return 'it has another ETag than was listed';
  if (body.totalSize !== undefined && body.totalSize !== wanted.size)
    return `it has ${body.totalSize} bytes and ${wanted.size} were listed`;
  // Where many objects have one ETag, only their times tell them apart.
  if (modifiedMs !== undefined && body.modifiedMs !== undefined && body.modifiedMs !== modifiedMs)
    return 'it was replaced while it was read';
  return undefined;
}
