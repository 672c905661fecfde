import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, relative, sep } from 'node:path';
import * as executable from 'node:sea';
import { fileURLToPath } from 'node:url';
import { Worker, type WorkerOptions } from 'node:worker_threads';

/**
 * The files that belong to the program itself. They lie in a checkout (src/) or in a package (dist/, where this module is one
 * folder below as well), or are assets of a single executable.
 */
const MODULES = new URL('../', import.meta.url);

/** The version in package.json. */
export const packageVersion = (): string =>
  (JSON.parse(packagedText('package.json')) as { readonly version: string }).version;

/**
 * A text that is shipped with the program. Throws where it cannot be read.
 *
 * @param name in the package: 'docs/exit-status.md'
 */
export const packagedText = (name: string): string =>
  executable.isSea()
    ? executable.getAsset(name, 'utf8')
    : readFileSync(new URL(`../${name}`, MODULES), 'utf8');

/** Where a file that is shipped with the program lies on this machine. Undefined in a single executable. */
export const packagedUrl = (name: string): string | undefined =>
  executable.isSea() ? undefined : new URL(`../${name}`, MODULES).href;

/**
 * Starts a thread with a module of ours. Throws where the system allows no more threads.
 *
 * @param module its place in src/, without the ending: 'sources/local/walk/walk-thread'
 */
export function startThread(module: string, options: WorkerOptions): Worker {
  if (executable.isSea())
    return new Worker(executable.getAsset(`${module}.js`, 'utf8'), { ...options, eval: true });
  // a .ts file in a checkout and a .js file in a package, as this module is
  return new Worker(new URL(module + import.meta.url.slice(-3), MODULES), options);
}

/** The files of the daemon's page, by their names in its folder. None in a checkout where it was not built. */
export function pageFiles(): Map<string, Buffer> {
  if (executable.isSea()) return embedded('page/');
  const places = [new URL('page/', MODULES), new URL('../dist/page/', MODULES)].map((place) =>
    fileURLToPath(place),
  );
  return filesIn(places.find((place) => existsSync(place)));
}

/** The files in a folder and in those below it, by their names in it, with '/'. None without a folder. */
export function filesIn(folder: string | undefined): Map<string, Buffer> {
  if (folder === undefined || !existsSync(folder)) return new Map();
  const entries = readdirSync(folder, { recursive: true, withFileTypes: true, encoding: 'utf8' });
  const files = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  return new Map(files.map((file) => [relative(folder, file).replaceAll(sep, '/'), readFileSync(file)]));
}

function embedded(prefix: string): Map<string, Buffer> {
  const keys = executable.getAssetKeys().filter((key) => key.startsWith(prefix));
  return new Map(keys.map((key) => [key.slice(prefix.length), Buffer.from(executable.getRawAsset(key))]));
}
