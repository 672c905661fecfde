/**
 * Paths as the engine sees them: relative, `/`-separated, no leading slash, folders end in `/`, the root is ''.
 *
 * Path order is the order of the whole path's UTF-8 bytes: S3's key order, and SQLite's BINARY collation.
 */
export type RelPath = string;

/** JavaScript compares UTF-16 units, which puts surrogates (U+10000 and up) below U+E000..U+FFFF; this undoes it. */
export function comparePaths(a: RelPath, b: RelPath): number {
  if (a === b) return 0;
  const end = Math.min(a.length, b.length);
  for (let i = 0; i < end; i++) {
    const x = a.charCodeAt(i);
    const y = b.charCodeAt(i);
    if (x !== y) return x >= 0xd800 && y >= 0xd800 ? rank(x) - rank(y) : x - y;
  }
  return a.length - b.length;
}

const rank = (unit: number): number => (unit >= 0xe000 ? unit - 0x2000 : unit + 0x2000);

export const isFolderPath = (path: RelPath): boolean => path === '' || path.endsWith('/');

/** The folder that holds `path`: 'a/b/' for 'a/b/c' and for 'a/b/c/', '' for 'c'. */
export function parentOf(path: RelPath): RelPath {
  const end = path.endsWith('/') ? path.length - 2 : path.length - 1;
  return path.slice(0, path.lastIndexOf('/', end) + 1);
}

/** The last segment, without the folder's slash. */
export function nameOf(path: RelPath): string {
  const end = path.endsWith('/') ? path.length - 1 : path.length;
  return path.slice(path.lastIndexOf('/', end - 1) + 1, end);
}

/** True for everything below `folder`, and for `folder` itself. */
export const isWithin = (path: RelPath, folder: RelPath): boolean => path.startsWith(folder);

/** Every folder on the way to `path`, outermost first; `path` itself when it is a folder. */
export function foldersOf(path: RelPath): RelPath[] {
  const folders: RelPath[] = [];
  for (let at = path.indexOf('/'); at !== -1; at = path.indexOf('/', at + 1))
    folders.push(path.slice(0, at + 1));
  return folders;
}

/** The first path that sorts after everything below `folder` ('0' is the byte that follows '/'). */
export const afterFolder = (folder: RelPath): RelPath => `${folder.slice(0, -1)}0`;

/** Whether a segment of the path has a name that is reserved for our own temporary files at a destination. */
export const isReservedName = (path: RelPath): boolean =>
  path.startsWith('.stagesync-') || path.includes('/.stagesync-');

// eslint-disable-next-line no-control-regex -- naming control characters is the point
const CONTROL = /[\u0000-\u001f\u007f]/;

/** Why a path cannot be synced, as the end of a sentence ("its name …"), or undefined when it can. A Stage sets the rules. */
export function pathProblem(path: RelPath): string | undefined {
  if (path === '') return 'is empty';
  if (!path.isWellFormed()) return 'is not valid Unicode';
  if (path.includes('\\')) return 'contains a backslash, which Stage and its clients read differently';
  if (CONTROL.test(path)) return 'contains a control character';
  for (const segment of (path.endsWith('/') ? path.slice(0, -1) : path).split('/')) {
    if (segment === '') return 'contains an empty segment ("//")';
    if (segment === '.' || segment === '..') return `contains the segment "${segment}"`;
  }
  return undefined;
}
