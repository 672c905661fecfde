import type { IncomingMessage } from 'node:http';
import type { FastifyRequest } from 'fastify';
import type { Blobs } from '../storage/blobs.ts';
import { Refusal } from './refusal.ts';
import type { StoredBytes } from '../storage/tree.ts';

/** Bytes: the longest body that is read whole, for JSON. */
const SMALL_BODY = 1024 * 1024;

/**
 * The bytes of the part named `file`, on disk; undefined when the request has none (it asks for a folder or an empty
 * file). Resolves only when the whole request arrived in good order; otherwise nothing is left behind.
 */
export async function receiveFile(
  request: FastifyRequest,
  blobs: Blobs,
  onBytes: (bytes: number) => Promise<void>,
): Promise<StoredBytes | undefined> {
  if (!request.isMultipart()) {
    await expectNoFile(request);
    return undefined;
  }
  let stored: StoredBytes | undefined;
  let arrived = false;
  let field: string | undefined;
  request.raw.once('data', () => (arrived = true));
  try {
    for await (const part of request.parts()) {
      if (part.type === 'field') {
        if (part.fieldname === 'file') throw new Refusal(400, 'the part "file" has no filename');
        if (part.value !== '') field ??= part.fieldname;
      } else if (part.fieldname === 'file' && stored === undefined) {
        stored = await blobs.write(part.file, onBytes);
      } else if (part.fieldname === 'file') {
        part.file.resume();
      } else {
        await expectEmpty(part.file, part.fieldname);
      }
    }
    if (!arrived) throw new Refusal(400, 'multipart: NextPart: EOF');
    if (stored === undefined && field !== undefined) throw misnamedPart(field);
    return stored;
  } catch (error) {
    if (stored !== undefined) await blobs.discard(stored.blob);
    throw isMultipartError(error) ? new Refusal(400, `multipart: ${error.message}`) : error;
  }
}

/** Bytes under another name than `file` would be lost unseen. Reads to the end, so that the form can be left. */
async function expectEmpty(part: AsyncIterable<Uint8Array>, name: string): Promise<void> {
  let bytes = 0;
  for await (const chunk of part) bytes += chunk.length;
  if (bytes > 0) throw misnamedPart(name);
}

const misnamedPart = (name: string): Refusal =>
  new Refusal(400, `the part ${JSON.stringify(name)} has bytes: a file must be sent as the part "file"`);

/** Rejects with a 413 when it is larger than `limit` bytes; it is read to its end, so that the reply arrives. */
export async function readSmallBody(body: IncomingMessage, limit = SMALL_BODY): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of body as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size <= limit) chunks.push(chunk);
    else chunks.length = 0;
  }
  if (size > limit) throw new Refusal(413, 'request body too large');
  return Buffer.concat(chunks, size).toString();
}

/** Clients send a JSON content type, even `{}`, with requests that carry nothing; other bytes would be lost unseen. */
async function expectNoFile(request: FastifyRequest): Promise<void> {
  const body = await readSmallBody(request.raw);
  const isJson = /^application\/json\b/i.test(request.headers['content-type'] ?? '');
  if (body !== '' && !(isJson && /^\s*(?:\{\s*\})?\s*$/.test(body)))
    throw new Refusal(400, "request Content-Type isn't multipart/form-data");
}

/** The parser's own errors: a malformed body, or one that broke off. */
function isMultipartError(error: unknown): error is Error {
  if (!(error instanceof Error) || error instanceof Refusal) return false;
  const { code } = error as { code?: unknown };
  return code === undefined || (typeof code === 'string' && code.startsWith('FST_'));
}
