import type { Problem } from '../../model/entry.ts';
import { hasFact, isSyncError, messageOf } from '../../model/errors.ts';
import type { RelPath } from '../../model/path.ts';
import type { ShownVersion } from '../../model/plan.ts';
import type { Change, Check } from '../../remote/remote.ts';
import { sameShown } from '../../sync/compare/decide.ts';
import { moveIfFree, refusesName } from '../../sync/execute/uploads/replace.ts';
import type { FileParts } from '../file-changes.ts';
import { messageBefore, waysOut } from '../naming/next-command.ts';
import type { PlannedMove } from './move-plan.ts';

/** Moves one file to a name that a look in the turn of the request shows free, or as it was seen where it is to be replaced. */
export async function moveFile(parts: FileParts, move: PlannedMove): Promise<void> {
  const { remote, tally } = parts;
  const { from, to, replaces } = move;
  const check = checkTarget(parts, move);
  try {
    const end = await remote.move(from, to, { begins: true, check });
    if (end === 'done') tally.changed({ kind: 'move', path: from, to });
  } catch (error) {
    if (hasFact(error, 'missing') && !error.inDoubt && (await remote.stat(from)) === undefined)
      return tally.problem(from, GONE);
    if (!refusesName(error) || (isSyncError(error) && error.inDoubt)) throw error;
    if (replaces !== undefined) return replaceAside(parts, move);
    // a plain refusal does not tell whether something has the name
    if (!hasFact(error, 'taken') && (await remote.stat(to)) === undefined) throw error;
    tally.problem(from, cameMeanwhile(to));
  }
}

const GONE: Problem = {
  code: 'vanished',
  severity: 'failure',
  message: 'was gone when its turn came: someone else removed or moved it',
};

function checkTarget({ remote, tally }: FileParts, { from, to, shown, replaces }: PlannedMove): Check {
  return async (_, inDoubt) => {
    const there = await remote.statNow(to);
    if (there === undefined) return 'go';
    // an attempt whose reply was lost may have made the move
    const mayBeOurs = inDoubt && there.size === shown?.size;
    if (mayBeOurs && (await remote.statNow(from)) === undefined) return 'done';
    if (replaces !== undefined && sameShown(there, replaces)) return 'go';
    tally.problem(from, cameMeanwhile(to));
    return 'kept';
  };
}

const cameMeanwhile = (to: RelPath): Problem => ({
  code: 'found_there',
  severity: 'failure',
  message: `is not moved: others put or changed ${to} since it was looked at`,
});

/**
 * Where the destination does not replace a file by a move: the old file steps aside for the length of one request, and gets
 * its name back where the new one does not take it.
 */
async function replaceAside(parts: FileParts, move: PlannedMove): Promise<void> {
  const { remote, hidden, tally } = parts;
  const { from, to, replaces } = move;
  const aside = hidden.next('old', to);
  const stepAside: Change = {
    begins: true,
    check: async (_, inDoubt) => {
      const there = await remote.statNow(to);
      if (there === undefined) return inDoubt ? 'done' : 'gone';
      if (sameShown(there, replaces!)) return 'go';
      tally.problem(from, cameMeanwhile(to));
      return 'kept';
    },
  };
  const wentAside = await remote.move(to, aside, stepAside);
  if (wentAside === 'kept') return;
  try {
    if (wentAside === 'done' && !(await isAsSeen(parts, aside, replaces!))) {
      // it is of others: it goes back, or its place is told
      if ((await moveIfFree(remote, aside, to)) === 'kept')
        tally.problem(to, {
          code: 'left_aside',
          severity: 'failure',
          message: `others put it again and again; one of these files is at ${aside}: ${waysOut(remote, { path: to, via: aside })}`,
        });
      return tally.problem(from, cameMeanwhile(to));
    }
    const takeName = checkTarget(parts, { ...move, replaces: undefined });
    const end = await remote.move(from, to, { check: takeName });
    if (end === 'done') await remote.remove(aside);
    else if (wentAside === 'done') await settle(parts, { to, aside });
    if (end === 'done') tally.changed({ kind: 'move', path: from, to });
  } catch (error) {
    const where = await settle(parts, { to, aside }).catch(
      () => `; the file that was at ${to} is at ${aside}: ${waysOut(remote, { path: to, via: aside })}`,
    );
    tally.problem(from, {
      code: 'left_aside',
      severity: 'failure',
      message: where === undefined ? messageOf(error) : messageBefore(error) + where,
    });
    if (!isSyncError(error) || error.verdict === 'end_run') throw error;
  }
}

/** Whether the file that stepped aside is the one that was to be replaced: others may have put another one just before. */
async function isAsSeen(
  { remote, times }: FileParts,
  aside: RelPath,
  replaces: ShownVersion,
): Promise<boolean> {
  const old = await remote.stat(aside);
  if (old === undefined || old.size !== replaces.size) return false;
  return sameShown(old, replaces) || !(await times.keeps());
}

/** Gives a file that stepped aside its name back, or removes it where the name has another file by now. */
async function settle(
  { remote }: FileParts,
  { to, aside }: { readonly to: RelPath; readonly aside: RelPath },
): Promise<undefined> {
  if ((await remote.stat(to)) === undefined) await remote.move(aside, to);
  else await remote.remove(aside);
}
