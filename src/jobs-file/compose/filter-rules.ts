import type { FilterRule } from '../../filter/filter-rules.ts';
import { readRules, type FilterFlag } from '../../jobs/filters/read-filters.ts';
import { ruleProblem } from '../../filter/pattern-problem.ts';
import { isSyncError, messageOf } from '../../model/errors.ts';
import { pathInFile, type Folders } from './paths.ts';

/** A rule as the file has it: one of the three. */
interface RuleData {
  readonly include?: string;
  readonly exclude?: string;
  readonly from?: string;
}

/** The rules themselves, those of files in the place of the files. `report` gets the number of a rule that is wrong. */
export function rulesOf(
  rules: readonly RuleData[],
  folders: Folders,
  report: (at: number, why: string) => void,
): FilterRule[] {
  return rules.flatMap((rule, at): FilterRule[] => {
    const flag = flagOf(rule, folders);
    if (flag.kind !== 'file') {
      const problem = ruleProblem({ kind: flag.kind, pattern: flag.value });
      if (problem === undefined) return [{ kind: flag.kind, pattern: flag.value }];
      report(at, `the pattern ${problem}`);
      return [];
    }
    try {
      return readRules([flag], folders.folder, undefined);
    } catch (error) {
      if (!isSyncError(error)) throw error;
      report(at, messageOf(error).replace('--filter-from ', ''));
      return [];
    }
  });
}

function flagOf({ include, exclude, from = '' }: RuleData, folders: Folders): FilterFlag {
  if (include !== undefined) return { kind: 'include', value: include };
  if (exclude !== undefined) return { kind: 'exclude', value: exclude };
  return { kind: 'file', value: pathInFile(from, folders) };
}
