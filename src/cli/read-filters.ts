import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { messageOf } from '../model/errors.ts';
import type { PathFilter } from '../model/ports.ts';
import { checkIgnoreLines, linesOf } from '../sync/filter-file.ts';
import { createFilter, parseFilterLines, type FilterRule } from '../sync/filter.ts';
import type { FilterFlag } from './flag-values.ts';
import { configError, usageError } from './usage.ts';

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
  return createFilter({
    rules: readRules(flags, cwd),
    ignoreFile: localRoot === undefined ? [] : readIgnoreFile(join(localRoot, IGNORE_FILE)),
  });
}

/** The rules of the flags in their order, those of --filter-from files in place of the files. */
export const readRules = (flags: readonly FilterFlag[], cwd: string): FilterRule[] =>
  flags.flatMap(({ kind, value }): FilterRule[] =>
    kind === 'file' ? parseFilterLines(readRuleFile(resolve(cwd, value)), value) : [{ kind, pattern: value }],
  );

function readRuleFile(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    throw usageError(`cannot read --filter-from ${file}: ${messageOf(error)}`);
  }
}

function readIgnoreFile(file: string): string[] {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw configError(`cannot read ${file}: ${messageOf(error)}; make it readable, or remove it`, error);
  }
  const lines = linesOf(text);
  checkIgnoreLines(lines, file);
  return lines;
}
