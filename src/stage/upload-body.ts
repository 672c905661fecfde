import type { Content } from '../model/ports.ts';
import type { MultipartFrame } from './multipart-frame.ts';
import { changedWhileUploaded } from './stage-errors.ts';

/** What an upload's body tells while the network takes it. */
export interface UploadProgress {
  /** A piece is on its way out; the next call comes once the network has taken it. */
  sending(): void;
  /** The body waits for its source. */
  reading(): void;
  /** Only the last bytes are left to be sent, then the reply comes. */
  finishing(): void;
  /** The source threw, or gave more or less than it promised. */
  failed(error: unknown): void;
}

export const framedSize = (frame: MultipartFrame, size: number): number =>
  frame.head.byteLength + size + frame.tail.byteLength;

/** The whole body as one buffer: for a small file one write, and no asynchronous step. */
export function framedBuffer(path: string, frame: MultipartFrame, size: number, bytes: Uint8Array): Buffer {
  if (bytes.byteLength !== size) throw changedWhileUploaded(path, size, bytes.byteLength);
  const { head, tail } = frame;
  const body = Buffer.allocUnsafeSlow(framedSize(frame, size));
  body.set(head, 0);
  body.set(bytes, head.byteLength);
  body.set(tail, head.byteLength + size);
  return body;
}

/**
 * The body as its source gives it, chunk by chunk; no chunk is copied or kept. A chunk goes back to its source when the
 * network has asked for the second one after it: then not even a short write of the chunk can still wait. The frame's
 * tail goes out only after exactly `size` bytes came and the source ended without an error, so a request with anything
 * else never completes.
 */
export async function* framedChunks(
  path: string,
  frame: MultipartFrame,
  { size, chunks, recycle }: Extract<Content, { chunks: unknown }>,
  progress: UploadProgress,
): AsyncGenerator<Uint8Array> {
  progress.sending();
  yield frame.head;
  progress.reading();
  try {
    let sent = 0;
    let before: Uint8Array | undefined;
    for await (const chunk of chunks) {
      sent += chunk.byteLength;
      if (sent > size) throw changedWhileUploaded(path, size, sent);
      progress.sending();
      yield chunk;
      progress.reading();
      if (before !== undefined) recycle?.(before);
      before = chunk;
    }
    if (sent !== size) throw changedWhileUploaded(path, size, sent);
  } catch (error) {
    progress.failed(error);
    throw error;
  }
  progress.finishing();
  yield frame.tail;
}
