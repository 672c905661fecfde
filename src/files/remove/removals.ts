import type { Problem } from '../../model/entry.ts';
import type { CheckVerdict } from '../../remote/remote.ts';
import { sameShown } from '../../sync/compare/decide.ts';
import { attempt, type FileParts } from '../file-changes.ts';
import { FolderRemovals } from './folder-removals.ts';
import { isPlannedFolder, type PlannedFile, type RemovalPlan } from './removal-plan.ts';

/** Removes what is in a plan, where a fresh look shows it as it was seen. All else stays, and is told. */
export async function removePlanned(parts: FileParts, plan: RemovalPlan): Promise<void> {
  const { tasks, gate, looks } = parts;
  looks.forget();
  const folders = new FolderRemovals(parts, plan, (file) => removeFile(parts, file));
  for (const unit of plan.units()) {
    const room = tasks.room() ?? gate.room();
    if (room !== undefined) await room;
    if (tasks.stopped) break;
    tasks.add(isPlannedFolder(unit) ? folders.remove(unit) : removeFile(parts, unit));
  }
  await tasks.idle();
}

/** Tells what would be removed, one by one as it would go. */
export function tellPlanned({ tally }: FileParts, plan: RemovalPlan): void {
  for (const unit of plan.units()) {
    if (!isPlannedFolder(unit)) {
      tally.changed({ kind: 'remove', path: unit.path, files: 1, bytes: unit.shown.size });
      continue;
    }
    const { files, folders, bytes } = plan.totalsOf(unit);
    tally.changed({ kind: 'remove', path: unit.path, files, bytes }, { folders });
  }
}

function removeFile(parts: FileParts, file: PlannedFile): Promise<void> {
  const { remote, tally } = parts;
  const { path, shown } = file;
  return attempt(parts, path, async () => {
    const end = await remote.remove(path, {
      begins: true,
      check: (number, inDoubt) => check(parts, file, { anew: number > 1, inDoubt }),
    });
    if (end === 'done') tally.changed({ kind: 'remove', path, files: 1, bytes: shown.size });
    else if (end === 'gone') tally.problem(path, GONE);
  });
}

/** Looks at a file right before it is removed. After an attempt in doubt, an absent file was removed by that attempt. */
async function check(
  { looks, tally }: FileParts,
  { path, shown }: PlannedFile,
  { anew, inDoubt }: { readonly anew: boolean; readonly inDoubt: boolean },
): Promise<CheckVerdict> {
  const look = await looks.at(path, { anew });
  if ('unclear' in look) {
    tally.problem(path, { code: 'listing_unclear', severity: 'failure', message: look.unclear });
    return 'kept';
  }
  if (look.shown === undefined) return inDoubt ? 'done' : 'gone';
  if (sameShown(look.shown, shown)) return 'go';
  tally.problem(path, CHANGED);
  return 'kept';
}

const CHANGED: Problem = {
  code: 'changed_on_stage',
  severity: 'failure',
  message: 'kept: someone changed it since it was looked at; look at it and run the command again',
};

const GONE: Problem = {
  code: 'vanished',
  severity: 'warning',
  message: 'was gone already when its turn came: someone else removed or moved it',
};
