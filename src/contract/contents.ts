import type { Content } from '../model/ports.ts';

export const KIB = 1024;

/** Bytes that differ at every position from those of another seed below 256, and that do not repeat with any power of two. */
export function patternedBytes(size: number, seed = 0): Buffer {
  const bytes = Buffer.allocUnsafe(size);
  for (let at = 0; at < size; at++) bytes[at] = (at % 251) ^ seed;
  return bytes;
}

/** A content that is there whole. */
export function textContent(text: string): Content {
  const bytes = Buffer.from(text);
  return { size: bytes.byteLength, bytes };
}

/** A content that comes in chunks of `by` bytes. */
export const chunkedContent = (bytes: Uint8Array, by: number): Content => ({
  size: bytes.byteLength,
  chunks: piecesOf(bytes, by),
});

export async function* piecesOf(bytes: Uint8Array, by: number): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.byteLength; at += by) yield bytes.slice(at, at + by);
}

/** All bytes of a content. Each chunk is copied once it has come: an end may use its memory again. */
export async function drain(content: Content): Promise<Buffer> {
  return 'bytes' in content ? Buffer.from(content.bytes) : gather(content.chunks);
}

export async function gather(chunks: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const copies: Buffer[] = [];
  for await (const chunk of chunks) copies.push(Buffer.from(chunk));
  return Buffer.concat(copies);
}
