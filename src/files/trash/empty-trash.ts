import { removeFolder } from '../../sync/execute/moves/put-back.ts';
import { attempt, type FileParts } from '../file-changes.ts';
import { trashPeriods, type TrashPeriod } from './trash-contents.ts';

export interface EmptyOptions {
  /** Only what no run has asked to be kept any longer. */
  readonly expired: boolean;
  /** Called once it is known what would go, before the first change. Where it rejects, nothing is removed. */
  readonly confirm: (periods: readonly TrashPeriod[]) => Promise<void>;
}

/** Deletes what is in the trash for good, each period by one request. */
export async function emptyTrash(parts: FileParts, { expired, confirm }: EmptyOptions): Promise<void> {
  const { remote, clock, learnt, tasks, tally, dryRun } = parts;
  const nowMs = clock.now();
  const going = (await trashPeriods(remote)).filter(({ untilMs }) => !expired || untilMs <= nowMs);
  if (going.length > 0 && !dryRun) await confirm(going);
  for (const { folder } of going) {
    if (tasks.stopped) return;
    await attempt(parts, folder, async () => {
      if (!dryRun) await removeFolder(remote, folder, learnt);
      tally.changed({ kind: 'remove', path: folder }, { folders: 1 });
    });
  }
}
