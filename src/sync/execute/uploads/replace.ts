import type { DestinationWords } from '../../../model/destination-words.ts';
import { hasFact, isOfReading, SyncError } from '../../../model/errors.ts';
import type { RelPath } from '../../../model/path.ts';
import type { ShownVersion } from '../../../model/plan.ts';
import type { CheckVerdict, Remote } from '../../../remote/remote.ts';
import { isInTrash } from '../trash/trash-names.ts';
import { sameShown } from '../../compare/decide.ts';
import type { TakeOptions, Trash, TrashPlace } from '../trash/trash.ts';

/** The hidden names that a replacement goes through; full paths. */
export interface Detour {
  /** Where the new file is uploaded first. */
  readonly via: RelPath;
  /** Where the old file waits while the new one takes its name. */
  readonly aside: RelPath;
}

/** Whether a file did not get its name. A plain refusal does not tell whether something else has the name. */
export const refusesName = (error: unknown): boolean =>
  hasFact(error, 'taken', 'refused') && !isOfReading(error);

export interface PublishOptions {
  /** A file had the name when this was planned. */
  readonly occupied: boolean;
  /** Only this is replaced, as far as a look tells; null: nothing. Absent: whatever is there. */
  readonly seen?: ShownVersion | null | undefined;
}

/**
 * Gives a file that waits at `via` its final name. Where a move may replace a file, the name is never empty. Otherwise the old
 * file waits at `aside` for the length of one move. When the run dies in between, one of the two files is whole, and
 * `finishDetour` gives it the name.
 */
export async function publish(
  remote: Remote,
  final: RelPath,
  detour: Detour,
  { occupied, seen }: PublishOptions,
): Promise<void> {
  try {
    await remote.move(detour.via, final);
    return;
  } catch (error) {
    if (!refusesName(error)) throw error;
    if (seen !== undefined && !(await isStill(remote, final, seen))) throw error;
    if (!occupied && (await remote.stat(final)) === undefined) throw error;
  }
  // what came since is not ours to move, nor to remove with what is aside
  const check = async (_: number, inDoubt: boolean): Promise<CheckVerdict> => {
    const now = await remote.statNow(final);
    if (now === undefined) return inDoubt ? 'done' : 'gone';
    return seen !== undefined && !(seen !== null && sameShown(now, seen)) ? 'kept' : 'go';
  };
  const end = await remote.move(final, detour.aside, seen === undefined ? {} : { check });
  if (end === 'kept') throw changedMeanwhile(final, remote.words);
  try {
    await remote.move(detour.via, final);
  } catch (error) {
    if (end === 'gone') throw error;
    // the name must not stay empty; should this move fail too, the intent is still there and the next run finishes it
    await remote.move(detour.aside, final);
    throw error;
  }
  if (end !== 'gone') await remote.remove(detour.aside);
}

const changedMeanwhile = (path: RelPath, { at }: DestinationWords): SyncError =>
  new SyncError(
    'destination_taken',
    (name) => `${name} was changed ${at} meanwhile; it is kept, and the next run decides`,
    { verdict: 'skip_entry', operation: 'upload', path },
  );

/**
 * The same where nothing that has the name is to be lost: what is there goes into the trash first, so that the name is empty
 * for the length of one move. Resolves with the size of what went there, in bytes; undefined: nothing.
 */
export async function publishKeeping(
  remote: Remote,
  final: RelPath,
  { via, place }: { readonly via: RelPath; readonly place: TrashPlace },
  { trash, occupied, onPlace }: KeepingOptions,
): Promise<number | undefined> {
  let taken: { readonly size: number; readonly at: RelPath } | undefined;
  const take = async (): Promise<void> => {
    const size = (await remote.stat(final))?.size;
    if (size === undefined) return;
    const { end, place: at } = await trash.take(place, { onPlace });
    if (end === 'done') taken = { size, at: at.path };
  };
  if (occupied) await take();
  try {
    let end = await moveIfFree(remote, via, final);
    if (end === 'kept' && taken === undefined) {
      await take();
      end = await moveIfFree(remote, via, final);
    }
    if (end === 'kept') throw takenAgain(final, remote.words);
  } catch (error) {
    // the name must not stay empty; should this move fail too, the intent is still there and the next run finishes it
    if (taken !== undefined && (await remote.stat(final)) === undefined) await remote.move(taken.at, final);
    throw error;
  }
  return taken?.size;
}

export interface KeepingOptions extends Pick<TakeOptions, 'onPlace'> {
  readonly trash: Trash;
  /** A file had the name when this was planned. */
  readonly occupied: boolean;
}

/** Gives a file that waits a name that nobody has: such a name is lost to nobody. Resolves with 'kept' where somebody has it. */
export function moveIfFree(remote: Remote, via: RelPath, final: RelPath): Promise<CheckVerdict> {
  const check = async (_: number, inDoubt: boolean): Promise<CheckVerdict> => {
    if ((await remote.statNow(final)) === undefined) return 'go';
    return inDoubt && (await remote.statNow(via)) === undefined ? 'done' : 'kept';
  };
  return remote.move(via, final, { check });
}

const takenAgain = (path: RelPath, { at }: DestinationWords): SyncError =>
  new SyncError(
    'destination_taken',
    (name) => `others put ${name} ${at} again and again; the next run looks again`,
    { verdict: 'skip_entry', fact: 'taken', operation: 'upload', path },
  );

async function isStill(remote: Remote, path: RelPath, seen: ShownVersion | null): Promise<boolean> {
  const now = await remote.stat(path);
  return now === undefined || (seen !== null && sameShown(now, seen));
}

/** What became of a replacement that a killed run left behind. */
export type DetourEnd = 'published' | 'withdrawn';

export interface FinishOptions {
  /** Called for an old file that is not in the trash. Default: deletes it. */
  readonly discard?: (aside: RelPath, size: number) => Promise<unknown>;
}

/** Completes a replacement or takes it back, whatever state it was left in. At most three looks and two changes. */
export async function finishDetour(
  remote: Remote,
  final: RelPath,
  detour: Detour,
  { discard = (aside) => remote.remove(aside) }: FinishOptions = {},
): Promise<DetourEnd> {
  // what has come into the trash stays there
  const removesOld = !isInTrash(detour.aside);
  const [current, waiting, old] = await Promise.all([
    remote.stat(final),
    remote.stat(detour.via),
    remote.stat(detour.aside),
  ]);
  if (current === undefined && old !== undefined) {
    // the old file was moved aside: the new one was whole by then
    if (waiting !== undefined) {
      await remote.move(detour.via, final);
      if (removesOld) await discard(detour.aside, old.size);
      return 'published';
    }
    await remote.move(detour.aside, final);
    return 'withdrawn';
  }
  if (waiting !== undefined) await remote.remove(detour.via);
  if (old !== undefined && removesOld) await discard(detour.aside, old.size);
  return waiting === undefined && current !== undefined ? 'published' : 'withdrawn';
}
