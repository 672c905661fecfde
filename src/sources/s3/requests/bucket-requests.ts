import { createHash } from 'node:crypto';
import type { S3Client } from '@aws-sdk/client-s3';
import { SyncError } from '../../../model/errors.ts';
import type { ByteStream, ListPage, ListQuery, ObjectBody } from '../bucket.ts';
import { readPage } from '../listing/list-page.ts';
import type { CrcClasses } from '../reading/checksum.ts';
import { objectBody } from '../reading/object-body.ts';

type Sdk = typeof import('@aws-sdk/client-s3');

interface GetQuery {
  readonly key: string;
  /** Without its quotes. */
  readonly etag: string;
  /** The first byte wanted. */
  readonly start: number;
  /** Whether the key of the writer goes along, where there is one. */
  readonly withKey: boolean;
}

/** The two requests to one bucket, in one region. They reject with what the SDK throws. */
export interface BucketRequests {
  list(query: ListQuery, signal: AbortSignal): Promise<ListPage>;
  get(query: GetQuery, signal: AbortSignal): Promise<ObjectBody>;
}

export interface RequestOptions {
  readonly bucket: string;
  /** The reader pays for requests and transfer. */
  readonly requestPayer?: boolean | undefined;
  /** Keys in a page of a listing, at most; absent: as many as the server gives. */
  readonly pageSize?: number | undefined;
  /** The key of objects that their writer encrypted with a key of its own (SSE-C). Secret. */
  readonly customerKey?: Uint8Array | undefined;
}

/** `client` has readAnswers in it. */
export function bucketRequests(
  sdk: Sdk,
  crcClasses: CrcClasses,
  client: S3Client,
  { bucket, requestPayer, pageSize, customerKey }: RequestOptions,
): BucketRequests {
  const opens = customerKey && {
    SSECustomerAlgorithm: 'AES256',
    SSECustomerKey: Buffer.from(customerKey).toString('base64'),
    SSECustomerKeyMD5: createHash('md5').update(customerKey).digest('base64'),
  };
  const payer = requestPayer === true ? ({ RequestPayer: 'requester' } as const) : {};
  return {
    async list(query, abortSignal) {
      const command = new sdk.ListObjectsV2Command({
        Bucket: bucket,
        Prefix: query.prefix,
        Delimiter: query.delimiter,
        StartAfter: query.startAfter,
        ContinuationToken: query.token,
        MaxKeys: query.maxKeys ?? pageSize,
        // XML cannot hold most control characters, and readers of XML turn a carriage return into a newline.
        EncodingType: 'url',
        OptionalObjectAttributes: ['RestoreStatus'],
        ...payer,
      });
      return readPage(await client.send(command, { abortSignal }));
    },

    async get(query, abortSignal) {
      const { key, etag, start, withKey } = query;
      const command = new sdk.GetObjectCommand({
        Bucket: bucket,
        Key: key,
        IfMatch: `"${etag}"`,
        ...(start === 0 ? {} : { Range: `bytes=${start}-` }),
        ...(withKey ? opens : {}),
        ...payer,
      });
      const output = await client.send(command, { abortSignal });
      if (output.Body === undefined)
        throw new SyncError('source_failed', 'S3 answered a read without a body', { verdict: 'retry' });
      return objectBody(
        {
          stream: output.Body as unknown as ByteStream,
          etag: output.ETag,
          contentLength: output.ContentLength,
          contentRange: output.ContentRange,
          modifiedMs: output.LastModified?.getTime(),
          kept: { valueOf: (algorithm) => output[`Checksum${algorithm}`], type: output.ChecksumType },
          encryption: output.ServerSideEncryption,
          customerKey: output.SSECustomerAlgorithm !== undefined,
        },
        query,
        crcClasses,
      );
    },
  };
}
