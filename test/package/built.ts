import { existsSync, globSync } from 'node:fs';
import { join } from 'node:path';

const BUILD = join(import.meta.dirname, '../../build');

/** A program that runs the command line, and what is put before its arguments. */
export interface Installed {
  readonly title: string;
  readonly program: string;
  readonly before: readonly string[];
}

/** build/stagesync-VERSION.tgz, once `npm run package` made it. */
export const TARBALL = globSync(join(BUILD, 'stagesync-*.tgz'))[0];

/** build/stagesync, once `npm run executable` made it. */
export const EXECUTABLE = existing(join(BUILD, 'stagesync'));

/** A Node of another version, beside the one that runs the tests. */
export const OTHER_NODE = existing(process.env['STAGESYNC_TEST_OTHER_NODE']);

function existing(path: string | undefined): string | undefined {
  return path !== undefined && existsSync(path) ? path : undefined;
}
