import { SyncError } from '../../../model/errors.ts';
import type { ByteStream, ObjectBody } from '../bucket.ts';
import { createChecksum } from './checksum.ts';
import type { CrcClasses, KeptChecksums } from './checksum.ts';
import { isHash } from '../object-version.ts';

/** What an answer to GetObject says. */
export interface ObjectAnswer {
  readonly stream: ByteStream;
  readonly etag: string | undefined;
  readonly contentLength: number | undefined;
  readonly contentRange: string | undefined;
  readonly modifiedMs: number | undefined;
  readonly kept: Omit<KeptChecksums, 'md5'>;
  /** How S3 encrypts the object with keys of its own or of KMS; undefined where it does not, or does not tell. */
  readonly encryption: string | undefined;
  /** Whether the reader gave the key. */
  readonly customerKey: boolean;
}

/** What was asked for. */
export interface AskedBody {
  /** Without its quotes. */
  readonly etag: string;
  /** The first byte. */
  readonly start: number;
}

/** The body that was asked for. Rejects, with verdict `retry`, an answer that begins elsewhere. */
export function objectBody(answer: ObjectAnswer, asked: AskedBody, crcClasses: CrcClasses): ObjectBody {
  const { stream, contentLength, contentRange, kept } = answer;
  const { start } = asked;
  const range = /^bytes (\d+)-\d+\/(\d+)$/.exec(contentRange ?? '');
  if (start > 0 && Number(range?.[1]) !== start) {
    stream.destroy();
    throw new SyncError(
      'source_failed',
      'the S3 server ignores the Range of a read that had to be resumed; look at the server, and at a proxy before it',
      {
        verdict: 'retry',
      },
    );
  }
  const etag = answer.etag === undefined ? undefined : unquoted(answer.etag);
  return {
    stream,
    etag,
    modifiedMs: Number.isNaN(answer.modifiedMs) ? undefined : answer.modifiedMs,
    totalSize: start > 0 ? Number(range?.[2]) : contentLength,
    checksum:
      start === 0
        ? createChecksum({ ...kept, md5: md5Of(etag ?? asked.etag, answer) }, crcClasses)
        : undefined,
  };
}

/** The MD5 of the content is the ETag of an object that was put whole, unless it is encrypted with a key of KMS or of its reader. */
const md5Of = (etag: string, { encryption, customerKey }: ObjectAnswer): string | undefined =>
  isHash(etag) && !customerKey && (encryption === undefined || encryption === 'AES256') ? etag : undefined;

/** Not by a regular expression: this runs once for each key of a listing. */
export const unquoted = (etag: string): string =>
  etag.length > 1 && etag.startsWith('"') && etag.endsWith('"') ? etag.slice(1, -1) : etag;
