import type { RelPath } from '../../model/path.ts';
import type { MovePlan } from '../plan/plan-moves.ts';
import type { OrderedMove } from '../plan/order-moves.ts';
import type { PlanStore, Removal } from '../plan/plan-store.ts';
import type { Tally } from '../tally.ts';
import type { Executor, MoveStep } from './executor.ts';
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
  await removeAll(obstacles, executor);
  for (const obstacle of obstacles) store.dropRemoval(obstacle.path);

  await createFolders(store, executor, (path) => !plan.foldersAfter.has(path));
  if (plan.folderMoves.length > 0) {
    await executor.idle();
    await makeMoves(plan.folderMoves, 'folder_renamed', executor);
  }
  await createFolders(store, executor, (path) => plan.foldersAfter.has(path));
  if (plan.fileMoves.length > 0) {
    await executor.idle();
    await makeMoves(plan.fileMoves, 'renamed', executor);
  }
  for (const arrival of store.arrivals()) {
    if (executor.stopped) break;
    await executor.upload(arrival);
  }
  await executor.idle();
  if (options.publishSet && !executor.stopped) await publish(options);
  if (executor.usedStaging && !executor.stopped && tally.changesFailed === 0) await executor.removeStaging();
  if (executor.stopped) return;
  if (tally.changesFailed === 0) await removeAll(store.removals(), executor);
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

/** Moves at the same time, but each after the one that frees its target, and after the one that brings its origin. */
async function makeMoves(steps: readonly MoveStep[], reason: string, executor: Executor): Promise<void> {
  const frees = new Map<RelPath, Promise<unknown>>();
  const brings = new Map<RelPath, Promise<unknown>>();
  const cycles = new Map<OrderedMove, number>();
  for (const step of steps) {
    if (executor.stopped) break;
    const waits = [frees.get(step.to), brings.get(step.from)];
    let done: () => void = () => undefined;
    const settled = new Promise<void>((resolve) => (done = resolve));
    frees.set(step.from, settled);
    brings.set(step.to, settled);
    await executor.run(async () => {
      try {
        for (const earlier of waits) if (earlier !== undefined) await earlier;
        if (executor.stopped) return;
        await executor.makeMove(step, step.cycle === undefined ? reason : 'cycle', cycles);
      } finally {
        done();
      }
    });
  }
  await executor.idle();
}

async function removeAll(removals: Iterable<Removal>, executor: Executor): Promise<void> {
  for (const removal of removals) {
    if (executor.stopped) break;
    await executor.run(() => executor.remove(removal));
  }
  await executor.idle();
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
