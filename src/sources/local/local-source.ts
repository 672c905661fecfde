import { resolve } from 'node:path';
import type { FileEntry } from '../../model/entry.ts';
import { isSyncError } from '../../model/errors.ts';
import type { RelPath } from '../../model/path.ts';
import type { Source } from '../../model/ports.ts';
import { realDisk } from '../../disk/disk.ts';
import type { Disk } from '../../disk/disk.ts';
import { FileReader } from './file-reader.ts';
import { fileEntry } from './file-version.ts';
import { THREAD_AFTER, listTree } from './walk/list-tree.ts';
import { entryError, rootError, rootMissing, sourceNotFolder } from './local-problems.ts';
import { inSlices } from '../../disk/time-slice.ts';
import { Walk } from './walk/walk.ts';
import { openWay } from '../../disk/way-to-file.ts';
import type { WayOptions } from '../../disk/way-to-file.ts';

export interface LocalSourceOptions {
  /** A folder; a relative path starts at the current folder. It may itself be a symbolic link. */
  readonly root: string;
  /** False: a link is reported and skipped, and what the destination has of that name stays. */
  readonly followSymlinks: boolean;
  /** Bytes in one chunk of a file over 256 KiB. Default: 512 KiB, where throughput levels off. */
  readonly blockBytes?: number;
  /** Entries after which a listing moves to a thread of its own, 0 for at once. Default: 5,000. */
  readonly threadAfter?: number;
}

/**
 * A directory as a source. Rejects with `source_missing` or `source_denied` when it cannot be listed.
 * `disk` is for tests: the system calls.
 */
export async function openLocalSource(options: LocalSourceOptions, disk: Disk = realDisk): Promise<Source> {
  const root = resolve(options.root);
  const { followSymlinks, blockBytes = 512 * 1024 } = options;
  // A thread of its own can have the real system calls only.
  const threadAfter = disk === realDisk ? (options.threadAfter ?? THREAD_AFTER) : undefined;
  checkRoot(root, disk);
  const reader = new FileReader({ disk, root, followSymlinks, blockBytes });
  return {
    kind: 'local',
    traits: { isRemote: false, filesAppearWhole: false, sharesIdentities: false },
    label: root,
    async *list({ filter, signal }) {
      signal.throwIfAborted();
      yield* listTree({ disk, root, followSymlinks, filter, threadAfter }, signal);
    },
    async listFolder(folder, { filter, signal }) {
      signal.throwIfAborted();
      const walk = new Walk({ disk, root, followSymlinks, filter });
      return inSlices(walk.childrenOf(folder), signal);
    },
    async stat(path, { signal }) {
      signal.throwIfAborted();
      return look({ disk, root, followSymlinks }, path);
    },
    read: (entry, { signal }) => reader.read(entry, signal),
    digest: (entry, { signal }) => reader.digest(entry, signal),
    async check(entry, { signal }) {
      reader.check(entry, signal);
    },
    async watch(onHint, list) {
      const { watchLocal } = await import('./watch/watch.ts');
      return watchLocal({ disk, root, followSymlinks, list, onHint });
    },
    async close() {},
  };
}

/** One file as it is now. Undefined when there is no such file, or when only a link leads to it. */
function look(options: WayOptions, path: RelPath): FileEntry | undefined {
  const { disk, followSymlinks } = options;
  try {
    const way = openWay(options, path);
    try {
      const stats = followSymlinks ? disk.stat(way.place) : disk.lstat(way.place);
      way.check();
      return stats?.isFile() === true ? fileEntry(path, stats) : undefined;
    } finally {
      way.close();
    }
  } catch (error) {
    const problem = entryError(path, error);
    if (problem.fact === 'gone') return undefined;
    throw problem;
  }
}

function checkRoot(root: string, disk: Disk): void {
  try {
    const stats = disk.stat(root);
    if (stats === undefined) throw rootMissing(root);
    if (!stats.isDirectory()) throw sourceNotFolder(root);
    for (const child of disk.children(root)) if (child.name !== '') break;
  } catch (error) {
    throw isSyncError(error) ? error : rootError(root, error);
  }
}
