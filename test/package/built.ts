import { execFileSync } from 'node:child_process';
import { existsSync, globSync } from 'node:fs';
import { delimiter, join } from 'node:path';

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

/** A Node that is too old, where the machine has one in a folder of its PATH. */
export const OLD_NODE = (process.env['PATH'] ?? '')
  .split(delimiter)
  .flatMap((folder) => existing(join(folder, 'node')) ?? [])
  .find((node) => Number(/^v(\d+)/.exec(execFileSync(node, ['--version'], { encoding: 'utf8' }))?.[1]) < 24);

function existing(path: string | undefined): string | undefined {
  return path !== undefined && existsSync(path) ? path : undefined;
}
