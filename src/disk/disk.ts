import fs from 'node:fs';
import type { BigIntStats } from 'node:fs';
import type { FileHandle } from 'node:fs/promises';
import { open } from 'node:fs/promises';
import { platform } from 'node:os';
import { isMissing } from './system-errors.ts';

export type ChildKind = 'file' | 'folder' | 'link' | 'special';

export interface Child<Name = string> {
  readonly name: Name;
  readonly kind: ChildKind;
}

interface OpenOptions {
  /** Whether a link in the last name is followed; otherwise ELOOP. */
  readonly followLink: boolean;
}

/**
 * The system calls that only look, as an object, so that tests can make them fail. They are synchronous: walking a tree
 * this way is three times as fast as through the thread pool, and the callers pause often enough for the event loop.
 */
export interface Disk {
  /**
   * In no particular order. What is not valid UTF-8 has U+FFFD in it. `fd`: this open folder is read, even if its
   * name leads elsewhere by now.
   */
  children(folder: string, fd?: number): Iterable<Child>;
  rawChildren(folder: string, fd?: number): Iterable<Child<Buffer>>;
  /** Undefined when nothing is there. */
  lstat(path: string): BigIntStats | undefined;
  stat(path: string): BigIntStats | undefined;
  open(path: string, how: OpenOptions): number;
  openLater(path: string, how: OpenOptions): Promise<FileHandle>;
  /** ENOTDIR for a link, too. */
  openFolder(path: string | Buffer): number;
  /**
   * A path that leads to an open folder, even if its name leads elsewhere by now. Undefined where the system has no
   * such path.
   */
  readonly placeOf: ((fd: number) => string) | undefined;
  fstat(fd: number): BigIntStats;
  read(fd: number, into: Uint8Array, offset: number): number;
  close(fd: number): void;
}

interface Typed {
  isFile(): boolean;
  isDirectory(): boolean;
  isSymbolicLink(): boolean;
}

export function kindOf(item: Typed): ChildKind {
  if (item.isFile()) return 'file';
  if (item.isDirectory()) return 'folder';
  return item.isSymbolicLink() ? 'link' : 'special';
}

export const inside = (folder: string, name: string): string =>
  folder.endsWith('/') ? folder + name : `${folder}/${name}`;

// A FIFO or a link may take the name of a file after the listing. The opening must not wait for the FIFO, nor follow
// the link.
const flagsFor = ({ followLink }: OpenOptions): number =>
  fs.constants.O_RDONLY | fs.constants.O_NONBLOCK | (followLink ? 0 : fs.constants.O_NOFOLLOW);

const FOLDER_FLAGS = flagsFor({ followLink: false }) | fs.constants.O_DIRECTORY;

const OPENED = '/proc/self/fd';
const placeOf =
  platform() === 'linux' && fs.existsSync(OPENED) ? (fd: number): string => `${OPENED}/${fd}` : undefined;
const placeFor = (folder: string, fd: number | undefined): string =>
  fd === undefined ? folder : (placeOf?.(fd) ?? folder);

function undefinedWhenMissing(error: unknown): undefined {
  if (!isMissing(error)) throw error;
}

const STAT = { bigint: true, throwIfNoEntry: false } as const;

export const realDisk: Disk = {
  *children(folder, fd) {
    // Unlike readdir, this can be interrupted in a folder of a million files.
    const handle = fs.opendirSync(placeFor(folder, fd), { bufferSize: 512 });
    try {
      for (let child = handle.readSync(); child !== null; child = handle.readSync())
        yield { name: child.name, kind: kindOf(child) };
    } finally {
      handle.closeSync();
    }
  },
  *rawChildren(folder, fd) {
    for (const child of fs.readdirSync(placeFor(folder, fd), { withFileTypes: true, encoding: 'buffer' }))
      yield { name: child.name, kind: kindOf(child) };
  },
  lstat(path) {
    try {
      return fs.lstatSync(path, STAT);
    } catch (error) {
      return undefinedWhenMissing(error);
    }
  },
  stat(path) {
    try {
      return fs.statSync(path, STAT);
    } catch (error) {
      return undefinedWhenMissing(error);
    }
  },
  open: (path, how) => fs.openSync(path, flagsFor(how)),
  openLater: (path, how) => open(path, flagsFor(how)),
  openFolder: (path) => fs.openSync(path, FOLDER_FLAGS),
  placeOf,
  fstat: (fd) => fs.fstatSync(fd, { bigint: true }),
  read: (fd, into, offset) => fs.readSync(fd, into, offset, into.length - offset, null),
  close: (fd) => fs.closeSync(fd),
};
