import { hasFact, isOfReading } from '../../../model/errors.ts';
import type { RelPath } from '../../../model/path.ts';
import type { ShownVersion } from '../../../model/plan.ts';
import type { Remote } from '../../../remote/remote.ts';
import { sameShown } from '../../compare/decide.ts';

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
  /** False: a name that is taken is refused. Default: true. */
  readonly overwrite?: boolean;
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
  { occupied, overwrite = true, seen }: PublishOptions,
): Promise<void> {
  try {
    await remote.move(detour.via, final);
    return;
  } catch (error) {
    if (!refusesName(error) || !overwrite) throw error;
    if (seen !== undefined && !(await isStill(remote, final, seen))) throw error;
    if (!occupied && (await remote.stat(final)) === undefined) throw error;
  }
  await remote.move(final, detour.aside);
  try {
    await remote.move(detour.via, final);
  } catch (error) {
    // the name must not stay empty; should this move fail too, the intent is still there and the next run finishes it
    await remote.move(detour.aside, final);
    throw error;
  }
  await remote.remove(detour.aside);
}

async function isStill(remote: Remote, path: RelPath, seen: ShownVersion | null): Promise<boolean> {
  const now = await remote.stat(path);
  return now === undefined || (seen !== null && sameShown(now, seen));
}

/** What became of a replacement that a killed run left behind. */
export type DetourEnd = 'published' | 'withdrawn';

/** Completes a replacement or takes it back, whatever state it was left in. At most three looks and two changes. */
export async function finishDetour(remote: Remote, final: RelPath, detour: Detour): Promise<DetourEnd> {
  const [current, waiting, old] = await Promise.all([
    remote.stat(final),
    remote.stat(detour.via),
    remote.stat(detour.aside),
  ]);
  if (current === undefined && old !== undefined) {
    // the old file was moved aside: the new one was whole by then
    if (waiting !== undefined) {
      await remote.move(detour.via, final);
      await remote.remove(detour.aside);
      return 'published';
    }
    await remote.move(detour.aside, final);
    return 'withdrawn';
  }
  if (waiting !== undefined) await remote.remove(detour.via);
  if (old !== undefined) await remote.remove(detour.aside);
  return waiting === undefined && current !== undefined ? 'published' : 'withdrawn';
}
