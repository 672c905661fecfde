import { readFoundText, readNamedText } from '../../disk/text-file.ts';
import { messageOf } from '../../model/errors.ts';
import { configError, usageError } from '../usage-errors.ts';

/** A file of rules has some lines; a larger file is something else. */
const OF_RULES = { mostBytes: 1024 * 1024, holds: 'a list of rules' } as const;

/**
 * The text of a file that the user named. Another process may write it: `<(…)`, /dev/stdin, a FIFO. Rejects with
 * `usage` a file that does not hold text.
 */
export function readRuleFile(file: string): string {
  try {
    return readNamedText(file, OF_RULES);
  } catch (error) {
    throw usageError(`cannot read --filter-from ${file}: ${messageOf(error)}`);
  }
}

/**
 * The text of an ignore file, undefined when there is none. The user did not name it; it is found by its name. So it
 * must be a regular file: a FIFO of that name is never waited for. Rejects with `config` anything else of that name.
 */
export function readIgnoreFile(file: string): string | undefined {
  try {
    return readFoundText(file, OF_RULES);
  } catch (error) {
    throw configError(
      `cannot read ${file}: ${messageOf(error)}; make it a readable file of rules, or remove it`,
      error,
    );
  }
}
