import type { Problem } from '../../model/entry.ts';
import { isSyncError, messageBeside } from '../../model/errors.ts';
import type { RelPath } from '../../model/path.ts';
import type { Source } from '../../model/ports.ts';
import type { PlanStore } from '../plan/store/plan-store.ts';

export interface ReadableOptions {
  readonly source: Source;
  readonly signal: AbortSignal;
  readonly tally: { problem(path: RelPath, problem: Problem): void };
}

/** In a dry run: tells of files that are to be uploaded and cannot be read, at which a real run would fail. */
export async function checkReadable(
  store: PlanStore,
  { source, signal, tally }: ReadableOptions,
): Promise<void> {
  if (source.check === undefined) return;
  for (const { entry } of store.arrivals.all()) {
    try {
      await source.check(entry, { signal });
    } catch (error) {
      if (!isSyncError(error) || error.verdict !== 'skip_entry') throw error;
      tally.problem(entry.path, {
        code: error.code,
        severity: 'failure',
        message: messageBeside(entry.path, error),
      });
    }
  }
}
