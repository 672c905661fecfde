import { SyncError } from '../model/errors.ts';
import { isFolderPath, isReservedName } from '../model/path.ts';
import type { RelPath } from '../model/path.ts';
import type { PathFilter } from '../model/ports.ts';
import { checkedIgnoreLines } from './filter-lines.ts';
import { createPattern, normalPattern } from './filter-pattern.ts';
import type { Pattern } from './filter-pattern.ts';
import type { FilterRule, FilterRules } from './filter-rules.ts';
import { ruleProblem } from './pattern-problem.ts';

export { parseFilterLines } from './filter-lines.ts';
export type { FilterRule, FilterRules };

const IGNORE_FILE = '.stagesyncignore';

/**
 * Names that never take part, at either end: our temporary files and folders at the destination (any name that begins with
 * `.stagesync-`), and the ignore file at the top.
 */
export function isReserved(path: RelPath): boolean {
  if (!path.includes('.stagesync')) return false;
  return path === IGNORE_FILE || isReservedName(path);
}

/**
 * A filter that rules alone make. There are two layers, and a path takes part when both let it: the ignore file, and the
 * rules.
 */
export class RuleFilter implements PathFilter {
  readonly madeOf: FilterRules;
  readonly #layers: readonly Layer[];

  /** Throws `usage` for a rule that is refused. */
  constructor(madeOf: FilterRules) {
    const { ignoreFile = [], rules, hidden = [] } = madeOf;
    const ignored = checkedIgnoreLines(ignoreFile, IGNORE_FILE);
    const layers: Layer[] = [];
    if (ignored.length > 0) layers.push(ignoreFileLayer(ignored));
    if (rules.length > 0) layers.push(ruleLayer(rules));
    if (hidden.length > 0) layers.push({ excludes: (path) => hidden.includes(path), prunes: () => false });
    this.madeOf = madeOf;
    this.#layers = layers;
  }

  get hasRules(): boolean {
    return this.#layers.length > 0;
  }

  excludes(path: RelPath): boolean {
    return isReserved(path) || this.#layers.some((layer) => layer.excludes(path));
  }

  prunes(folder: RelPath): boolean {
    return isReserved(folder) || this.#layers.some((layer) => layer.prunes(folder));
  }

  rulesOut(path: RelPath): boolean {
    return this.#layers.some((layer) => (isFolderPath(path) ? layer.prunes(path) : layer.excludes(path)));
  }
}

/** The filter without rules: everything takes part but the reserved names. */
export const everything = new RuleFilter({ rules: [] });

/** The filter that these rules make: `everything` where there are none. Throws `usage` for a rule that is refused. */
export function createFilter(madeOf: FilterRules): RuleFilter {
  const filter = new RuleFilter(madeOf);
  return filter.hasRules ? filter : everything;
}

/** The same filter, which also hides one more path: at both ends that path is treated as if nothing were there. */
export function hiding(filter: PathFilter, path: RelPath): PathFilter {
  if (filter instanceof RuleFilter) {
    const { madeOf } = filter;
    return createFilter({ ...madeOf, hidden: [...(madeOf.hidden ?? []), path] });
  }
  return {
    excludes: (asked) => asked === path || filter.excludes(asked),
    prunes: (folder) => filter.prunes(folder),
    rulesOut: (asked) => filter.rulesOut?.(asked) ?? false,
  };
}

type Layer = Pick<PathFilter, 'excludes' | 'prunes'>;

/** In gitignore nothing below an ignored folder can be let in again, so the folder's own answer settles it. */
function ignoreFileLayer(lines: readonly string[]): Layer {
  const pattern = createPattern(lines);
  const matches = (path: RelPath): boolean => pattern.matches(path);
  return { excludes: matches, prunes: matches };
}

function ruleLayer(rules: readonly FilterRule[]): Layer {
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

function compile(rule: FilterRule): FilterRule & Pattern {
  const { kind, pattern } = rule;
  const problem = ruleProblem(rule);
  if (problem !== undefined)
    throw new SyncError('usage', `--${kind} ${JSON.stringify(pattern)} ${problem}`, { verdict: 'end_run' });
  // Only a file has comments: on the command line "#" is a character like any other.
  const line = normalPattern(pattern);
  return { kind, pattern, ...createPattern([line.startsWith('#') ? `\\${line}` : line]) };
}
