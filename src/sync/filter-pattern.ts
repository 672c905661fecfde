import ignore from 'ignore';
import type { RelPath } from '../model/path.ts';

/** One --include or --exclude: a gitignore pattern without a leading '!', seen from the source's root. */
export interface FilterRule {
  readonly kind: 'include' | 'exclude';
  readonly pattern: string;
}

/** gitignore patterns, the later of which may take back what the earlier say. */
export interface Pattern {
  /** The path itself or a folder above it matches. */
  matches(path: RelPath): boolean;
  /** False only when nothing below `folder` can match. */
  reaches(folder: RelPath): boolean;
}

// The library remembers every path it was asked about; the memory of a pass must not grow with the number of files.
const REMEMBERED = 10_000;

// Names that differ only in case are different names on Stage. No path is refused: odd ones come from listings.
const OPTIONS = { ignorecase: false, allowRelativePaths: true };

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

/** Why a pattern would silently match nothing, or not what it seems to, as the end of a sentence, or undefined. */
export function patternProblem(pattern: string): string | undefined {
  if (pattern.trim() === '') return 'is empty';
  if (/[\0\r\n]/.test(pattern)) return 'contains a line break or a NUL character';
  if (pattern.replaceAll(/\\[^]/g, '').endsWith('\\'))
    return 'ends with a lone backslash: write "\\\\" for a backslash';
  for (let at = 0; at < pattern.length; at++) {
    if (pattern[at] === '\\') at++;
    else if (pattern[at] === '[') {
      const end = endOfSet(pattern, at);
      if (end === -1) return 'has a "[" that is never closed: write "\\[" for a bracket';
      const backwards = backwardsRange(pattern.slice(at + 1, end));
      if (backwards !== undefined)
        return `has the range "${backwards}", whose end comes before its start: turn it round, or write "\\[" for a bracket`;
      at = end;
    }
  }
  return undefined;
}

/** The place of the ']' that closes the set opened at `start`, or -1. A ']' that comes first is one of the set. */
function endOfSet(pattern: string, start: number): number {
  let at = start + 1;
  if (pattern[at] === '!' || pattern[at] === '^') at++;
  if (pattern[at] === ']') at++;
  while (at < pattern.length && pattern[at] !== ']') {
    const named = /^\[:[a-z]+:\]/.exec(pattern.slice(at))?.[0];
    at += named?.length ?? (pattern[at] === '\\' ? 2 : 1);
  }
  return at < pattern.length ? at : -1;
}

/** A range of a set that holds nothing, as it was written: 'z-a'. */
function backwardsRange(set: string): string | undefined {
  const ranges = set.replaceAll(/\[:[a-z]+:\]/g, '').matchAll(RANGES);
  for (const [range, from, to] of ranges)
    if (from !== undefined && to !== undefined && pointOf(from) > pointOf(to)) return range;
  return undefined;
}

/** Of a character that may have its backslash. */
const pointOf = (character: string): number =>
  character.codePointAt(character.length > 1 && character.startsWith('\\') ? 1 : 0)!;

/** The ranges of a set, and its other characters, each with the backslash it may have. */
const RANGES = /(\\[^]|[^\\])-(\\[^]|[^\\])|\\?[^]/gu;
