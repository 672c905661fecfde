import { posix } from 'node:path';
import type { RelPath } from '../../model/path.ts';

/** A pattern of paths, a folder or file name at a time. */
export interface Glob {
  /** The folder that all matches lie in: '' or ending in '/'. */
  readonly base: RelPath;
  /** What comes below it: names, or patterns of names; `**` stands for any number of folders. */
  readonly segments: readonly string[];
  /** The pattern ends in '/': only folders match. */
  readonly foldersOnly: boolean;
}

const ANY_FOLDERS = '**';

/** Whether a text may be a pattern. Braces alone do not make one: they are common in names. */
export const hasWildcard = (text: string): boolean => /[*?[]/.test(text);

/** The pattern that a path is, or undefined where it has no wildcard. */
export function parseGlob(path: string): Glob | undefined {
  if (!hasWildcard(path)) return undefined;
  const foldersOnly = path.endsWith('/');
  const segments = (foldersOnly ? path.slice(0, -1) : path).split('/');
  const first = segments.findIndex(hasWildcard);
  return {
    base: segments
      .slice(0, first)
      .map((segment) => `${segment}/`)
      .join(''),
    segments: segments
      .slice(first)
      .filter((segment, at, all) => !isAnyFolders(segment) || segment !== all[at - 1]),
    foldersOnly,
  };
}

export const isAnyFolders = (segment: string | undefined): boolean => segment === ANY_FOLDERS;

/**
 * Whether a name matches one segment, by the rules of a shell: `*`, `?`, `[a-z]`, `{a,b}`. A name that begins with a dot
 * matches only a pattern that does.
 */
export const matchesSegment = (segment: string, name: string): boolean =>
  segment === name || (isAnyFolders(segment) ? !name.startsWith('.') : posix.matchesGlob(name, segment));
