import type { GetObjectCommand, ListObjectsV2Command, S3Client } from '@aws-sdk/client-s3';
import { Readable } from 'node:stream';
import { SyncError } from '../../../model/errors.ts';
import type { ByteStream, ListPage, ListQuery, ObjectBody } from '../bucket.ts';
import type { CrcClasses } from '../reading/checksum.ts';
import type { HttpRequest, Outcome, SendOptions } from './sdk-http-handler.ts';
import { readPage } from '../listing/list-page.ts';
import { checkListingText } from '../listing/listing-text.ts';
import { objectBody } from '../reading/object-body.ts';
import { wholeBody } from '../listing/whole-body.ts';

type Sdk = typeof import('@aws-sdk/client-s3');

export interface GetQuery {
  readonly key: string;
  /** Without its quotes. */
  readonly etag: string;
  /** The first byte wanted. */
  readonly start: number;
}

/** The two requests to one bucket, in one region. They reject with what the SDK throws. */
export interface BucketRequests {
  list(query: ListQuery, signal: AbortSignal): Promise<ListPage>;
  get(query: GetQuery, signal: AbortSignal): Promise<ObjectBody>;
}

/** Through the SDK; it can go on from the outcome of a first attempt that was made past it. */
export interface SdkRequests extends BucketRequests {
  list(query: ListQuery, signal: AbortSignal, outcome?: Outcome): Promise<ListPage>;
  get(query: GetQuery, signal: AbortSignal, outcome?: Outcome): Promise<ObjectBody>;
  /** What the SDK would send, signed, without sending it. Rejects when it makes no request, for want of credentials for example. */
  listRequest(): Promise<HttpRequest>;
  getRequest(key: string): Promise<HttpRequest>;
}

export interface RequestOptions {
  readonly bucket: string;
  /** The reader pays for requests and transfer. */
  readonly requestPayer?: boolean | undefined;
}

export function sdkRequests(
  sdk: Sdk,
  crcClasses: CrcClasses,
  client: S3Client,
  { bucket, requestPayer }: RequestOptions,
): SdkRequests {
  const payer = requestPayer === true ? ({ RequestPayer: 'requester' } as const) : {};

  const listCommand = (query: ListQuery): ListObjectsV2Command =>
    new sdk.ListObjectsV2Command({
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
    });
  const getCommand = ({ key, etag, start }: GetQuery): GetObjectCommand =>
    new sdk.GetObjectCommand({
      Bucket: bucket,
      Key: key,
      IfMatch: `"${etag}"`,
      ...(start === 0 ? {} : { Range: `bytes=${start}-` }),
      ...payer,
    });
  const options = (abortSignal: AbortSignal, outcome: Outcome | undefined): SendOptions => ({
    abortSignal,
    ...(outcome === undefined ? {} : { first: { outcome } }),
  });

  return {
    listRequest: () => captured((options) => client.send(listCommand({ prefix: '' }), options)),
    getRequest: (key) => captured((options) => client.send(getCommand({ key, etag: '', start: 0 }), options)),
    async list(query, signal, outcome) {
      const checked: SendOptions = { ...options(signal, outcome), checkBody: checkedListing };
      return readPage(await client.send(listCommand(query), checked));
    },
    async get(query, signal, outcome) {
      const output = await client.send(getCommand(query), options(signal, outcome));
      const { Body, ETag, ContentLength, ContentRange, ChecksumType, ServerSideEncryption } = output;
      if (Body === undefined)
        throw new SyncError('source_failed', 'S3 answered a read without a body', { verdict: 'retry' });
      const stream = Body as Readable;
      // Between two readers nobody listens, and an error without a listener would end the process. Readers still see it.
      stream.on('error', () => undefined);
      return objectBody(
        {
          stream,
          etag: ETag,
          contentLength: ContentLength,
          contentRange: ContentRange,
          modifiedMs: output.LastModified?.getTime(),
          kept: { valueOf: (algorithm) => output[`Checksum${algorithm}`], type: ChecksumType },
          encryption: ServerSideEncryption,
          customerKey: output.SSECustomerAlgorithm !== undefined,
        },
        query,
        crcClasses,
      );
    },
  };
}

async function checkedListing(body: ByteStream): Promise<Buffer> {
  const bytes = await wholeBody(body);
  checkListingText(bytes);
  return bytes;
}

async function captured(send: (options: SendOptions) => Promise<unknown>): Promise<HttpRequest> {
  const capture: NonNullable<SendOptions['capture']> = {};
  // It always rejects.
  await send({ capture }).catch(() => undefined);
  if (capture.request === undefined) throw new Error('the SDK made no request');
  return capture.request;
}
