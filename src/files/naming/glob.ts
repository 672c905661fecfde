import type { RelPath } from '../../model/path.ts';
import { isReservedName } from '../../model/path.ts';

/** A pattern of paths, from the top of a destination. */
export interface Glob {
  /** As it was typed. */
  readonly text: string;
  /** The folder below which everything that matches lies: '' or ending in '/'. */
  readonly base: RelPath;
  /** The one name that the pattern could also be, in `base`; undefined where a folder on the way is a pattern too. */
  readonly literal: string | undefined;
  /** Whether folders alone match: the pattern ends in '/'. */
  readonly foldersOnly: boolean;
  /** Whether this very path matches; one of a folder ends in '/'. */
  matches(path: RelPath): boolean;
  /** Whether something below this folder, which ends in '/', can match. */
  reaches(folder: RelPath): boolean;
}

/** Whether a path as it was typed is a pattern. */
export const isGlob = (path: string): boolean => /[*?[]/.test(path);

/**
 * Reads a pattern: `*` is any part of one name, `?` one character, `[a-z]` and `[!a-z]` one of a set, `**` as a whole name
 * any number of folders. Names with a leading dot match like others; hidden names of stagesync never do.
 */
export function readGlob(text: string): Glob {
  const foldersOnly = text.endsWith('/');
  const segments = (foldersOnly ? text.slice(0, -1) : text).split('/');
  const wild = segments.findIndex(isGlob);
  const base = segments
    .slice(0, wild)
    .map((each) => `${each}/`)
    .join('');
  // `**` may stand for no folder at all, but not for the last name: `a/**` is everything below `a`
  const names = segments.at(-1) === ANY_DEPTH ? [...segments, '*'] : segments;
  const tests = names.map((each) => (each === ANY_DEPTH ? ANY_DEPTH : nameTest(each)));
  const parts = (path: RelPath): string[] => (path.endsWith('/') ? path.slice(0, -1) : path).split('/');
  return {
    text,
    base,
    literal: wild === segments.length - 1 ? segments[wild] : undefined,
    foldersOnly,
    matches: (path) =>
      (!foldersOnly || path.endsWith('/')) &&
      !isReservedName(path) &&
      placesAfter(tests, parts(path)).has(tests.length),
    reaches: (folder) =>
      !isReservedName(folder) && [...placesAfter(tests, parts(folder))].some((at) => at < tests.length),
  };
}

const ANY_DEPTH = '**';
type NameTest = RegExp | typeof ANY_DEPTH;

/** Walks pattern and names side by side; the places in the pattern where the names so far can have led. */
function placesAfter(tests: readonly NameTest[], names: readonly string[]): ReadonlySet<number> {
  let places = withSkipped(tests, new Set([0]));
  for (const name of names) {
    const next = new Set<number>();
    for (const at of places) {
      const test = tests[at];
      if (test === ANY_DEPTH) next.add(at);
      else if (test?.test(name) === true) next.add(at + 1);
    }
    places = withSkipped(tests, next);
  }
  return places;
}

function withSkipped(tests: readonly NameTest[], places: Set<number>): ReadonlySet<number> {
  // what is added is looked at too
  for (const at of places) if (tests[at] === ANY_DEPTH) places.add(at + 1);
  return places;
}

/** One name of a pattern as a regular expression. */
function nameTest(segment: string): RegExp {
  let source = '';
  for (let at = 0; at < segment.length; at++) {
    const character = segment[at]!;
    const end = character === '[' ? endOfSet(segment, at) : -1;
    if (character === '*') source += '.*';
    else if (character === '?') source += '.';
    else if (end !== -1) {
      source += setSource(segment.slice(at + 1, end));
      at = end;
    } else source += character.replace(/[\\^$.*+?()[\]{}|/]/, String.raw`\$&`);
  }
  return new RegExp(`^${source}$`, 'su');
}

/** The place of the ']' that closes the set opened at `start`, or -1. A ']' that comes first is a member of the set. */
function endOfSet(segment: string, start: number): number {
  const first = /^[!^]/.test(segment.slice(start + 1)) ? start + 2 : start + 1;
  return segment.indexOf(']', first + 1);
}

function setSource(set: string): string {
  const isNot = /^[!^]/.test(set);
  const members = [...(isNot ? set.slice(1) : set)];
  let source = '';
  for (let at = 0; at < members.length; at++) {
    const [from, dash, to] = members.slice(at, at + 3);
    if (dash === '-' && to !== undefined && from! <= to) {
      source += `${escapeInSet(from!)}-${escapeInSet(to)}`;
      at += 2;
    } else source += escapeInSet(from!);
  }
  return `[${isNot ? '^' : ''}${source}]`;
}

const escapeInSet = (character: string): string => character.replace(/[\\\]^-]/, String.raw`\$&`);
