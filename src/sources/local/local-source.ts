import { join, resolve } from 'node:path';
import { setImmediate as turn } from 'node:timers/promises';
import type { SourceEntry } from '../../model/entry.ts';
import { SyncError, isSyncError } from '../../model/errors.ts';
import type { ListOptions, Source } from '../../model/ports.ts';
import { realDisk } from './disk.ts';
import type { Disk } from './disk.ts';
import { FileReader } from './file-reader.ts';
import { fileEntry } from './file-version.ts';
import { rootError, rootMissing } from './local-problems.ts';
import { Walk } from './walk.ts';
import type { Step } from './walk.ts';

export interface LocalSourceOptions {
  /** A folder; a relative path starts at the current folder. It may itself be a symbolic link. */
  readonly root: string;
  /** Otherwise a link is reported and skipped, and what Stage has in its place stays. */
  readonly followSymlinks: boolean;
  /** Bytes in one chunk of a file over 256 KiB. Default: 512 KiB, where throughput levels off. */
  readonly blockBytes?: number;
}

const BATCH_ENTRIES = 500;
// The event loop turns at least this often, so that timers, sockets and the progress display go on during a walk.
const SLICE_MS = 5;
const STEPS_PER_LOOK = 16;

/**
 * A directory as a source. Rejects with `source_missing` or `source_denied` when it cannot be listed.
 * `disk` is for tests: the system calls.
 */
export async function openLocalSource(options: LocalSourceOptions, disk: Disk = realDisk): Promise<Source> {
  const root = resolve(options.root);
  const { followSymlinks, blockBytes = 512 * 1024 } = options;
  checkRoot(root, disk);
  const reader = new FileReader({ disk, root, followSymlinks, blockBytes });
  const walk = ({ filter }: ListOptions): Walk => new Walk({ disk, root, followSymlinks, filter });
  return {
    kind: 'local',
    label: root,
    async *list(listOptions) {
      listOptions.signal.throwIfAborted();
      yield* inBatches(walk(listOptions).entries(), listOptions.signal);
    },
    async listFolder(folder, listOptions) {
      listOptions.signal.throwIfAborted();
      return resultOf(walk(listOptions).childrenOf(folder), listOptions.signal);
    },
    async stat(path, { signal }) {
      signal.throwIfAborted();
      const name = join(root, path);
      const stats = followSymlinks ? disk.stat(name) : disk.lstat(name);
      return stats?.isFile() === true ? fileEntry(path, stats) : undefined;
    },
    read: (entry, { signal }) => reader.read(entry, signal),
    digest: (entry, { signal }) => reader.digest(entry, signal),
    async watch(onHint, list) {
      const { watchLocal } = await import('./watch.ts');
      return watchLocal({ disk, root, followSymlinks, list, onHint });
    },
    async close() {},
  };
}

function checkRoot(root: string, disk: Disk): void {
  try {
    const stats = disk.stat(root);
    if (stats === undefined) throw rootMissing(root);
    if (!stats.isDirectory())
      throw new SyncError(
        'source_missing',
        `The source ${root} is not a folder; name the folder that holds it`,
        {
          verdict: 'end_run',
        },
      );
    for (const child of disk.children(root)) if (child.name !== '') break;
  } catch (error) {
    throw isSyncError(error) ? error : rootError(root, error);
  }
}

async function* inBatches(steps: Iterable<Step>, signal: AbortSignal): AsyncGenerator<SourceEntry[], void> {
  const slice = new Slice(signal);
  let batch: SourceEntry[] = [];
  for (const step of steps) {
    if (step !== undefined) batch.push(step);
    if (batch.length === BATCH_ENTRIES) {
      yield batch;
      batch = [];
      signal.throwIfAborted();
    }
    if (slice.isOver(step === undefined)) await slice.next();
  }
  if (batch.length > 0) yield batch;
}

async function resultOf<T>(steps: Iterator<undefined, T>, signal: AbortSignal): Promise<T> {
  const slice = new Slice(signal);
  for (;;) {
    const step = steps.next();
    if (step.done === true) return step.value;
    if (slice.isOver(true)) await slice.next();
  }
}

/** Counts the time since the event loop last turned. */
class Slice {
  readonly #signal: AbortSignal;
  #start = performance.now();
  #steps = 0;

  constructor(signal: AbortSignal) {
    this.#signal = signal;
  }

  /** `pause`: the walk offers a pause, so that a good deal has been done since the last step. */
  isOver(pause: boolean): boolean {
    this.#steps += 1;
    return (pause || this.#steps % STEPS_PER_LOOK === 0) && performance.now() - this.#start > SLICE_MS;
  }

  async next(): Promise<void> {
    await turn();
    this.#signal.throwIfAborted();
    this.#start = performance.now();
  }
}
