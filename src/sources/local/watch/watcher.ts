import type { Disk } from '../../../disk/disk.ts';
import type { ChangeHint, ListOptions } from '../../../model/ports.ts';

export interface WatchOptions {
  readonly disk: Disk;
  /** An absolute path. */
  readonly root: string;
  readonly followSymlinks: boolean;
  readonly list: ListOptions;
  readonly onHint: (hint: ChangeHint) => void;
  /** The kernel allows no more watches: called once, after which nothing more is seen. */
  readonly onRefused: (reason: string) => void;
}

/** One way of hearing of changes. */
export interface Watcher {
  readonly watches: number;
  close(): Promise<void>;
}
