import { lstatSync } from 'node:fs';
import { isAbsolute, join } from 'node:path';
import type { Variables } from './document/interpolate.ts';

/** A file of jobs, and how it came to be the one. */
export interface FoundFile {
  /** As it is read and shown: as it was named, or relative to the current folder, or absolute. */
  readonly path: string;
  /** Named by the user, on this command line. */
  readonly isNamed: boolean;
}

export interface FindOptions {
  /** The value of --file. */
  readonly named?: string | undefined;
  /** The current folder; absolute. */
  readonly folder: string;
  readonly home: string;
  readonly environment: Variables;
}

/** In their order: the first that is there counts. */
const NAMES = ['stagesync.yaml', 'stagesync.yml', 'stagesync.json'];

/** The name of a new file. */
export const USUAL_NAME = NAMES[0]!;

/** The file that was named, else the one in the current folder, else the one in the user's configuration folder. */
export function findJobsFile({ named, folder, home, environment }: FindOptions): FoundFile | undefined {
  if (named !== undefined) return { path: named, isNamed: true };
  const here = NAMES.find((name) => isThere(join(folder, name)));
  if (here !== undefined) return { path: here, isNamed: false };
  const own = NAMES.map((name) => join(configFolder(environment, home), name)).find(isThere);
  return own === undefined ? undefined : { path: own, isNamed: false };
}

/** Also a link to nothing is there: that it cannot be read is told, instead of another file being taken. */
function isThere(path: string): boolean {
  try {
    return lstatSync(path, { throwIfNoEntry: false }) !== undefined;
  } catch {
    return false; // in a folder that may not be looked into
  }
}

/** XDG: a relative path in the variable is invalid and ignored. */
export function configFolder(environment: Variables, home: string): string {
  const folder = environment['XDG_CONFIG_HOME']?.trim() ?? '';
  return join(isAbsolute(folder) ? folder : join(home, '.config'), 'stagesync');
}
