import { join, resolve } from 'node:path';
import type { PathFilter } from '../model/ports.ts';
import { checkIgnoreLines, linesOf } from '../sync/filter-file.ts';
import { createFilter, parseFilterLines, type FilterRule } from '../sync/filter.ts';
import type { FilterFlag } from './flag-values.ts';
import { readIgnoreFile, readRuleFile } from './read-filter-file.ts';

const IGNORE_FILE = '.stagesyncignore';

/**
 * The filter that the flags and, at a local source's root, `.stagesyncignore` make. A file that is named or there, but
 * cannot be read, rejects: without its rules a run could remove what it protects.
 */
export function readFilters(
  flags: readonly FilterFlag[],
  cwd: string,
  localRoot: string | undefined,
): PathFilter {
  const rules = flags.flatMap(({ kind, value }): FilterRule[] =>
    kind === 'file' ? parseFilterLines(readRuleFile(resolve(cwd, value)), value) : [{ kind, pattern: value }],
  );
  return createFilter({
    rules,
    ignoreFile: localRoot === undefined ? [] : ignoreLines(join(localRoot, IGNORE_FILE)),
  });
}

function ignoreLines(file: string): string[] {
  const lines = linesOf(readIgnoreFile(file) ?? '');
  checkIgnoreLines(lines, file);
  return lines;
}
