import { SyncError } from '../model/errors.ts';
import { patternProblem } from './filter-pattern.ts';
import type { FilterRule } from './filter-pattern.ts';

/**
 * The rules of a --filter-from file, in its order: gitignore lines, each an exclude, and with a leading '!' an include.
 * Blank lines and lines that begin with '#' are skipped. Rejects a bad line as `usage`, with the file and the line.
 */
export function parseFilterLines(text: string, fileName: string): FilterRule[] {
  const rules: FilterRule[] = [];
  const lines = text.replace(/^\u{FEFF}/u, '').split(/\r?\n/);
  for (const [index, line] of lines.entries()) {
    // Trailing spaces do not count unless a backslash keeps them.
    const trimmed = line.replace(/(?<!\\) +$/, '');
    if (trimmed === '' || trimmed.startsWith('#')) continue;
    const kind = trimmed.startsWith('!') ? 'include' : 'exclude';
    const body = kind === 'include' ? trimmed.slice(1) : trimmed;
    const problem = patternProblem(body);
    if (problem !== undefined)
      throw new SyncError('usage', `${fileName}, line ${index + 1}: ${JSON.stringify(line)} ${problem}`, {
        verdict: 'end_run',
      });
    // After the first '!' another one is part of the name, as in gitignore.
    rules.push({ kind, pattern: body.startsWith('!') ? `\\${body}` : body });
  }
  return rules;
}
