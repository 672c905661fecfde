import { chmodSync, closeSync, lstatSync, openSync, readdirSync } from 'node:fs';
import { chmod, lstat, readdir } from 'node:fs/promises';
import { platform } from 'node:os';
import { join } from 'node:path';
import { makeFolders } from '../../disk/make-folders.ts';

/**
 * Only the owner can read what a Stage holds, whatever the umask and the folder above: files are 0600, folders 0700.
 * Earlier versions left that to the umask, so what is there is tightened. Links are left alone: where they lead was
 * not made here. So is what belongs to another user, who tightens it with the next start.
 */
export const PRIVATE_FILE = 0o600;
const PRIVATE_FOLDER = 0o700;

const OPEN_TO_OTHERS = 0o077;
/** Files that are tightened at the same time. */
const AT_ONCE = 64;

/** Makes the folder and those above it that are missing. */
export function makePrivateFolder(path: string): void {
  makeFolders(path, { mode: PRIVATE_FOLDER });
}

/**
 * Makes an empty file for SQLite, which gives its `-wal` and `-shm` the mode of their database. A file that exists is
 * not opened, because closing it would end the locks that this process holds on it.
 */
export function makePrivateFile(path: string): void {
  try {
    closeSync(openSync(path, 'wx', PRIVATE_FILE));
  } catch (error) {
    if ((error as { code?: unknown }).code !== 'EEXIST') throw error;
  }
}

/** A file or folder that may be missing; nothing below it. */
export function tighten(path: string): void {
  unlessNotOurs(() => {
    const mode = tighter(lstatSync(path));
    if (mode !== undefined) chmodSync(path, mode);
  });
}

/** A folder and what is directly in it. */
export function tightenWithContents(folder: string): void {
  tighten(folder);
  unlessNotOurs(() => {
    for (const name of readdirSync(folder)) tighten(join(folder, name));
  });
}

/**
 * Tightens a folder and everything below it, when the folder itself is open to others. The folder is tightened last:
 * after an interrupted start the next one does it again, and a start with nothing to do costs one look.
 */
export async function tightenTree(folder: string): Promise<void> {
  const mode = tighter(await lstat(folder));
  if (mode === undefined) return;
  const entries = await readdir(folder, { withFileTypes: true });
  const tightenOne = async (name: string, isFolder: boolean): Promise<void> => {
    const path = join(folder, name);
    await (isFolder ? tightenTree(path) : chmod(path, PRIVATE_FILE)).catch(ignoreNotOurs);
  };
  for (let at = 0; at < entries.length; at += AT_ONCE) {
    const some = entries.slice(at, at + AT_ONCE).filter((entry) => !entry.isSymbolicLink());
    await Promise.all(some.map((entry) => tightenOne(entry.name, entry.isDirectory())));
  }
  await chmod(folder, mode).catch(ignoreNotOurs);
}

/** The mode that a file or folder should get. Undefined when its mode is right, or means nothing, as on Windows. */
function tighter(stats: ReturnType<typeof lstatSync> & object): number | undefined {
  if (platform() === 'win32' || stats.isSymbolicLink()) return undefined;
  if ((Number(stats.mode) & OPEN_TO_OTHERS) === 0) return undefined;
  return stats.isDirectory() ? PRIVATE_FOLDER : PRIVATE_FILE;
}

function unlessNotOurs(work: () => void): void {
  try {
    work();
  } catch (error) {
    ignoreNotOurs(error);
  }
}

/** Gone meanwhile, or another user's. */
function ignoreNotOurs(error: unknown): void {
  const { code } = error as { code?: unknown };
  if (code !== 'ENOENT' && code !== 'ENOTDIR' && code !== 'EPERM' && code !== 'EACCES') throw error;
}
