import type { ListObjectsV2CommandOutput, _Object } from '@aws-sdk/client-s3';
import type { ListPage, ListedObject } from '../bucket.ts';
import { broken, quoted } from './broken-listing.ts';
import { unquoted } from '../reading/object-body.ts';

/** The part of an answer to ListObjectsV2 that matters here, with the SDK's names. */
export type Listing = Pick<
  ListObjectsV2CommandOutput,
  'IsTruncated' | 'KeyCount' | 'NextContinuationToken' | 'EncodingType' | 'Contents' | 'CommonPrefixes'
>;

/** The page, decoded. Rejects with `source_listing_broken` what no S3 listing can be. */
export function readPage(output: Listing): ListPage {
  // Every listing says it. A page of something else may be well-formed XML too, and would look like an empty bucket.
  if (output.IsTruncated === undefined) throw broken('the answer is not an S3 listing; check --endpoint-url');
  const { KeyCount, Contents = [], CommonPrefixes = [] } = output;
  const shown = Contents.length + CommonPrefixes.length;
  // S3 counts both. Some servers leave the prefixes out; one that counts them cannot come to that number by losing some.
  if (
    KeyCount !== undefined &&
    KeyCount !== shown &&
    !(CommonPrefixes.length > 0 && KeyCount === Contents.length)
  )
    throw broken(`a page says that it has ${KeyCount} keys and shows ${shown}`);
  // Some servers ignore the wish and say so by leaving EncodingType out.
  const decode = output.EncodingType === 'url' ? decodeKey : (text: string): string => text;
  return {
    objects: Contents.map((object) => readObject(object, decode)),
    prefixes: CommonPrefixes.map(({ Prefix = '' }) => decode(Prefix)),
    truncated: output.IsTruncated,
    next: output.NextContinuationToken,
  };
}

/** S3 writes a space as '+' and a plus as '%2B'; others write '%20'. */
function decodeKey(text: string): string {
  try {
    return decodeURIComponent(text.replaceAll('+', '%20'));
  } catch {
    throw broken(`the listing holds a key that is not UTF-8: ${quoted(text)}; rename the object`);
  }
}

function readObject(object: _Object, decode: (text: string) => string): ListedObject {
  const { Key, Size, ETag, LastModified, StorageClass, RestoreStatus } = object;
  if (Key === undefined || Key === '' || Size === undefined || !Number.isSafeInteger(Size) || Size < 0)
    throw broken('the listing holds an object without a key or a size; this server does not list as S3 does');
  const modifiedMs = LastModified?.getTime();
  return {
    key: decode(Key),
    size: Size,
    etag: ETag === undefined || ETag === '' ? undefined : unquoted(ETag),
    modifiedMs: modifiedMs === undefined || Number.isNaN(modifiedMs) ? undefined : modifiedMs,
    storageClass: StorageClass,
    restored:
      RestoreStatus?.IsRestoreInProgress === true
        ? 'running'
        : RestoreStatus?.RestoreExpiryDate === undefined
          ? 'no'
          : 'yes',
  };
}
