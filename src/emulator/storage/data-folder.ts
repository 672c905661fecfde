import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { Blobs } from './blobs.ts';
import { Database } from './database.ts';
import { Deployments } from '../management/deployments.ts';
import { Clock } from '../management/world/clock.ts';
import { makePrivateFolder, tighten, tightenWithContents } from './private-files.ts';
import { Tree } from './tree.ts';
import { WriterLock } from './writer-lock.ts';

/**
 * Everything that is kept: `stage.db` (names), `blobs/` (bytes), `writers/` (who may be writing), `databases/`
 * (of the Data API; theirs alone). It is whole after a
 * kill at any instant; a power cut can lose the last changes.
 */
export class DataFolder {
  readonly path: string;
  readonly database: Database;
  readonly tree: Tree;
  readonly blobs: Blobs;
  readonly deployments: Deployments;
  readonly clock: Clock;
  readonly #writer: WriterLock;

  constructor(path: string, autoCreate: boolean) {
    this.path = path;
    makePrivateFolder(path);
    tightenFolder(path);
    this.#writer = new WriterLock(path);
    try {
      this.database = new Database(path);
    } catch (error) {
      this.#writer.release();
      throw error;
    }
    this.tree = new Tree(this.database);
    this.blobs = new Blobs(path, this.database, this.#writer);
    this.clock = new Clock(this.database);
    this.deployments = new Deployments(this.database, this.tree, { autoCreate, clock: this.clock });
  }

  /** Whether the Data API was ever asked to keep something here. */
  get hasDatabases(): boolean {
    return existsSync(join(this.path, 'databases'));
  }

  /**
   * Deletes what killed processes left, and takes from other users the access that earlier versions left them. Never
   * rejects: what cannot be done stays for the next start.
   */
  async sweep(): Promise<void> {
    await this.blobs.collect();
    await this.blobs.sweep().catch(() => undefined);
    await this.blobs.tighten().catch(() => undefined);
  }

  /** To be called when nothing is in progress any more. */
  async close(): Promise<void> {
    await this.blobs.close();
    this.#writer.release();
    this.database.close();
  }
}

/** Before anything is opened. The bytes of large files follow with the sweep; nobody gets to them from here on. */
function tightenFolder(path: string): void {
  const ours = /^(?:stage\.db(?:-wal|-shm|-journal)?|blobs|writers|databases)$/;
  const names = readdirSync(path);
  // The mode of a folder that holds other things as well is left alone.
  if (names.every((name) => ours.test(name))) tighten(path);
  for (const name of names.filter((name) => ours.test(name))) {
    if (name === 'writers' || name === 'databases') tightenWithContents(join(path, name));
    else tighten(join(path, name));
  }
}
