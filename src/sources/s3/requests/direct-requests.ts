import type { S3Client } from '@aws-sdk/client-s3';
import { isUtf8 } from 'node:buffer';
import { Readable } from 'node:stream';
import type { ListPage, ListQuery, ObjectBody } from '../bucket.ts';
import type { Algorithm, CrcClasses } from '../reading/checksum.ts';
import type { HttpHandler, HttpRequest, Outcome } from './sdk-http-handler.ts';
import { readPage } from '../listing/list-page.ts';
import type { Listing } from '../listing/list-page.ts';
import { objectBody } from '../reading/object-body.ts';
import { parseListing } from '../listing/parse-listing.ts';
import { TEMPLATE_KEY, requestMaker } from './request-template.ts';
import type { MakeRequest, RequestParts } from './request-template.ts';
import type { BucketRequests, GetQuery, SdkRequests } from './sdk-requests.ts';
import type { Headers } from '../../../http/dispatched-request.ts';
import type { Answer } from '../../../http/streamed-exchange.ts';
import { wholeBody } from '../listing/whole-body.ts';

export interface DirectOptions {
  readonly client: S3Client;
  readonly handler: HttpHandler;
  readonly sdk: SdkRequests;
  readonly crcClasses: CrcClasses;
  /** Whether requests carry a signature. */
  readonly signed: boolean;
}

/**
 * Requests that we sign and send ourselves: the SDK's own way costs a millisecond of processor time for every object and
 * 30 µs for every key of a listing. The SDK decides what they look like (request-template.ts). Whatever comes but a plain
 * success it takes over as the outcome of its own first attempt: errors, retries, throttling and clocks are its business.
 */
export function directRequests(options: DirectOptions): BucketRequests {
  const { client, handler, sdk, crcClasses, signed } = options;
  const makeList = remembered(async () => requestMaker(client, await sdk.listRequest(), signed));
  const makeGet = remembered(async () => requestMaker(client, await sdk.getRequest(TEMPLATE_KEY), signed));
  const successCounter = remembered(() => countSuccesses(client));

  /** Undefined when nothing was sent. */
  async function attempt(
    learn: () => Promise<MakeRequest | undefined>,
    parts: RequestParts,
    signal: AbortSignal,
  ): Promise<Outcome | undefined> {
    let request: HttpRequest | undefined;
    try {
      const make = await learn();
      request = await make?.(parts);
    } catch {
      // The SDK meets the same, and tells it.
    }
    if (request === undefined) return undefined;
    try {
      return { answer: await handler.send(request, signal) };
    } catch (error) {
      return { error };
    }
  }

  return {
    async list(query: ListQuery, signal: AbortSignal): Promise<ListPage> {
      const outcome = await attempt(makeList, { query: queryOf(query) }, signal);
      if (outcome === undefined || 'error' in outcome || outcome.answer.status !== 200)
        return sdk.list(query, signal, outcome);
      const read = await readListing(outcome.answer);
      if ('outcome' in read) return sdk.list(query, signal, read.outcome);
      (await successCounter())();
      return readPage(read.listing);
    },

    async get(query: GetQuery, signal: AbortSignal): Promise<ObjectBody> {
      const { key, etag, start } = query;
      const headers = { 'if-match': `"${etag}"`, ...(start === 0 ? {} : { range: `bytes=${start}-` }) };
      const outcome = await attempt(makeGet, { key, headers }, signal);
      if (outcome === undefined || 'error' in outcome || !isContent(outcome.answer.status, start))
        return sdk.get(query, signal, outcome);
      (await successCounter())();
      return bodyOf(outcome.answer, query, crcClasses);
    },
  };
}

/** What `make` resolves to, for all who ask; a rejection is for those who ask at the time. */
function remembered<T>(make: () => Promise<T>): () => Promise<T> {
  let made: Promise<T> | undefined;
  return () => {
    made ??= make().catch((error: unknown) => {
      made = undefined;
      throw error;
    });
    return made;
  };
}

/** The SDK stops retrying when most requests fail; so it has to hear of those that succeed without it. */
async function countSuccesses(client: S3Client): Promise<() => void> {
  const strategy = await client.config.retryStrategy();
  if (!('recordSuccess' in strategy)) return () => undefined;
  const token = await strategy.acquireInitialRetryToken('');
  return () => strategy.recordSuccess(token);
}

const queryOf = ({ prefix, delimiter, startAfter, token, maxKeys }: ListQuery): Record<string, string> => ({
  prefix,
  ...(delimiter === undefined ? {} : { delimiter }),
  ...(startAfter === undefined ? {} : { 'start-after': startAfter }),
  ...(token === undefined ? {} : { 'continuation-token': token }),
  ...(maxKeys === undefined ? {} : { 'max-keys': String(maxKeys) }),
});

/** What cannot be understood goes to the SDK as it came. */
async function readListing(answer: Answer): Promise<{ listing: Listing } | { outcome: Outcome }> {
  let bytes: Buffer;
  try {
    bytes = await wholeBody(answer.body);
  } catch (error) {
    return { outcome: { error } };
  }
  const listing = isUtf8(bytes) ? parseListing(bytes.toString()) : undefined;
  if (listing !== undefined) return { listing };
  return { outcome: { answer: { ...answer, body: Readable.from([bytes], { objectMode: false }) } } };
}

/** A 200 to a Range brings other bytes than were asked for; objectBody says so. */
const isContent = (status: number, start: number): boolean => status === 200 || (status === 206 && start > 0);

function bodyOf({ headers, body }: Answer, asked: GetQuery, crcClasses: CrcClasses): ObjectBody {
  const length = textOf(headers, 'content-length');
  const modified = textOf(headers, 'last-modified');
  return objectBody(
    {
      stream: body,
      etag: textOf(headers, 'etag'),
      contentLength: length === undefined ? undefined : Number(length),
      contentRange: textOf(headers, 'content-range'),
      modifiedMs: modified === undefined ? undefined : Date.parse(modified),
      kept: {
        valueOf: (algorithm: Algorithm) => textOf(headers, CHECKSUM_HEADERS[algorithm]),
        type: textOf(headers, 'x-amz-checksum-type'),
      },
      encryption: textOf(headers, 'x-amz-server-side-encryption'),
      customerKey: textOf(headers, 'x-amz-server-side-encryption-customer-algorithm') !== undefined,
    },
    asked,
    crcClasses,
  );
}

const CHECKSUM_HEADERS: Readonly<Record<Algorithm, string>> = {
  CRC32: 'x-amz-checksum-crc32',
  SHA256: 'x-amz-checksum-sha256',
  SHA1: 'x-amz-checksum-sha1',
  CRC32C: 'x-amz-checksum-crc32c',
  CRC64NVME: 'x-amz-checksum-crc64nvme',
};

function textOf(headers: Headers, name: string): string | undefined {
  const value = headers[name];
  return typeof value === 'string' ? value : value?.[0];
}
