import type { Content } from '../../model/ports.ts';

/** How much of a file is read. */
export interface FileRead {
  /** Its address, for people. */
  readonly from: string;
  /** Of the file, in bytes. */
  readonly size: number;
  /** Read since the last time, in bytes. */
  readonly bytes: number;
  /** Read by this attempt so far; each attempt begins at the first byte, or where an earlier one is gone on with. */
  readonly read: number;
}

export type OnRead = (read: FileRead) => void;

/** The same content; tells how much of it is read. */
export function observed(content: Content, file: Pick<FileRead, 'from' | 'size'>, onRead: OnRead): Content {
  if ('bytes' in content) {
    onRead({ ...file, bytes: content.size, read: content.size });
    return content;
  }
  const { chunks, size, recycle } = content;
  return { size, recycle, chunks: countedChunks(chunks, file, onRead) };
}

async function* countedChunks(
  chunks: AsyncIterable<Uint8Array>,
  file: Pick<FileRead, 'from' | 'size'>,
  onRead: OnRead,
): AsyncGenerator<Uint8Array, void> {
  let read = 0;
  for await (const chunk of chunks) {
    read += chunk.byteLength;
    onRead({ ...file, bytes: chunk.byteLength, read });
    yield chunk;
  }
}
