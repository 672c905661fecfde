import type {
  GetObjectCommandOutput,
  ListObjectsV2CommandInput,
  ListObjectsV2CommandOutput,
  S3Client,
  _Object,
} from '@aws-sdk/client-s3';
import type { Readable } from 'node:stream';
import { SyncError } from '../../model/errors.ts';
import type { ListPage, ListQuery, ListedObject, ObjectBody, S3Bucket } from './bucket.ts';
import { clientFor, createClient, regionFromError } from './client.ts';
import type { S3ConnectionOptions } from './client.ts';
import { s3Error } from './errors.ts';

export interface SdkBucketOptions extends S3ConnectionOptions {
  readonly bucket: string;
  /** The reader pays for requests and transfer. */
  readonly requestPayer?: boolean | undefined;
}

/** Longer than the SDK tries a request; a listing that answers its headers and then nothing ends here. */
const LIST_TIMEOUT_MS = 180_000;

/** The bucket through the AWS SDK, which is loaded here and nowhere else. */
export async function openSdkBucket(options: SdkBucketOptions): Promise<S3Bucket> {
  const sdk = await import('@aws-sdk/client-s3');
  const { bucket, endpointUrl } = options;
  const payer = options.requestPayer === true ? ({ RequestPayer: 'requester' } as const) : {};
  const clients = [await createClient(sdk, options)];

  /** Sends with the newest client, and once more after S3 told that the bucket is in another region. */
  async function send<Output>(request: (client: S3Client) => Promise<Output>): Promise<Output> {
    const used = clients.at(-1)!;
    try {
      return await request(used);
    } catch (error) {
      const region = regionFromError(error);
      if (region === undefined) throw error;
      // Another request may have learnt it in the meantime.
      if (used === clients.at(-1)) {
        if (clients.length > 1 || region === (await used.config.region())) throw error;
        clients.push(clientFor(sdk, options, region));
      }
      return request(clients.at(-1)!);
    }
  }

  return {
    name: bucket,

    async listPage(query: ListQuery, signal: AbortSignal): Promise<ListPage> {
      signal.throwIfAborted();
      const abortSignal = AbortSignal.any([signal, AbortSignal.timeout(LIST_TIMEOUT_MS)]);
      const command: ListObjectsV2CommandInput = {
        Bucket: bucket,
        Prefix: query.prefix,
        Delimiter: query.delimiter,
        StartAfter: query.startAfter,
        ContinuationToken: query.token,
        MaxKeys: query.maxKeys,
        // XML cannot hold most control characters, and readers of XML turn a carriage return into a newline.
        EncodingType: 'url',
        OptionalObjectAttributes: ['RestoreStatus'],
        ...payer,
      };
      try {
        return readPage(
          await send((client) => client.send(new sdk.ListObjectsV2Command(command), { abortSignal })),
        );
      } catch (error) {
        signal.throwIfAborted();
        const cause = abortSignal.aborted ? { name: 'TimeoutError' } : error;
        throw s3Error(cause, { operation: 'list', bucket, endpointUrl });
      }
    },

    async getObject(key: string, etag: string, start: number, signal: AbortSignal): Promise<ObjectBody> {
      signal.throwIfAborted();
      const command = {
        Bucket: bucket,
        Key: key,
        IfMatch: `"${etag}"`,
        ...(start === 0 ? {} : { Range: `bytes=${start}-` }),
        ...payer,
      } as const;
      try {
        return readBody(
          await send((client) => client.send(new sdk.GetObjectCommand(command), { abortSignal: signal })),
          start,
        );
      } catch (error) {
        signal.throwIfAborted();
        throw s3Error(error, { operation: 'read', bucket, key, endpointUrl });
      }
    },

    close(): void {
      for (const client of clients) client.destroy();
    },
  };
}

function readPage(output: ListObjectsV2CommandOutput): ListPage {
  // Every listing says it. A page of something else may be well-formed XML too, and would look like an empty bucket.
  if (output.IsTruncated === undefined) throw broken('the answer is not an S3 listing; check --endpoint-url');
  // Some servers ignore the wish and say so by leaving EncodingType out.
  const decode = output.EncodingType === 'url' ? decodeKey : (text: string): string => text;
  return {
    objects: (output.Contents ?? []).map((object) => readObject(object, decode)),
    prefixes: (output.CommonPrefixes ?? []).map(({ Prefix = '' }) => decode(Prefix)),
    truncated: output.IsTruncated,
    next: output.NextContinuationToken,
  };
}

/** S3 writes a space as '+' and a plus as '%2B'; others write '%20'. */
function decodeKey(text: string): string {
  try {
    return decodeURIComponent(text.replaceAll('+', '%20'));
  } catch {
    throw broken(`the listing holds a key that is not UTF-8: ${text}; rename the object`);
  }
}

function readObject(object: _Object, decode: (text: string) => string): ListedObject {
  const { Key, Size, ETag, LastModified, StorageClass, RestoreStatus } = object;
  if (Key === undefined || Size === undefined || !Number.isSafeInteger(Size) || Size < 0)
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

function readBody(output: GetObjectCommandOutput, start: number): ObjectBody {
  const { Body, ETag, ContentLength, ContentRange, ChecksumCRC32, ChecksumType } = output;
  if (Body === undefined)
    throw new SyncError('source_failed', 'S3 answered a read without a body', { verdict: 'retry' });
  const stream = Body as Readable;
  // Between two readers nobody listens, and an error without a listener would end the process. Readers still see it.
  stream.on('error', () => undefined);
  const range = /^bytes (\d+)-\d+\/(\d+)$/.exec(ContentRange ?? '');
  if (start > 0 && Number(range?.[1]) !== start) {
    stream.destroy();
    throw new SyncError('source_failed', 'the S3 server ignores the Range of a read that had to be resumed', {
      verdict: 'retry',
    });
  }
  return {
    stream,
    etag: ETag === undefined ? undefined : unquoted(ETag),
    totalSize: start > 0 ? Number(range?.[2]) : ContentLength,
    crc32:
      start === 0 &&
      ChecksumCRC32 !== undefined &&
      ChecksumType !== 'COMPOSITE' &&
      !ChecksumCRC32.includes('-')
        ? Buffer.from(ChecksumCRC32, 'base64').readUInt32BE(0)
        : undefined,
  };
}

const unquoted = (etag: string): string => etag.replace(/^"(.*)"$/, '$1');

const broken = (message: string): SyncError =>
  new SyncError('source_listing_broken', message, { verdict: 'end_run' });
