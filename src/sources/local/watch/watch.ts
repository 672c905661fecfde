import { platform } from 'node:os';
import type { Watching } from '../../../model/ports.ts';
import { watchByPolling } from './watch-polling.ts';
import { watchStalls } from './watch-stalls.ts';
import type { Watcher, WatchOptions } from './watcher.ts';
import { duration } from '../../../model/quantities/duration.ts';

/** Between two looks at everything, once the kernel allows no more watches. */
const FALLBACK_POLL_MS = 60_000;

/**
 * Hints about a directory, until closed. On Linux each folder is watched by itself; where the system can watch a whole
 * tree with one handle (macOS, Windows), chokidar does. Where the kernel refuses, a hint says so, and from then on
 * everything is looked at now and then: `mode` is then 'polling'.
 */
export async function watchLocal(
  options: Omit<WatchOptions, 'onRefused'>,
  pollMs: number = FALLBACK_POLL_MS,
): Promise<Watching> {
  let watcher: Watcher | undefined;
  let polling: Watcher | undefined;
  let closed = false;
  const refuse = (reason: string): void => {
    if (closed || polling !== undefined) return;
    options.onHint({
      everything: true,
      reason: `${reason}; from now on the whole source is looked at every ${duration(pollMs)} instead`,
    });
    polling = watchByPolling(options.onHint, pollMs);
    void watcher?.close();
    watcher = undefined;
  };
  const stalls = watchStalls(options.onHint);
  try {
    const opened = await open({ ...options, onRefused: refuse });
    if (polling === undefined) watcher = opened;
    else await opened.close();
  } catch (error) {
    stalls.close();
    throw error;
  }
  return {
    get mode() {
      return polling === undefined ? 'folders' : 'polling';
    },
    get watches() {
      return watcher?.watches ?? 0;
    },
    async close() {
      closed = true;
      stalls.close();
      await Promise.all([watcher?.close(), polling?.close()]);
    },
  };
}

async function open(options: WatchOptions): Promise<Watcher> {
  if (platform() === 'darwin' || platform() === 'win32') {
    const { watchTree } = await import('./watch-tree.ts');
    return watchTree(options);
  }
  const { watchFolders } = await import('./watch-folders.ts');
  return watchFolders(options);
}
