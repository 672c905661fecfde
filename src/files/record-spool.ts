import { closeSync, mkdtempSync, openSync, readSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { messageOf, SyncError } from '../model/errors.ts';

/** Bytes that are kept in memory before they go to a file, and that are read at a time. */
const CHUNK_BYTES = 256 * 1024;
/** Records handed out at a time. */
const BATCH = 500;

/**
 * A list of records, as JSON, that may be longer than memory should be: what does not fit lies in a temporary file. Records
 * are appended and read in order, from any record on and as often as wanted.
 */
export class RecordSpool<T> implements Disposable {
  #pending: Buffer[] = [];
  #pendingBytes = 0;
  /** Bytes that lie in the file. */
  #written = 0;
  #file: { readonly fd: number; readonly folder: string } | undefined;

  /** Returns the place of the record. */
  append(record: T): number {
    const place = this.#written + this.#pendingBytes;
    const line = Buffer.from(`${JSON.stringify(record)}\n`);
    this.#pending.push(line);
    this.#pendingBytes += line.length;
    if (this.#pendingBytes >= CHUNK_BYTES) this.#flush();
    return place;
  }

  /** The records from a place on, each with its place. Nothing may be appended meanwhile. */
  *read(from = 0): Generator<readonly (readonly [T, number])[], void> {
    let place = from;
    let rest: Buffer = Buffer.alloc(0);
    let batch: [T, number][] = [];
    for (const chunk of this.#chunks(from)) {
      const bytes: Buffer = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
      let start = 0;
      for (let end = bytes.indexOf(10); end !== -1; end = bytes.indexOf(10, start)) {
        batch.push([JSON.parse(bytes.toString('utf8', start, end)) as T, place]);
        place += end + 1 - start;
        start = end + 1;
        if (batch.length < BATCH) continue;
        yield batch;
        batch = [];
      }
      rest = bytes.subarray(start);
    }
    yield batch;
  }

  [Symbol.dispose](): void {
    this.#pending = [];
    if (this.#file === undefined) return;
    closeSync(this.#file.fd);
    rmSync(this.#file.folder, { recursive: true, force: true });
    this.#file = undefined;
  }

  *#chunks(from: number): Generator<Buffer, void> {
    let at = from;
    while (at < this.#written) {
      const chunk = Buffer.allocUnsafe(Math.min(CHUNK_BYTES, this.#written - at));
      const read = readSync(this.#file!.fd, chunk, 0, chunk.length, at);
      if (read === 0) throw unusable('it is shorter than it was');
      at += read;
      yield chunk.subarray(0, read);
    }
    if (this.#pendingBytes > 0) yield Buffer.concat(this.#pending).subarray(Math.max(0, at - this.#written));
  }

  #flush(): void {
    try {
      this.#file ??= createFile();
      const bytes = Buffer.concat(this.#pending);
      for (let sent = 0; sent < bytes.length;)
        sent += writeSync(this.#file.fd, bytes, sent, bytes.length - sent, this.#written + sent);
      this.#written += bytes.length;
    } catch (error) {
      throw unusable(messageOf(error), error);
    }
    this.#pending = [];
    this.#pendingBytes = 0;
  }
}

function createFile(): { readonly fd: number; readonly folder: string } {
  const folder = mkdtempSync(join(tmpdir(), 'stagesync-list-'));
  return { fd: openSync(join(folder, 'list'), 'wx+', 0o600), folder };
}

const unusable = (why: string, cause?: unknown): SyncError =>
  new SyncError(
    'state_unusable',
    `a long list is kept in a temporary file below ${tmpdir()}, which cannot be used: ${why}. Make room there, or name another folder with TMPDIR`,
    { verdict: 'end_run', cause },
  );
