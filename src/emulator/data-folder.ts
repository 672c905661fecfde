import { Blobs } from './blobs.ts';
import { Database } from './database.ts';
import { Deployments } from './deployments.ts';
import { Tree } from './tree.ts';
import { WriterLock } from './writer-lock.ts';

/**
 * Everything that is kept: `stage.db` (names), `blobs/` (bytes), `writers/` (who may be writing). It is whole after a
 * kill at any instant; a power cut can lose the last changes.
 */
export class DataFolder {
  readonly database: Database;
  readonly tree: Tree;
  readonly blobs: Blobs;
  readonly deployments: Deployments;
  readonly #writer: WriterLock;

  constructor(path: string, autoCreate: boolean) {
    this.#writer = new WriterLock(path);
    try {
      this.database = new Database(path);
    } catch (error) {
      this.#writer.release();
      throw error;
    }
    this.tree = new Tree(this.database);
    this.blobs = new Blobs(path, this.database, this.#writer);
    this.deployments = new Deployments(this.database, this.tree, autoCreate);
  }

  /** Deletes what killed processes left. Never rejects: what cannot be deleted stays for the next start. */
  async sweep(): Promise<void> {
    await this.blobs.collect();
    await this.blobs.sweep().catch(() => undefined);
  }

  /** Nothing may be in progress any more. */
  async close(): Promise<void> {
    await this.blobs.close();
    this.#writer.release();
    this.database.close();
  }
}
