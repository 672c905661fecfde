import type { Worker } from 'node:worker_threads';
import type { FilterRules } from '../../../filter/filter-rules.ts';
import type { SourceEntry } from '../../../model/entry.ts';
import { SyncError, messageOf } from '../../../model/errors.ts';
import { startThread } from '../../../program/program-files.ts';
import { unpackEntries } from './entry-batch.ts';
import type { EntryBatch } from './entry-batch.ts';
import { Flow } from './thread-protocol.ts';
import type { PlainError, ThreadNews, ThreadTask } from './thread-protocol.ts';
import type { WalkState } from './walk.ts';

export interface ThreadedWalkOptions {
  /** An absolute path. */
  readonly root: string;
  readonly followSymlinks: boolean;
  /** The thread makes its own filter of them. */
  readonly filter: FilterRules;
}

/**
 * A thread that can go on with a walk. Most of a pass with nothing to do is system calls for the source's files; on a
 * thread of their own they cost the other listing and the comparison no time, and a slow disk does not hold up uploads.
 */
export class ThreadedWalk {
  readonly #worker: Worker;
  readonly #flow = new Flow();
  readonly #batches: EntryBatch[] = [];
  #ready = false;
  #end: 'done' | { readonly error: unknown } | undefined;
  #wake: (() => void) | undefined;

  /** Starts the thread, which takes some 50 ms. Undefined where the system allows no more of them. */
  static start(options: ThreadedWalkOptions): ThreadedWalk | undefined {
    try {
      return new ThreadedWalk(options);
    } catch {
      return undefined;
    }
  }

  private constructor({ root, followSymlinks, filter }: ThreadedWalkOptions) {
    const workerData: ThreadTask = { root, followSymlinks, filter, flow: this.#flow.shared };
    // The thread has no use for the environment, which holds secrets.
    this.#worker = startThread('sources/local/walk/walk-thread', { workerData, env: {} });
    this.#worker.on('message', (news: ThreadNews) => this.#hear(news));
    this.#worker.on('error', (error) => this.#ended({ error: stopped(messageOf(error)) }));
    this.#worker.on('exit', () => this.#ended({ error: stopped('the thread that walks it ended early') }));
    this.#worker.unref();
  }

  /** Whether the thread waits for a walk to go on with; never, when it could not start. */
  get ready(): boolean {
    return this.#ready && this.#end === undefined;
  }

  /** Resolves when the thread is ready, or never will be. */
  async started(): Promise<void> {
    this.#worker.ref();
    while (!this.#ready && this.#end === undefined) await this.#news();
  }

  /** The rest of the walk. Rejects as the walk itself would, when the thread dies, and with the signal's reason. */
  async *goOn(from: WalkState, signal: AbortSignal): AsyncGenerator<SourceEntry[], void> {
    const wake = (): void => this.#wake?.();
    signal.addEventListener('abort', wake);
    this.#worker.ref();
    this.#worker.postMessage(from);
    try {
      for (;;) {
        signal.throwIfAborted();
        const batch = this.#batches.shift();
        if (batch !== undefined) {
          this.#flow.taken();
          yield unpackEntries(batch);
        } else if (this.#end === undefined) await this.#news();
        else if (this.#end === 'done') return;
        else throw this.#end.error;
      }
    } finally {
      signal.removeEventListener('abort', wake);
    }
  }

  #news(): Promise<void> {
    return new Promise((resolve) => (this.#wake = resolve));
  }

  /** Ends the thread wherever it is. */
  async close(): Promise<void> {
    this.#flow.stop();
    await this.#worker.terminate();
  }

  #hear(news: ThreadNews): void {
    if ('text' in news) this.#batches.push(news);
    else if ('ready' in news) this.#ready = true;
    else if ('done' in news) this.#ended('done');
    else this.#ended({ error: errorOf(news.failed) });
    this.#wake?.();
  }

  /** Only the first end counts, because an `exit` always follows. */
  #ended(end: 'done' | { readonly error: unknown }): void {
    this.#end ??= end;
    this.#wake?.();
  }
}

const errorOf = ({ message, sync }: PlainError): Error =>
  sync === undefined ? new Error(message) : new SyncError(sync.code, message, sync.options);

const stopped = (why: string): SyncError =>
  new SyncError('source_failed', `the folder could not be listed to its end: ${why}; run again`, {
    verdict: 'end_run',
    operation: 'list',
  });
