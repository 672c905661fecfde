import { existsSync, mkdirSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { errnoOf, systemError } from './system-errors.ts';

export interface MakeFoldersOptions {
  /** Of those that are made. Default: what the umask leaves of 0o777. */
  readonly mode?: number;
}

/**
 * Makes a folder and those above it that are missing. Throws what the system call throws. Node's own recursive `mkdir`
 * never returns where a folder is there and takes no others, as `/proc`: it makes the upper one again and again.
 */
export function makeFolders(folder: string, { mode = 0o777 }: MakeFoldersOptions = {}): void {
  const missing: string[] = [];
  for (let at = resolve(folder); !existsSync(at); at = dirname(at)) missing.unshift(at);
  // something is there already: the system says what, where it is no folder
  if (missing.length === 0) missing.push(resolve(folder));
  for (const each of missing) makeOne(each, mode);
}

function makeOne(folder: string, mode: number): void {
  try {
    mkdirSync(folder, { mode });
  } catch (error) {
    if (errnoOf(error) === 'EEXIST' && isFolder(folder)) return;
    const above = dirname(folder);
    if (errnoOf(error) === 'ENOENT' && existsSync(above))
      throw systemError('ENOTSUP', `the file system of ${above} takes no new folders (ENOTSUP)`);
    throw error;
  }
}

/** Others may have made it meanwhile. A path with a slash at its end is there only as a folder. */
const isFolder = (path: string): boolean => existsSync(`${path}/`);
