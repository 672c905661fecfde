import { SyncError } from '../model/errors.ts';
import { normalPattern } from './filter-pattern.ts';
import type { FilterRule } from './filter-rules.ts';
import { patternProblem } from './pattern-problem.ts';

/** Why a pattern is refused, as the end of a sentence, or undefined. */
export type ProblemOf = (pattern: string) => string | undefined;

/**
 * The rules of a --filter-from file, in its order: gitignore lines, each an exclude, and with a leading '!' an include.
 * Blank lines and lines that begin with '#' are skipped. Rejects a bad line as `usage`, with the file and the line.
 */
export function parseFilterLines(
  text: string,
  fileName: string,
  problemOf: ProblemOf = patternProblem,
): FilterRule[] {
  const rules: FilterRule[] = [];
  for (const { taken, body } of checkedLines(linesOf(text), fileName, problemOf)) {
    // After the first '!' another one is part of the name, as in gitignore.
    rules.push({ kind: taken ? 'include' : 'exclude', pattern: body.startsWith('!') ? `\\${body}` : body });
  }
  return rules;
}

/** As editors write them: with a byte order mark or without, lines ended by LF or CRLF. */
export const linesOf = (text: string): string[] => text.replace(/^\u{FEFF}/u, '').split(/\r?\n/);

/**
 * The rules among the lines of a `.stagesyncignore`, as gitignore has them. Rejects one that would silently match
 * nothing, or something else than it seems, as `usage`.
 */
export const checkedIgnoreLines = (
  lines: readonly string[],
  fileName: string,
  problemOf: ProblemOf = patternProblem,
): string[] => checkedLines(lines, fileName, problemOf).map(({ taken, body }) => (taken ? `!${body}` : body));

function checkedLines(
  lines: readonly string[],
  fileName: string,
  problemOf: ProblemOf,
): { readonly taken: boolean; readonly body: string }[] {
  return lines.flatMap((line, index) => {
    // Trailing spaces do not count unless a backslash keeps them.
    const trimmed = line.replace(/(?<!\\) +$/, '');
    if (trimmed === '' || trimmed.startsWith('#')) return [];
    const taken = trimmed.startsWith('!');
    const body = taken ? trimmed.slice(1) : trimmed;
    const problem = problemOf(body);
    if (problem === undefined) return [{ taken, body: normalPattern(body) }];
    throw new SyncError('usage', `${fileName}, line ${index + 1}: ${JSON.stringify(line)} ${problem}`, {
      verdict: 'end_run',
    });
  });
}
