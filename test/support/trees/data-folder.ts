import { readdir } from 'node:fs/promises';
import { join } from 'node:path';

/** The blob files in an emulator's data folder, as paths below it. */
export async function storedBlobs(dataDir: string): Promise<string[]> {
  return filesBelow(join(dataDir, 'blobs'));
}

/** The lock files of writers that run, or ended without cleaning up. */
export async function announcedWriters(dataDir: string): Promise<string[]> {
  return filesBelow(join(dataDir, 'writers'));
}

async function filesBelow(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => []);
  return entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
}
