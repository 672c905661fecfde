import type { RelPath } from '../../../model/path.ts';
import { isMissing } from '../../../disk/system-errors.ts';
import type { WatchOptions } from './watcher.ts';

/** Tells folders from everything else on the disk, as a walk with the same options would go into them. */
export class FolderFinder {
  readonly #options: WatchOptions;

  constructor(options: WatchOptions) {
    this.#options = options;
  }

  /**
   * Device, inode and birth time: another folder under the same name is another folder. Undefined when it is not a
   * folder, or not there. Throws what the system call does.
   */
  idOf(place: string): string | undefined {
    const { disk, followSymlinks, root } = this.#options;
    const stats = followSymlinks || place === root ? disk.stat(place) : disk.lstat(place);
    // joined, not a template: V8 keeps a template as a tree of its parts, of three times the size
    return stats?.isDirectory() === true ? [stats.dev, stats.ino, stats.birthtimeNs].join(':') : undefined;
  }

  /** The same, but undefined also where the system call fails. */
  quietIdOf(place: string): string | undefined {
    try {
      return this.idOf(place);
    } catch {
      return undefined;
    }
  }

  /** Whether anything in the folder `name` of the folder `path` can take part. */
  isWanted(path: RelPath, name: string): boolean {
    return !this.#options.list.filter.prunes(`${path}${name}/`);
  }

  /** The folders in a folder; links to folders too, where they are followed. One that cannot be read is hinted at. */
  namesIn(path: RelPath, place: string): string[] {
    const { disk, followSymlinks, onHint } = this.#options;
    const names: string[] = [];
    try {
      for (const { name, kind } of disk.children(place)) {
        if (kind !== 'folder' && !(kind === 'link' && followSymlinks)) continue;
        if (this.isWanted(path, name)) names.push(name);
      }
    } catch (error) {
      // gone, or unreadable: whoever lists it says so
      if (isMissing(error)) return names;
      onHint({ folders: [path] });
    }
    return names;
  }
}
