import { SyncError } from '../model/errors.ts';
import { patternProblem } from './filter-pattern.ts';
import type { FilterRule } from './filter-pattern.ts';

/**
 * The rules of a --filter-from file, in its order: gitignore lines, each an exclude, and with a leading '!' an include.
 * Blank lines and lines that begin with '#' are skipped. Rejects a bad line as `usage`, with the file and the line.
 */
export function parseFilterLines(text: string, fileName: string): FilterRule[] {
  const rules: FilterRule[] = [];
  for (const { taken, body } of checkedLines(linesOf(text), fileName)) {
    // After the first '!' another one is part of the name, as in gitignore.
    rules.push({ kind: taken ? 'include' : 'exclude', pattern: body.startsWith('!') ? `\\${body}` : body });
  }
  return rules;
}

/** As editors write them: with a byte order mark or without, lines ended by LF or CRLF. */
export const linesOf = (text: string): string[] => text.replace(/^\u{FEFF}/u, '').split(/\r?\n/);

/** Rejects a line of a `.stagesyncignore` that would silently match nothing, or something else than it seems, as `usage`. */
export function checkIgnoreLines(lines: readonly string[], fileName: string): void {
  checkedLines(lines, fileName);
}

function checkedLines(
  lines: readonly string[],
  fileName: string,
): { readonly taken: boolean; readonly body: string }[] {
  return lines.flatMap((line, index) => {
    // Trailing spaces do not count unless a backslash keeps them.
    const trimmed = line.replace(/(?<!\\) +$/, '');
    if (trimmed === '' || trimmed.startsWith('#')) return [];
    const taken = trimmed.startsWith('!');
    const body = taken ? trimmed.slice(1) : trimmed;
    const problem = patternProblem(body);
    if (problem === undefined) return [{ taken, body }];
    throw new SyncError('usage', `${fileName}, line ${index + 1}: ${JSON.stringify(line)} ${problem}`, {
      verdict: 'end_run',
    });
  });
}
