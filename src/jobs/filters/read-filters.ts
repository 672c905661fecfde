import fs from 'node:fs';
import { join, resolve } from 'node:path';
import type { PathFilter } from '../../model/ports.ts';
import { checkedIgnoreLines, linesOf } from '../../filter/filter-lines.ts';
import type { ProblemOf } from '../../filter/filter-lines.ts';
import { createFilter, parseFilterLines, type FilterRule } from '../../filter/filter.ts';
import { patternProblem } from '../../filter/pattern-problem.ts';
import { readIgnoreFile, readRuleFile } from './read-filter-file.ts';
import { usageError } from '../usage-errors.ts';

const IGNORE_FILE = '.stagesyncignore';

/** One --include, --exclude or --filter-from. Their order on the command line counts: the last match decides. */
export interface FilterFlag {
  readonly kind: 'include' | 'exclude' | 'file';
  /** A pattern, or the file's name. */
  readonly value: string;
}

/**
 * The filter made of the rules of a job and of the `.stagesyncignore` at the root of a local source. Rejects an
 * ignore file that exists but cannot be read: without its rules a run could remove what they protect. Rejects a rule
 * that can match nothing as well.
 */
export function openFilter(rules: readonly FilterRule[], localRoot: string | undefined): PathFilter {
  for (const rule of rules) checkPlace(rule, localRoot);
  return createFilter({
    rules,
    ignoreFile:
      localRoot === undefined ? [] : ignoreLines(join(localRoot, IGNORE_FILE), problemsIn(localRoot)),
  });
}

/**
 * The rules of the flags in their order, those of --filter-from files in place of the files. Relative names of files
 * are read from `folder`. A file that cannot be read rejects.
 */
export function readRules(
  flags: readonly FilterFlag[],
  folder: string,
  localRoot: string | undefined,
): FilterRule[] {
  const problemOf = problemsIn(localRoot);
  return flags.flatMap(({ kind, value }): FilterRule[] => {
    if (kind === 'file') return parseFilterLines(readRuleFile(resolve(folder, value)), value, problemOf);
    const rule = { kind, pattern: value };
    checkPlace(rule, localRoot);
    return [rule];
  });
}

function checkPlace({ kind, pattern }: FilterRule, localRoot: string | undefined): void {
  const problem = localRoot === undefined ? undefined : placeProblemIn(localRoot)(pattern);
  if (problem !== undefined) throw usageError(`--${kind} ${JSON.stringify(pattern)} ${problem}`);
}

/** What is wrong with a pattern, also with where it leads. */
function problemsIn(localRoot: string | undefined): ProblemOf {
  if (localRoot === undefined) return patternProblem;
  const placeProblem = placeProblemIn(localRoot);
  return (pattern) => placeProblem(pattern) ?? patternProblem(pattern);
}

function ignoreLines(file: string, problemOf: ProblemOf): string[] {
  return checkedIgnoreLines(linesOf(readIgnoreFile(file) ?? ''), file, problemOf);
}

/** Finds patterns that begin with the source's own absolute path, unless the source has entries of that path. */
function placeProblemIn(root: string): ProblemOf {
  const places = new Set([root, realPlace(root)]);
  places.delete('/');
  return (pattern) => {
    for (const place of places) {
      if (pattern !== place && !pattern.startsWith(`${place}/`)) continue;
      if (fs.existsSync(join(root, place))) continue;
      const below = pattern.slice(place.length);
      return `begins with the place of the source itself: rules begin at its top; write "${/^\/?$/.test(below) ? '*' : below}"`;
    }
    return undefined;
  };
}

/** The real path of the source. A source that does not exist is reported where it is opened, not here. */
function realPlace(root: string): string {
  try {
    return fs.realpathSync(root);
  } catch {
    return root;
  }
}
