import { SyncError } from '../model/errors.ts';
import { isFolderPath, isReservedName } from '../model/path.ts';
import type { RelPath } from '../model/path.ts';
import type { PathFilter } from '../model/ports.ts';
import { checkedIgnoreLines } from './filter-lines.ts';
import { createPattern, normalPattern } from './filter-pattern.ts';
import type { FilterRule, Pattern } from './filter-pattern.ts';
import { patternProblem } from './pattern-problem.ts';

export { parseFilterLines } from './filter-lines.ts';
export type { FilterRule };

export interface FilterOptions {
  /** The lines of `.stagesyncignore` at the source's root: plain gitignore rules. */
  readonly ignoreFile?: readonly string[] | undefined;
  /**
   * From the command line, in its order. The last rule that matches a path or one of its parents decides. A path that
   * none matches takes part, unless the first rule is an include: then only what is included does.
   */
  readonly rules: readonly FilterRule[];
  /** Left out at both ends, whatever the rules say: files that are ours to write. */
  readonly hidden?: readonly RelPath[] | undefined;
}

const IGNORE_FILE = '.stagesyncignore';

/**
 * Names that never take part, at either end: our temporary files and folders on Stage (any name that begins with
 * `.stagesync-`), and the ignore file at the top.
 */
export function isReserved(path: RelPath): boolean {
  if (!path.includes('.stagesync')) return false;
  return path === IGNORE_FILE || isReservedName(path);
}

/** The filter without rules: everything takes part but the reserved names. */
export const everything: PathFilter = {
  excludes: isReserved,
  prunes: isReserved,
  recipe: { module: import.meta.url, options: { rules: [] } },
};

/** Two layers, and a path takes part when both let it: the ignore file, and the rules. Rejects a bad rule as `usage`. */
export function createFilter(options: FilterOptions): PathFilter {
  const { ignoreFile = [], rules, hidden = [] } = options;
  const layers: PathFilter[] = [];
  const ignored = checkedIgnoreLines(ignoreFile, IGNORE_FILE);
  if (ignored.length > 0) layers.push(ignoreFileLayer(ignored));
  if (rules.length > 0) layers.push(ruleLayer(rules));
  if (hidden.length > 0) layers.push({ excludes: (path) => hidden.includes(path), prunes: () => false });
  if (layers.length === 0) return everything;
  return {
    excludes: (path) => isReserved(path) || layers.some((layer) => layer.excludes(path)),
    prunes: (folder) => isReserved(folder) || layers.some((layer) => layer.prunes(folder)),
    rulesOut: (path) =>
      layers.some((layer) => (isFolderPath(path) ? layer.prunes(path) : layer.excludes(path))),
    recipe: { module: import.meta.url, options },
  };
}

/** The filter with one path more that is, at both ends, as if it were not there. */
export function hiding(filter: PathFilter, path: RelPath): PathFilter {
  if (filter.recipe?.module === import.meta.url) {
    const options = filter.recipe.options as FilterOptions;
    return createFilter({ ...options, hidden: [...(options.hidden ?? []), path] });
  }
  return {
    excludes: (asked) => asked === path || filter.excludes(asked),
    prunes: (folder) => filter.prunes(folder),
    rulesOut: (asked) => filter.rulesOut?.(asked) ?? false,
  };
}

/** In gitignore nothing below an ignored folder can be let in again, so the folder's own answer settles it. */
function ignoreFileLayer(lines: readonly string[]): PathFilter {
  const pattern = createPattern(lines);
  const matches = (path: RelPath): boolean => pattern.matches(path);
  return { excludes: matches, prunes: matches };
}

function ruleLayer(rules: readonly FilterRule[]): PathFilter {
  const compiled = rules.map(compile);
  const lone = rules[0]?.kind === 'include';

  /** The last rule that matches, or -1. */
  const decider = (path: RelPath): number => compiled.findLastIndex((rule) => rule.matches(path));
  const leavesOut = (rule: number): boolean => (rule === -1 ? lone : compiled[rule]?.kind === 'exclude');

  return {
    excludes: (path) => leavesOut(decider(path)),
    // Whatever matches a folder matches everything below it, so only a later include could let something in.
    prunes: (folder) => {
      const rule = decider(folder);
      return (
        leavesOut(rule) &&
        !compiled.slice(rule + 1).some((later) => later.kind === 'include' && later.reaches(folder))
      );
    },
  };
}

function compile({ kind, pattern }: FilterRule): FilterRule & Pattern {
  const problem = pattern.startsWith('!')
    ? `begins with "!": use --${kind === 'include' ? 'exclude' : 'include'} instead, or write "\\!" for a name that begins with it`
    : patternProblem(pattern);
  if (problem !== undefined)
    throw new SyncError('usage', `--${kind} ${JSON.stringify(pattern)} ${problem}`, { verdict: 'end_run' });
  // Only a file has comments: on the command line "#" is a character like any other.
  const line = normalPattern(pattern);
  return { kind, pattern, ...createPattern([line.startsWith('#') ? `\\${line}` : line]) };
}
