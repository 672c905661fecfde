import { normalPattern } from './filter-pattern.ts';
import type { FilterRule } from './filter-rules.ts';

/** Why a rule of the command line or of a job is refused, as the end of a sentence, or undefined. */
export function ruleProblem({ kind, pattern }: FilterRule): string | undefined {
  if (!pattern.startsWith('!')) return patternProblem(pattern);
  const other = kind === 'include' ? 'exclude' : 'include';
  return `begins with "!": use --${other} instead, or write "\\!" for a name that begins with it`;
}

/**
 * Why a pattern would silently match nothing, or not what it seems to, as the end of a sentence, or undefined. A
 * pattern that could be a name is accepted.
 */
export function patternProblem(pattern: string): string | undefined {
  if (pattern.trim() === '') return 'is empty';
  if (/[\0\r\n]/.test(pattern)) return 'contains a line break or a NUL character';
  if (pattern.replaceAll(/\\[^]/g, '').endsWith('\\'))
    return 'ends with a lone backslash: write "\\\\" for a backslash';
  if (/(?<!\\) $/.test(pattern))
    return 'ends with a space, which does not count: leave it out, or write "\\ " for a name that ends with one';
  if (pattern.endsWith('\t')) return 'ends with a tab: leave it out';
  const plain = { names: '', bare: '' };
  const normal = normalPattern(pattern);
  return partProblem(normal, plain) ?? bracesProblem(plain.bare) ?? namesProblem(normal, plain.names);
}

/**
 * What is wrong with an escape or a set. `plain` receives the pattern without them: in `names` an escaped character
 * stands for itself, in `bare` it is "?".
 */
function partProblem(pattern: string, plain: { names: string; bare: string }): string | undefined {
  for (let at = 0; at < pattern.length; at++) {
    let part = pattern[at]!;
    let bare = part;
    if (part === '\\') {
      part = pattern[++at]!;
      bare = '?';
      if (/[\p{L}\p{N}/]/u.test(part))
        return `has a backslash before "${part}", where it says nothing: "/" separates folders, and "\\\\" is a backslash`;
    } else if (part === '[') {
      const end = endOfSet(pattern, at);
      if (end === -1) return 'has a "[" that is never closed: write "\\[" for a bracket';
      const problem = setProblem(pattern.slice(at + 1, end));
      if (problem !== undefined) return problem;
      at = end;
      part = bare = '?';
    }
    plain.names += part;
    plain.bare += bare;
  }
  return undefined;
}

function setProblem(set: string): string | undefined {
  const unknown = [...set.matchAll(/\[:([^\]]*):\]/g)].find(([, name]) => !CLASSES.has(name!));
  if (unknown !== undefined)
    return `has the class "${unknown[0]}", which is none of ${[...CLASSES].join(', ')}`;
  const backwards = backwardsRange(set);
  if (backwards !== undefined)
    return `has the range "${backwards}", whose end comes before its start: turn it round, or write "\\[" for a bracket`;
  if (set.includes('/'))
    return 'has a "/" in a set, which never stands for one: give one rule for each folder';
  return undefined;
}

function bracesProblem(bare: string): string | undefined {
  const braces = /\{[^{}/]*(?:,|\.\.)[^{}/]*\}/.exec(bare)?.[0];
  return braces === undefined
    ? undefined
    : `has the braces "${braces}", which stand for themselves: give one rule for each, or write "\\{" for a brace`;
}

/** `names`: the pattern as a path. */
function namesProblem(pattern: string, names: string): string | undefined {
  if (pattern.startsWith('~/'))
    return `begins with "~/", which is no home folder here: rules begin at the top of the source; write "/${pattern}" for a folder named "~"`;
  const path = names.replace(/^\//, '').replace(/\/$/, '');
  if (path === '' || path === '.') return 'names the source itself: write "*" for everything in it';
  for (const segment of path.split('/')) {
    if (segment === '')
      return 'has an empty segment ("//"), which no path that can be synced has: write the path as it is from the top of the source on';
    if (segment === '.' || segment === '..')
      return `has the segment "${segment}", which no path that can be synced has: write the path as it is from the top of the source on`;
  }
  return undefined;
}

const CLASSES: ReadonlySet<string> = new Set(
  'alnum alpha blank cntrl digit graph lower print punct space upper xdigit'.split(' '),
);

/**
 * The place of the ']' that closes the set opened at `start`, or -1. A ']' that comes first is a member of the set.
 */
function endOfSet(pattern: string, start: number): number {
  let at = start + 1;
  if (pattern[at] === '!' || pattern[at] === '^') at++;
  if (pattern[at] === ']') at++;
  while (at < pattern.length && pattern[at] !== ']') {
    const named = /^\[:[^\]]*:\]/.exec(pattern.slice(at))?.[0];
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

/** The code point of a character, which may have a backslash before it. */
const pointOf = (character: string): number =>
  character.codePointAt(character.length > 1 && character.startsWith('\\') ? 1 : 0)!;

/** The ranges of a set, and its other characters, each with the backslash it may have. */
const RANGES = /(\\[^]|[^\\])-(\\[^]|[^\\])|\\?[^]/gu;
