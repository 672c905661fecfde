import { SyncError } from '../../model/errors.ts';
import type { ByteStream, ObjectBody } from './bucket.ts';
import { createChecksum } from './checksum.ts';
import type { CrcClasses, KeptChecksums } from './checksum.ts';

/** What an answer to GetObject says. */
export interface ObjectAnswer {
  readonly stream: ByteStream;
  readonly etag: string | undefined;
  readonly contentLength: number | undefined;
  readonly contentRange: string | undefined;
  readonly kept: KeptChecksums;
}

/** The body that was asked for from byte `start` on. Rejects, with verdict `retry`, an answer that begins elsewhere. */
export function objectBody(answer: ObjectAnswer, start: number, crcClasses: CrcClasses): ObjectBody {
  const { stream, etag, contentLength, contentRange, kept } = answer;
  const range = /^bytes (\d+)-\d+\/(\d+)$/.exec(contentRange ?? '');
  if (start > 0 && Number(range?.[1]) !== start) {
    stream.destroy();
    throw new SyncError('source_failed', 'the S3 server ignores the Range of a read that had to be resumed', {
      verdict: 'retry',
    });
  }
  return {
    stream,
    etag: etag === undefined ? undefined : unquoted(etag),
    totalSize: start > 0 ? Number(range?.[2]) : contentLength,
    checksum: start === 0 ? createChecksum(kept, crcClasses) : undefined,
  };
}

/** Not by a regular expression: this runs once for each key of a listing. */
export const unquoted = (etag: string): string =>
  etag.length > 1 && etag.startsWith('"') && etag.endsWith('"') ? etag.slice(1, -1) : etag;
