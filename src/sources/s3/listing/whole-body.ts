import type { ByteStream } from '../bucket.ts';
import { broken } from './broken-listing.ts';

/** A page of 1,000 keys of 1,024 characters, encoded, with all fields of the objects, takes less than 8 MiB. */
const MOST_BYTES = 64 * 1024 * 1024;

/** All bytes of a listing's page. Rejects as the stream does, and one without end with `source_listing_broken`. */
export async function wholeBody(stream: ByteStream, most = MOST_BYTES): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  // Leaving the loop lets go of the connection.
  for await (const chunk of stream) {
    bytes += chunk.length;
    if (bytes > most) throw broken(`a page of it has more than ${most} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}
