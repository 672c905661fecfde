import { createHash, hash } from 'node:crypto';
import type { FileEntry } from '../model/entry.ts';
import type { RelPath } from '../model/path.ts';
import type { ShownVersion } from '../model/plan.ts';
import type { Content, Source, StoredFile } from '../model/ports.ts';
import type { Priority } from './gate/attempts.ts';
import type { ReadAhead } from './read-ahead.ts';
import type { RetryingDestination } from './retrying-destination.ts';

/**
 * Content up to this size is hashed while it is uploaded, so that the file is known again when it moves or is touched.
 * Hashing runs on the thread that also feeds the connection, and would halve the rate of very large files.
 */
const DIGEST_LIMIT_BYTES = 128 * 1024 * 1024;

export interface UploadEntryOptions {
  readonly source: Source;
  readonly destination: RetryingDestination;
  /** Reads files before their turn; absent: each is read in its turn. */
  readonly readAhead?: ReadAhead | undefined;
  readonly signal: AbortSignal;
  /** Bytes handed to a connection, for progress; `sent`: those of the attempt so far. */
  readonly onBytes: (entry: FileEntry, bytes: number, sent: number) => void;
}

/** How a file of the source is uploaded: see UploadCall. */
export interface EntryUpload {
  readonly replaces?: ShownVersion | undefined;
  /** See PutOptions. Default: `replaces`, or nothing. */
  readonly expects?: ShownVersion | null | undefined;
  /** Default: true. */
  readonly mayLook?: boolean | undefined;
  /** Default: 'normal'. */
  readonly priority?: Priority | undefined;
  /** Told of the SHA-256 of the content in hex, whatever its size and source, once an attempt has read all of it. */
  readonly onDigest?: ((digest: string) => void) | undefined;
  /** Told of what the destination knows of what it stored, where it does. */
  readonly onStored?: ((stored: StoredFile) => void) | undefined;
}

/**
 * Uploads a file of the source, each attempt from a reading of its own. Resolves with its digest where one was made.
 */
export async function uploadEntry(
  entry: FileEntry,
  to: RelPath,
  { replaces, expects = replaces ?? null, mayLook = true, priority, onDigest, onStored }: EntryUpload,
  { source, destination, readAhead, signal, onBytes }: UploadEntryOptions,
): Promise<string | undefined> {
  let digest: string | undefined;
  const observed: Observer = {
    digests: onDigest !== undefined ? 'always' : source.digest !== undefined,
    onBytes: (bytes, sent) => onBytes(entry, bytes, sent),
    onDigest: (value) => {
      onDigest?.(value);
      if (source.digest !== undefined && entry.size <= DIGEST_LIMIT_BYTES) digest = value;
    },
  };
  const expected = readAhead?.expect(entry);
  const content = (): Promise<Content> => expected?.read() ?? source.read(entry, { signal });
  const read = async (): Promise<Content> => observe(await content(), observed);
  try {
    const stored = await destination.upload(to, read, {
      signal,
      begins: true,
      priority,
      size: entry.size,
      replaces,
      expects,
      mayLook,
    });
    if (stored !== undefined) onStored?.(stored);
  } finally {
    expected?.close();
  }
  return digest;
}

interface Observer {
  readonly digests: boolean | 'always';
  readonly onBytes: (bytes: number, sent: number) => void;
  /** SHA-256 in hex, once all of the content was read. */
  readonly onDigest: (digest: string) => void;
}

/** The same content; tells how much of it is read, and its digest. */
function observe(content: Content, { digests, onBytes, onDigest }: Observer): Content {
  const isHashed = digests === 'always' || (digests && content.size <= DIGEST_LIMIT_BYTES);
  if ('bytes' in content) {
    if (isHashed) onDigest(hash('sha256', content.bytes));
    onBytes(content.size, content.size);
    return content;
  }
  const { chunks, size, modifiedMs, recycle, resume } = content;
  const observed = async function* (from: AsyncIterable<Uint8Array>, offset: number) {
    const hashing = isHashed ? createHash('sha256') : undefined;
    let sent = offset;
    for await (const chunk of from) {
      hashing?.update(chunk);
      sent += chunk.byteLength;
      onBytes(chunk.byteLength, sent);
      yield chunk;
    }
    if (hashing !== undefined) onDigest(hashing.digest('hex'));
  };
  return {
    size,
    modifiedMs,
    recycle,
    chunks: observed(chunks, 0),
    // a digest needs all bytes
    resume: isHashed
      ? undefined
      : resume && {
          of: resume.of,
          from: (offset) => observed(resume.from(offset), offset),
        },
  };
}
