import type { DestinationWords } from '../../model/destination-words.ts';
import type { RelPath } from '../../model/path.ts';
import type { Arrival, PlanStore, Removal } from '../plan/store/plan-store.ts';
import type { Tally } from '../tally.ts';
import type { Executor } from './executor.ts';
import type { Learnt } from './learnt.ts';
import { LARGE_BYTES } from './uploads/upload-queue.ts';

/** So many large files of a plan are known by size from the start; the queue of uploads sorts what comes later. */
const MOST_LARGE = 1000;

export interface RunPlanOptions {
  readonly store: PlanStore;
  readonly executor: Executor;
  readonly tally: Tally;
  readonly learnt: Learnt;
  /** What sentences call the destination. */
  readonly words: DestinationWords;
  readonly publishSet: boolean;
  /** With `publishSet`: called before the first of the set takes its name. */
  readonly beforePublishing: () => void;
  /** With `publishSet`: called once all of the set have their names; `files`: how many took them just now. */
  readonly afterPublishing: (files: number) => Promise<void>;
}

/**
 * Carries out a plan in phases, in the order that loses nothing: files in the way of folders go, folders are made, folders
 * and files move, files are uploaded. Folders in the way of files go once those files are at the destination under another
 * name. Removals come last, and only where the destination took every change before.
 */
export async function executePlan(options: RunPlanOptions): Promise<void> {
  const { store, executor, learnt, publishSet } = options;
  const { steps, folderMoves } = store;
  // nothing of a set takes its place, nor moves to it, before all of it has arrived
  if (publishSet) {
    await uploadAll(options);
    if (executor.stopped || (await isIncomplete(options, { moved: false }))) return;
    if (executor.holdsAny || steps.count() > 0) options.beforePublishing();
  } else if (!(await uploadFirst(options))) return;
  await executor.makeMoves(steps.of('outFirst'), 'renamed');
  const inTheWay = store.removals.filesInTheWay();
  // a file that a moved folder brings along stands in the way only once the folder has moved
  const isBrought = ({ path }: Removal): boolean => folderMoves.bringing(path) !== undefined;
  await executor.removeAll(inTheWay.filter((removal) => !isBrought(removal)));

  await createFolders(store, executor, { waiting: false });
  if (steps.has('folders')) {
    await executor.idle();
    await executor.makeMoves(steps.of('folders'), 'folder_renamed');
    if (learnt.cutsShort) return;
    await executor.removeAll(inTheWay.filter(isBrought));
  }
  for (const { path } of inTheWay) store.removals.drop(path);
  await createFolders(store, executor, { waiting: true });
  if (steps.has('files')) {
    await executor.idle();
    await executor.makeMoves(steps.of('files'), 'renamed');
  }
  if (!publishSet) await uploadAll(options);
  await publish(options);
  if (!executor.stopped) await removeGone(options);
}

/** The largest files go first, all others in path order, so that folders are complete one after the other. */
async function uploadAll({ store, executor }: RunPlanOptions): Promise<void> {
  const { openFolders } = executor;
  const waited = new Set(store.removals.foldersInTheWay().map(({ path }) => path));
  const upload = (arrival: Arrival): void | Promise<void> =>
    executor.upload(arrival, { clashes: waited.has(`${arrival.path}/`) });
  const largest = store.arrivals.largest({ from: LARGE_BYTES, limit: MOST_LARGE });
  for (const arrival of largest) await upload(arrival);
  const begun = new Set(largest.map(({ path }) => path));
  for (const arrival of store.arrivals.all()) {
    if (executor.stopped) break;
    openFolders.reached(arrival.path);
    if (!begun.has(arrival.path)) await upload(arrival);
  }
  openFolders.passedAll();
  await executor.idle();
}

/**
 * Whether a part of the set is missing, whatever kept it from coming; then nothing of it is published. `moved`: names
 * have changed by then.
 */
async function isIncomplete(
  { executor, tally }: RunPlanOptions,
  { moved }: { readonly moved: boolean },
): Promise<boolean> {
  if (tally.failed === 0) return false;
  const nothing = moved ? 'nothing was published or removed' : 'nothing was published, moved or removed';
  tally.problem('', {
    code: 'set_not_published',
    severity: 'failure',
    message: `${nothing}, because ${tally.failed} of the set failed; the next run tries again`,
  });
  executor.withdrawHeld();
  await executor.removeStaging();
  return true;
}

/**
 * Resolves with false where one of the files did not arrive: what it was to replace must not go, and is looked at
 * again.
 */
async function uploadFirst({ store, executor, tally, learnt }: RunPlanOptions): Promise<boolean> {
  const failed = tally.changesFailed;
  for (const arrival of store.arrivals.first()) {
    store.arrivals.drop(arrival.path);
    await executor.upload(arrival);
  }
  await executor.idle();
  return tally.changesFailed === failed && !learnt.cutsShort;
}

async function createFolders(
  store: PlanStore,
  executor: Executor,
  { waiting }: { readonly waiting: boolean },
): Promise<void> {
  for (const { path, reason, waits } of store.folders.all()) {
    if (executor.stopped) return;
    if ((waits === 1) === waiting) await executor.createFolder(path, reason);
  }
}

/** Removes the folders in the way of files, and gives everything that waits for its name that name. */
async function publish(options: RunPlanOptions): Promise<void> {
  const { store, executor, tally, publishSet, afterPublishing } = options;
  if (executor.stopped) return;
  const inLast = [...store.steps.of('inLast')];
  const moves = inLast.filter((step) => executor.isOut(step));
  for (const step of inLast)
    if (!executor.isOut(step)) await executor.upload(step.arrival!, { clashes: true });
  await executor.idle();
  // a file whose move was refused is uploaded instead, and the upload may fail
  if (publishSet && (await isIncomplete(options, { moved: true }))) return;
  const freed = new Set<RelPath>();
  for (const { path } of store.removals.foldersInTheWay())
    if (executor.isHeld(path.slice(0, -1))) freed.add(path);
    // the new file did not come: the old folder must stay
    else dropFolderRemoval(store, path);
  for (const step of inLast) {
    const { to } = step;
    if (executor.isOut(step) || executor.isHeld(to)) freed.add(`${to}/`);
    else dropFolderRemoval(store, `${to}/`);
  }
  await executor.removeAll([...freed].flatMap((path) => store.removals.get(path) ?? []));
  for (const path of freed) dropFolderRemoval(store, path);
  if (moves.length > 0) await executor.makeMoves(moves, 'renamed');
  if (executor.stopped) return;
  const published = await executor.publishHeld();
  if (executor.stopped) return;
  await executor.removeStaging();
  if (publishSet && tally.failed === 0) await afterPublishing(published);
}

function dropFolderRemoval(store: PlanStore, folder: RelPath): void {
  store.removals.dropWithin(folder);
  store.removals.drop(folder);
}

async function removeGone({ store, executor, tally, words, publishSet }: RunPlanOptions): Promise<void> {
  const failed = publishSet ? tally.failed : tally.changesRefused;
  if (failed === 0) return executor.removeAll(store.removals.requests());
  if (store.totals().removals > 0)
    tally.problem('', {
      code: 'removals_skipped',
      severity: 'warning',
      message: `nothing was removed from ${words.name}, because ${failed} changes before it failed`,
    });
}
