import { join, resolve } from 'node:path';

/** The folders from which names in a file are read. */
export interface Folders {
  /** Of the file itself; absolute. */
  readonly folder: string;
  /** What `~` means. */
  readonly home: string;
}

/** The absolute path of a name in the file; `~/` begins at home, as in a shell. */
export function pathInFile(name: string, { folder, home }: Folders): string {
  if (name === '~') return home;
  return name.startsWith('~/') ? join(home, name.slice(2)) : resolve(folder, name);
}

const SCHEME = /^[a-z][a-z0-9+.-]*:\/\//i;

/** An address of the file that means the same wherever the job is run: the path of a directory becomes absolute. */
export const addressInFile = (address: string, folders: Folders): string =>
  SCHEME.test(address) ? address : pathInFile(address, folders);
