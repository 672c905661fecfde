import { relative, sep } from 'node:path';
import { watch } from 'chokidar';
import { parentOf } from '../../../model/path.ts';
import type { RelPath } from '../../../model/path.ts';
import { errnoOf } from '../../../disk/system-errors.ts';
import type { Watcher, WatchOptions } from './watcher.ts';

/**
 * Watches a whole tree through chokidar, which uses one recursive handle where the system has such a thing. Elsewhere
 * chokidar looks at every file first (3.5 s and 790 MB for 200,000 files), so there `watchFolders` is used.
 */
export async function watchTree(options: WatchOptions): Promise<Watcher> {
  const { root, onHint } = options;
  const { filter } = options.list;
  const pathOf = (place: string): RelPath => relative(root, place).split(sep).join('/');
  const watcher = watch(root, {
    ignoreInitial: true,
    followSymlinks: options.followSymlinks,
    // An event only says where to look: what is there is read from the disk.
    atomic: false,
    ignorePermissionErrors: true,
    ignored: (place, stats) => {
      const path = pathOf(place);
      if (path === '' || path.startsWith('..')) return false;
      return stats?.isDirectory() === true ? filter.prunes(`${path}/`) : false;
    },
  });
  watcher.on('all', (event, place) => {
    const path = pathOf(place);
    if (path === '') {
      onHint({ everything: true, reason: 'the folder itself changed' });
      return;
    }
    const folders = [parentOf(path)];
    if (event === 'addDir') folders.push(`${path}/`);
    onHint({ folders });
  });
  watcher.on('error', (error) => {
    const errno = errnoOf(error);
    if (errno === 'ENOSPC' || errno === 'EMFILE') options.onRefused(`the system refused to watch (${errno})`);
    else onHint({ everything: true, reason: `watching failed: ${errno}` });
  });
  await new Promise<void>((resolve) => {
    watcher.on('ready', () => resolve());
    options.list.signal.addEventListener('abort', () => resolve(), { once: true });
  });
  return {
    get watches() {
      return Object.keys(watcher.getWatched()).length;
    },
    close: () => watcher.close(),
  };
}
