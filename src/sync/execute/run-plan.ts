import { isWithin } from '../../model/path.ts';
import type { RelPath } from '../../model/path.ts';
import type { MovePlan } from '../plan/plan-moves.ts';
import type { PlanStore, Removal } from '../plan/plan-store.ts';
import type { Tally } from '../tally.ts';
import type { Executor } from './executor.ts';
import type { Remote } from './remote.ts';

export interface RunPlanOptions {
  readonly store: PlanStore;
  readonly plan: MovePlan;
  readonly executor: Executor;
  readonly remote: Remote;
  readonly tally: Tally;
  readonly publishSet: boolean;
  readonly marker: string | undefined;
}

/**
 * A plan's phases, in the order that loses nothing: what stands in the way, folders, moves, uploads; removals last,
 * and only when everything before them worked.
 */
export async function executePlan(options: RunPlanOptions): Promise<void> {
  const { store, plan, executor, tally } = options;
  // a file took a folder's name or a folder a file's: the old one has to go first, there is no other order
  const obstacles = store.obstacles();
  // what a moved folder brings along stands in the way only once it has moved
  const isBrought = ({ path }: Removal): boolean => plan.folderMoves.some((move) => isWithin(path, move.to));
  await executor.removeAll(obstacles.filter((obstacle) => !isBrought(obstacle)));
  for (const obstacle of obstacles) store.dropRemoval(obstacle.path);

  await createFolders(store, executor, (path) => !plan.foldersAfter.has(path));
  if (plan.folderMoves.length > 0) {
    await executor.idle();
    await executor.makeMoves(plan.folderMoves, 'folder_renamed');
    await executor.removeAll(obstacles.filter(isBrought));
  }
  await createFolders(store, executor, (path) => plan.foldersAfter.has(path));
  if (plan.fileMoves.length > 0) {
    await executor.idle();
    await executor.makeMoves(plan.fileMoves, 'renamed');
  }
  for (const arrival of store.arrivals()) {
    if (executor.stopped) break;
    await executor.upload(arrival);
  }
  await executor.idle();
  if (options.publishSet && !executor.stopped) await publish(options);
  if (!executor.stopped && tally.changesFailed === 0) await executor.removeStaging();
  if (executor.stopped) return;
  if (tally.changesFailed === 0) await executor.removeAll(store.removals());
  else if (store.totals().removals > 0) {
    tally.problem('', {
      code: 'removals_skipped',
      severity: 'warning',
      message: `nothing was removed from Stage, because ${tally.changesFailed} changes before it failed`,
    });
  }
}

async function createFolders(
  store: PlanStore,
  executor: Executor,
  wanted: (path: RelPath) => boolean,
): Promise<void> {
  for (const { path, reason } of store.folders()) {
    if (executor.stopped) return;
    if (wanted(path)) await executor.createFolder(path, reason);
  }
}

async function publish({ executor, tally, remote, marker }: RunPlanOptions): Promise<void> {
  if (tally.changesFailed > 0) {
    tally.problem('', {
      code: 'set_not_published',
      severity: 'failure',
      message: `nothing was published, because ${tally.changesFailed} of the set could not be uploaded; the next run tries again`,
    });
    return;
  }
  const published = await executor.publishSet();
  if (marker === undefined || published === 0 || executor.stopped || tally.changesFailed > 0) return;
  await executor.run(() => remote.putEmpty(remote.root + marker));
  await executor.idle();
}
