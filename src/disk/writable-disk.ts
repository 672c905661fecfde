import fs from 'node:fs';
import { dirname } from 'node:path';
import type { FileHandle } from 'node:fs/promises';
import { open } from 'node:fs/promises';
import { platform } from 'node:os';
import { realDisk } from './disk.ts';
import type { Disk } from './disk.ts';
import { errnoOf } from './system-errors.ts';

/** A name that is no valid UTF-8 is given as bytes. */
export type Place = string | Buffer;

/** The system calls that change something, beside those that look. None follows a link in the last name. */
export interface WritableDisk extends Disk {
  /** A new file. EEXIST when anything has the name. */
  create(path: string): Promise<FileHandle>;
  /** A file that is there, to be written to. ELOOP for a link. */
  openToWrite(path: string): Promise<FileHandle>;
  /** EEXIST when anything has the name. */
  makeFolder(path: string): void;
  /** With the folders above it; none is made anew. */
  makeFolders(path: string): void;
  /** A second name for a file. EEXIST when anything has the new name. */
  link(from: string, to: string): void;
  /** A file takes the place of another, a folder that of an empty folder. */
  rename(from: string, to: string): void;
  removeFile(path: Place): void;
  /** ENOTEMPTY when something is in it. */
  removeFolder(path: Place): void;
  openFolder(path: Place): number;
  /** Whether the usual file systems of this system take the Unicode forms of a name for one. */
  readonly composesNames: boolean;
}

const TO_WRITE = fs.constants.O_RDWR | fs.constants.O_NOFOLLOW;
/** An exclusive creation follows no link either. */
const NEW_FILE = fs.constants.O_WRONLY | fs.constants.O_CREAT | fs.constants.O_EXCL;

export const realWritableDisk: WritableDisk = {
  ...realDisk,
  create: (path) => open(path, NEW_FILE, 0o666),
  openToWrite: (path) => open(path, TO_WRITE),
  makeFolder: (path) => fs.mkdirSync(path),
  makeFolders,
  link: (from, to) => fs.linkSync(from, to),
  rename: (from, to) => fs.renameSync(from, to),
  removeFile: (path) => fs.unlinkSync(path),
  removeFolder: (path) => fs.rmdirSync(path),
  composesNames: platform() === 'darwin',
};

/** The system's own recursion never ends where a folder that is there takes no new ones and calls that ENOENT, as /proc does. */
function makeFolders(path: string): void {
  try {
    fs.mkdirSync(path);
  } catch (error) {
    if (fs.statSync(path, { throwIfNoEntry: false })?.isDirectory() === true) return;
    const parent = dirname(path);
    if (errnoOf(error) !== 'ENOENT' || parent === path) throw error;
    makeFolders(parent);
    if (!fs.existsSync(path)) fs.mkdirSync(path);
  }
}
