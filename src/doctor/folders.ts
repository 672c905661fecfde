import { accessSync, constants, existsSync } from 'node:fs';
import { dirname } from 'node:path';

/** The folder itself where it is there, else the nearest one above it that is. */
export const nearestFolder = (folder: string): string =>
  existsSync(folder) ? folder : nearestFolder(dirname(folder));

/** Whether this user may make something in a folder. */
export function isWritable(folder: string): boolean {
  try {
    accessSync(folder, constants.W_OK | constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
