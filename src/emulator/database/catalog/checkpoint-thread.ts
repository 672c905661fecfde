import { Worker } from 'node:worker_threads';

/**
 * Copies what a log holds into its database. As a text, so that it needs no file of its own wherever the program lies. Another
 * process may be at work on the same, or the files may be gone: then there is nothing to do.
 */
const CHECKPOINT = `
const { DatabaseSync } = require('node:sqlite');
const { workerData } = require('node:worker_threads');
try {
  const db = new DatabaseSync(workerData, { timeout: 1000 });
  db.exec('PRAGMA wal_checkpoint(PASSIVE)');
  db.close();
} catch {}
`;

/** In a thread of its own, for it takes as long as the disk does. Resolves when it is over; never rejects. */
export function checkpointInThread(path: string): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  try {
    const thread = new Worker(CHECKPOINT, { eval: true, workerData: path });
    thread.once('error', () => resolve());
    thread.once('exit', () => resolve());
  } catch {
    // no more threads: the next commit tries again
    resolve();
  }
  return promise;
}
