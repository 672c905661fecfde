import type { GetObjectCommandOutput, S3Client } from '@aws-sdk/client-s3';
import { isUtf8 } from 'node:buffer';
import { Readable } from 'node:stream';
import type { ByteStream } from '../../../http/streamed-exchange.ts';
import { TransportError } from '../../../http/transport-error.ts';
import { isSyncError } from '../../../model/errors.ts';
import { checkListingText } from '../listing/listing-text.ts';
import { parseListing } from '../listing/parse-listing.ts';
import { wholeBody } from '../listing/whole-body.ts';
import type { SdkResponse } from './sdk-http-handler.ts';

/** How an output is made of an answer; an answer that is no success rejects with the error that it tells. */
type Read = (operation: { readonly name: string }, context: unknown, answer: SdkResponse) => Promise<unknown>;

/**
 * Reads the successes of our two requests in the SDK's place. The outputs are those that the SDK would make, for a
 * fraction of its processor time: of an object the headers that matter, and its body as it comes from the network; of a
 * listing what parseListing understands. Everything else stays the SDK's work:
 *
 *     client.send(command)
 *       make the request                SDK
 *       repeat it after failures        SDK
 *         sign it                       SDK
 *           read the answer             here, when it is a success of GetObject or ListObjectsV2; else SDK
 *             send                      HttpHandler
 *
 * An error that is thrown here is what the attempt came to. The SDK asks again where the error says so, as for a listing
 * that was damaged on its way.
 */
export function readAnswers(client: S3Client): void {
  const protocol = client.config.protocol as unknown as { deserializeResponse: Read };
  const readBySdk = protocol.deserializeResponse.bind(protocol);
  const read: Read = async (operation, context, answer) => {
    const ours = answer.statusCode < 300 ? operation.name : undefined;
    if (ours === 'GetObject') return readObject(answer);
    if (ours !== 'ListObjectsV2') return readBySdk(operation, context, answer);
    const bytes = await wholeBody(answer.body);
    const listing = isUtf8(bytes) ? parseListing(bytes.toString()) : undefined;
    if (listing !== undefined) return { $metadata: {}, ...listing };
    // The SDK reads text that is written in unusual ways, but damaged text too.
    checkListingText(bytes);
    answer.body = Readable.from([bytes], { objectMode: false });
    return readBySdk(operation, context, answer);
  };
  protocol.deserializeResponse = async (...given) => {
    try {
      return await read(...given);
    } catch (error) {
      throw keptAsItIs(error);
    }
  };
}

/** To the message of an error without `$metadata` the SDK adds a hint at its own insides, which says nothing to a person. */
function keptAsItIs(error: unknown): unknown {
  if (isSyncError(error) || error instanceof TransportError)
    Object.defineProperty(error, '$metadata', { value: {} });
  return error;
}

/** The parts of the SDK's output that objectBody looks at. */
type ObjectOutput = Omit<GetObjectCommandOutput, 'Body'> & { readonly Body: ByteStream };

function readObject({ headers, bytes }: SdkResponse): ObjectOutput {
  const textOf = (name: string): string | undefined => {
    const value = headers[name];
    return typeof value === 'string' ? value : value?.[0];
  };
  const length = textOf('content-length');
  const modified = textOf('last-modified');
  return {
    $metadata: {},
    Body: bytes,
    ETag: textOf('etag'),
    ContentLength: length === undefined ? undefined : Number(length),
    ContentRange: textOf('content-range'),
    LastModified: modified === undefined ? undefined : new Date(modified),
    ChecksumCRC32: textOf('x-amz-checksum-crc32'),
    ChecksumCRC32C: textOf('x-amz-checksum-crc32c'),
    ChecksumCRC64NVME: textOf('x-amz-checksum-crc64nvme'),
    ChecksumSHA1: textOf('x-amz-checksum-sha1'),
    ChecksumSHA256: textOf('x-amz-checksum-sha256'),
    ChecksumSHA512: textOf('x-amz-checksum-sha512'),
    ChecksumType: textOf('x-amz-checksum-type') as GetObjectCommandOutput['ChecksumType'],
    ServerSideEncryption: textOf(ENCRYPTION) as GetObjectCommandOutput['ServerSideEncryption'],
    SSECustomerAlgorithm: textOf(`${ENCRYPTION}-customer-algorithm`),
  };
}

const ENCRYPTION = 'x-amz-server-side-encryption';
