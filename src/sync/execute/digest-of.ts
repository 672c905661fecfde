import type { FileEntry } from '../../model/entry.ts';
import { isSyncError } from '../../model/errors.ts';
import type { PassOptions } from '../pass-options.ts';

/** SHA-256 in hex. Undefined where it cannot be told: also of a file that changed or went since it was listed. */
export async function digestOf(
  entry: FileEntry,
  { source, signal }: Pick<PassOptions, 'source' | 'signal'>,
): Promise<string | undefined> {
  try {
    return await source.digest?.(entry, { signal });
  } catch (error) {
    if (isSyncError(error) && error.verdict === 'skip_entry') return undefined;
    throw error;
  }
}
