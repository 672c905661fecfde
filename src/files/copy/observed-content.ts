import type { Content } from '../../model/ports.ts';

/** Hears of bytes that were read of a file; `from`: its address. A new attempt begins anew. */
export type OnBytes = (from: string, bytes: number) => void;

/** The same content; tells how much of it is read. */
export function observed(content: Content, onBytes: (bytes: number) => void): Content {
  if ('bytes' in content) {
    onBytes(content.size);
    return content;
  }
  const { chunks, size, recycle } = content;
  return { size, recycle, chunks: countedChunks(chunks, onBytes) };
}

export async function* countedChunks(
  chunks: AsyncIterable<Uint8Array>,
  onBytes: (bytes: number) => void,
): AsyncGenerator<Uint8Array, void> {
  for await (const chunk of chunks) {
    onBytes(chunk.byteLength);
    yield chunk;
  }
}
