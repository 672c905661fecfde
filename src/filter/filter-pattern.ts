import ignore from 'ignore';
import type { RelPath } from '../model/path.ts';

/** gitignore patterns, the later of which may take back what the earlier say. */
export interface Pattern {
  /** The path itself or a folder above it matches. */
  matches(path: RelPath): boolean;
  /** False only when nothing below `folder` can match. */
  reaches(folder: RelPath): boolean;
}

// The library remembers every path it was asked about; the memory of a pass must not grow with the number of files.
const REMEMBERED = 10_000;

// Names that differ only in case are different names at the destination. No path is refused: odd ones come from listings.
const OPTIONS = { ignorecase: false, allowRelativePaths: true };

/** A leading './' says what a leading '/' does: from the source's root on. */
export const normalPattern = (pattern: string): string => pattern.replace(/^(?:\.\/)+/, '/');

export function createPattern(lines: readonly string[]): Pattern {
  const rules = ignore(OPTIONS).add(lines);
  const anchors = lines.map(anchorOf);
  let current = rules;
  let asked = 0;
  return {
    matches(path) {
      if (++asked % REMEMBERED === 0) current = ignore(OPTIONS).add(rules);
      return current.ignores(path);
    },
    reaches: (folder) => anchors.some((anchor) => anchor.startsWith(folder) || folder.startsWith(anchor)),
  };
}

/** The folder that everything a pattern matches lies in: 'data/' for '/data/*.csv'. '' when it can be anywhere. */
function anchorOf(pattern: string): RelPath {
  const body = pattern.trimEnd().replace(/\/$/, '');
  if (!body.includes('/')) return '';
  const segments = body.replace(/^\//, '').split('/');
  const wild = segments.findIndex((segment) => /[*?[\\]/.test(segment));
  return (wild === -1 ? segments : segments.slice(0, wild)).map((segment) => `${segment}/`).join('');
}
