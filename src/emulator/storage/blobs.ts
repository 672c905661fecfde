import type { FileHandle } from 'node:fs/promises';
import { open, readdir, rmdir, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import type { StatementSync } from 'node:sqlite';
import type { Database } from './database.ts';
import { makePrivateFolder, PRIVATE_FILE, tightenTree } from './private-files.ts';
import type { StoredBytes } from './tree.ts';
import type { WriterLock } from './writer-lock.ts';

/**
 * Files up to this size, in bytes, are kept in the database: on many file systems it takes far longer to create a file
 * than to add a row.
 */
const SMALL = 64 * 1024;
/** Blobs in one directory. */
const SHARD = 4096;
const COLLECT_AT_ONCE = 500;

/**
 * The bytes of larger files, each in a file of its own that is written once, under a name nobody else uses, and has no
 * meaning until a row of the database names it. So nothing is ever seen half written, whenever the process dies.
 */
export class Blobs {
  readonly #folder: string;
  readonly #database: Database;
  readonly #writer: WriterLock;
  readonly #garbage: StatementSync;
  readonly #forget: StatementSync;
  readonly #isUsed: StatementSync;
  #count = 0;
  #collecting: Promise<void> | undefined;

  constructor(dataDir: string, database: Database, writer: WriterLock) {
    this.#folder = join(dataDir, 'blobs');
    this.#database = database;
    this.#writer = writer;
    this.#garbage = database.prepare(`SELECT blob FROM garbage LIMIT ${COLLECT_AT_ONCE}`);
    this.#forget = database.prepare('DELETE FROM garbage WHERE blob = ?');
    this.#isUsed = database.prepare('SELECT 1 FROM nodes WHERE blob = ?');
  }

  /**
   * Stores a body, on disk when it is large; memory stays bounded whatever its size. `onBytes` gets the size of each
   * chunk before the chunk is written, and may throw. Rejects, leaving nothing behind, when the body breaks off.
   */
  async write(
    body: AsyncIterable<Uint8Array>,
    onBytes: (bytes: number) => void | Promise<void>,
  ): Promise<StoredBytes> {
    const held: Uint8Array[] = [];
    let size = 0;
    let large: { blob: string; handle: FileHandle } | undefined;
    try {
      for await (const chunk of body) {
        await onBytes(chunk.length);
        size += chunk.length;
        if (large !== undefined) {
          await writeAll(large.handle, [chunk]);
        } else {
          held.push(chunk);
          if (size > SMALL) {
            large = await this.#openLarge();
            await writeAll(large.handle, held);
          }
        }
      }
      if (large === undefined) return { small: Buffer.concat(held, size), blob: null, size };
      await large.handle.close();
      return { small: null, blob: large.blob, size };
    } catch (error) {
      if (large !== undefined) {
        await large.handle.close().catch(() => undefined);
        await this.discard(large.blob);
      }
      throw error;
    }
  }

  /** Rejects with ENOENT when the blob was replaced or deleted meanwhile: then the path must be looked up again. */
  open(blob: string): Promise<FileHandle> {
    return open(this.#path(blob), 'r');
  }

  /** Deletes a blob that never got a name. */
  async discard(blob: string | null): Promise<void> {
    if (blob !== null) await unlink(this.#path(blob)).catch(ignoreMissing);
  }

  /** Deletes the files of blobs that no row names any more. Never rejects: what could not be done waits for the next time. */
  collect(): Promise<void> {
    this.#collecting ??= this.#collectAll()
      .catch(() => undefined)
      .finally(() => (this.#collecting = undefined));
    return this.#collecting;
  }

  /** Deletes what writers left behind that died before they could give it a name, and directories that became empty. */
  async sweep(): Promise<void> {
    await this.#writer.forEachDead(async (token) => {
      const folder = join(this.#folder, token);
      for (const shard of await namesIn(folder)) {
        for (const name of await namesIn(join(folder, shard))) {
          const blob = `${token}/${shard}/${name}`;
          if (this.#isUsed.get(blob) === undefined) await this.discard(blob);
        }
      }
    });
    // The listing comes first: a writer takes its lock before it makes a directory.
    for (const token of await namesIn(this.#folder)) {
      if (!this.#writer.isAnnounced(token)) await this.#removeEmpty(join(this.#folder, token));
    }
  }

  /** Takes from other users the access that earlier versions left them. */
  async tighten(): Promise<void> {
    for (const token of await namesIn(this.#folder))
      await tightenTree(join(this.#folder, token)).catch(ignoreMissing);
  }

  /** To be called when nothing is being written any more. */
  async close(): Promise<void> {
    await this.#collecting;
    await this.#removeEmpty(join(this.#folder, this.#writer.token));
  }

  async #removeEmpty(folder: string): Promise<void> {
    for (const shard of await namesIn(folder)) await rmdir(join(folder, shard)).catch(ignoreFull);
    await rmdir(folder).catch(ignoreFull);
  }

  async #collectAll(): Promise<void> {
    for (;;) {
      const blobs = (this.#garbage.all() as { blob: string }[]).map((row) => row.blob);
      if (blobs.length === 0) return;
      await Promise.all(blobs.map((blob) => this.discard(blob)));
      this.#database.transaction(() => {
        for (const blob of blobs) this.#forget.run(blob);
      });
    }
  }

  async #openLarge(): Promise<{ blob: string; handle: FileHandle }> {
    const blob = this.#nextName();
    return { blob, handle: await open(this.#path(blob), 'wx', PRIVATE_FILE) };
  }

  #nextName(): string {
    if (this.#count % SHARD === 0) makePrivateFolder(join(this.#folder, this.#shard()));
    const shard = this.#shard();
    return `${shard}/${this.#count++}`;
  }

  #shard(): string {
    return `${this.#writer.token}/${Math.floor(this.#count / SHARD)}`;
  }

  #path(blob: string): string {
    return join(this.#folder, blob);
  }
}

async function writeAll(handle: FileHandle, chunks: readonly Uint8Array[]): Promise<void> {
  for (const chunk of chunks)
    for (let at = 0; at < chunk.length;) at += (await handle.write(chunk, at)).bytesWritten;
}

async function namesIn(folder: string): Promise<string[]> {
  return readdir(folder).catch((error: unknown) => (ignoreMissing(error), []));
}

function ignoreMissing(error: unknown): void {
  if ((error as { code?: unknown }).code !== 'ENOENT') throw error;
}

function ignoreFull(error: unknown): void {
  const { code } = error as { code?: unknown };
  if (code !== 'ENOENT' && code !== 'ENOTEMPTY' && code !== 'EEXIST') throw error;
}
