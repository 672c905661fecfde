import { isSyncError, messageBeside } from '../../../model/errors.ts';
import type { Problem } from '../../../model/entry.ts';
import type { RelPath } from '../../../model/path.ts';
import type { Remote } from '../../../remote/remote.ts';
import type { Learnt } from '../learnt.ts';
import { removeFolder } from '../moves/put-back.ts';
import { keptUntil, TRASH } from './trash-names.ts';

export interface SweepOptions {
  readonly remote: Remote;
  readonly learnt: Learnt;
  readonly nowMs: number;
  readonly onSwept: (path: RelPath) => void;
  readonly onProblem: (path: RelPath, problem: Problem) => void;
}

/**
 * Removes what the trash no longer has to keep, whichever pair put it there: one listing, and one request for each folder of
 * a period that is over. Resolves with the names of the periods that are there then.
 */
export async function sweepTrash({
  remote,
  learnt,
  nowMs,
  onSwept,
  onProblem,
}: SweepOptions): Promise<ReadonlySet<string>> {
  const there = new Set<string>();
  for (const child of (await remote.list(TRASH)) ?? []) {
    const until = child.kind === 'folder' ? keptUntil(child.name) : undefined;
    if (until === undefined) continue;
    there.add(child.name);
    if (until > nowMs) continue;
    const path = `${TRASH}${child.name}/`;
    try {
      await removeFolder(remote, path, learnt);
      there.delete(child.name);
      onSwept(path);
    } catch (error) {
      if (!isSyncError(error) || error.verdict === 'end_run') throw error;
      onProblem(path, { code: 'sweep_failed', severity: 'warning', message: messageBeside(path, error) });
    }
  }
  return there;
}
