import type { Problem } from '../../../model/entry.ts';
import { isSyncError } from '../../../model/errors.ts';
import { isFolderPath } from '../../../model/path.ts';
import type { RelPath } from '../../../model/path.ts';
import { sameAtDestination } from '../../compare/decide.ts';
import type { StoredIntent } from '../../ledger/intent.ts';
import type { LedgerRow } from '../../ledger/ledger-row.ts';
import type { Deviation } from '../looks/compare-folder.ts';
import { lookAfterMove } from '../looks/look-after-move.ts';
import { rename, renameRows, returnRows } from '../looks/folder-rows.ts';
import { isOursIn, putBack, putBackFolder, tellLeft } from '../moves/put-back.ts';
import { discard } from './discard.ts';
import type { FileLooks, LedgerChange, RecoveryParts } from './recovery-parts.ts';
import { singleLooks } from './shared-looks.ts';
import type { Remote } from '../../../remote/remote.ts';

/** Finds out how far a move of an earlier run came, and completes it or takes it back. */
export async function settleMove(
  intent: StoredIntent,
  options: RecoveryParts,
  { looks = singleLooks(options.remote) }: { readonly looks?: FileLooks },
): Promise<LedgerChange> {
  const { remote, ledger, times } = options;
  const { path: from, to: target, via } = intent;
  const to = target!;
  if (via !== undefined && (await remote.exists(via))) return settleWaiting(intent, via, options);
  const waited = via === undefined ? undefined : rowKey(via, options);
  if (waited !== undefined) {
    // the step to one of the two names worked, and only the outcome was not written
    const come = await cameTo([to, from], waited, options);
    return come === undefined ? () => forget(options, waited) : () => rename(ledger, waited, come, times);
  }
  if (!isFolderPath(from)) return settleFileMove(intent, options, looks);
  if (!(await remote.exists(remote.root + to))) return undefined;
  if (!(await hasCome(intent, options))) return undefined;
  const seen = await lookAfterMove(options, from, remote.root + to);
  const came = seen.deviations.filter((each) => cameAlong(each, intent)).map(({ path }) => path);
  const back = await comesBack(remote, remote.root + to, remote.root + from, came);
  for (const { path, kind } of seen.deviations)
    if (kind === 'extra')
      options.onProblem(to + path, back && came.includes(path) ? MOVED_BACK : FOUND_THERE);
  return () => renameRows(ledger, from, to, seen);
}

/** The same for a file that goes straight to its new name. */
async function settleFileMove(
  { path: from, to: target }: StoredIntent,
  { ledger, times }: RecoveryParts,
  looks: FileLooks,
): Promise<LedgerChange> {
  const to = target!;
  const moved = (await looks.exists(to)) && ledger.get(from) !== undefined && !(await looks.exists(from));
  return moved ? () => rename(ledger, from, to, times) : undefined;
}

/** Where a file or folder that waited is by now. Undefined where that cannot be told: the file then counts as gone. */
async function cameTo(
  names: readonly RelPath[],
  waited: RelPath,
  { remote, ledger }: RecoveryParts,
): Promise<RelPath | undefined> {
  const ours = ledger.get(waited)!;
  const found: RelPath[] = [];
  for (const path of names) {
    const row = ledger.get(path);
    if (isFolderPath(path)) {
      if (row === undefined && (await remote.exists(remote.root + path))) found.push(path);
      continue;
    }
    const shown = await remote.stat(remote.root + path);
    // a file that was there before the move, and still is, is not the one that moved
    const isOther = shown === undefined || (row !== undefined && sameAtDestination(shown, row));
    if (!isOther && shown.size === ours.size) found.push(path);
  }
  return found.length === 1 ? found[0] : undefined;
}

/** Resolves with false where others have taken the old names by now; the move itself has taken place all the same. */
async function comesBack(
  remote: Remote,
  from: RelPath,
  to: RelPath,
  paths: readonly RelPath[],
): Promise<boolean> {
  try {
    await putBack(remote, from, to, paths);
    return true;
  } catch (error) {
    if (isSyncError(error) && error.verdict === 'skip_entry' && !error.inDoubt) return false;
    throw error;
  }
}

/** How much the destination's clock and ours, and the times of two requests, may differ, in milliseconds. */
const ABOUT_MS = 60_000;

/**
 * Whether an entry that nobody knew of came along with a moved folder: by the time that is shown, it was put there at about
 * the time of the move. An entry that was put at the new name later is where it belongs.
 */
const cameAlong = ({ kind, modifiedMs }: Deviation, { at }: StoredIntent): boolean =>
  kind === 'extra' && modifiedMs !== undefined && Math.abs(modifiedMs - at) < ABOUT_MS;

const MOVED_BACK: Problem = {
  code: 'moved_back',
  severity: 'warning',
  message: 'came along with a folder that an interrupted run had moved; it is back at its old place',
};

const FOUND_THERE: Problem = {
  code: 'found_there',
  severity: 'warning',
  message: 'was found in a folder that an interrupted run had moved, and is not ours; it stays where it is',
};

/** Files that are looked at to see whether a folder moved; others may have taken some of them away. */
const ENOUGH = 5;

/**
 * Whether the folder at the new name is the one that moved. Its old name may be there again, with what was put back; and
 * before its move another folder, with files of the same names, may have been at the new one.
 */
async function hasCome(
  { path: from, to }: StoredIntent,
  { remote, ledger }: RecoveryParts,
): Promise<boolean> {
  const files: LedgerRow[] = [];
  for (const page of ledger.rows(from)) {
    const there = page.filter(({ path, loaded }) => !isFolderPath(path) && loaded !== true);
    files.push(...there.slice(0, ENOUGH - files.length));
    if (files.length >= ENOUGH) break;
  }
  let come = false;
  for (const row of files) {
    const [before, after] = await Promise.all([
      remote.stat(remote.root + row.path),
      remote.stat(remote.root + to! + row.path.slice(from.length)),
    ]);
    // a file that others put there by now is not as the row has it
    if (before !== undefined && sameAtDestination(before, row)) return false;
    come ||= after?.size === row.size;
  }
  return come;
}

/** Content that waits under a hidden name goes back, or on to its new name; with both names taken it is uploaded anew. */
async function settleWaiting(
  { path: from, to, reason }: StoredIntent,
  via: RelPath,
  options: RecoveryParts,
): Promise<LedgerChange> {
  const { remote, ledger, onProblem, times } = options;
  const waited = rowKey(via, options) ?? from;
  if (isFolderPath(via)) {
    const { deviations } = await lookAfterMove(options, waited, via);
    const free = await isFree(remote, remote.root + from.slice(0, -1));
    const on = !free && (await isFree(remote, remote.root + to!.slice(0, -1)));
    const place = on && (await moves(remote, via, remote.root + to!)) ? to! : from;
    const taken =
      place === from ? await putBackFolder(remote, via, remote.root + from, isOursIn(deviations)) : undefined;
    tellLeft({ problem: onProblem }, via, taken?.left);
    const dropped = taken?.names;
    return () => returnRows({ ledger, times, from: waited, to: place, deviations, dropped });
  }
  for (const path of [from, to!]) {
    if (!(await isFree(remote, remote.root + path)) || !(await moves(remote, via, remote.root + path)))
      continue;
    return () => rename(ledger, waited, path, times);
  }
  // the file is ours and still at the source: it is uploaded like any other that the destination lacks. Its row is forgotten
  // first: a run that dies after the removal must not leave a row by which the file at the new name passes for this one
  const row = ledger.get(waited);
  ledger.transaction(() => forget(options, waited));
  await discard(options, { path: from, at: via, size: row?.size });
  onProblem(to!, { ...UPLOADED_ANEW, message: `${UPLOADED_ANEW.message} (${reason})` });
  return undefined;
}

/** The row of a hidden name. Hidden names of an earlier release lay in the target, and their rows had that path. */
function rowKey(via: RelPath, { ledger, remote }: RecoveryParts): RelPath | undefined {
  const keys = [via, via.startsWith(remote.root) ? via.slice(remote.root.length) : via];
  return keys.find((key) => ledger.get(key) !== undefined);
}

const forget = ({ ledger }: RecoveryParts, path: RelPath): void =>
  isFolderPath(path) ? ledger.forgetFolder(path) : ledger.forget(path);

/**
 * Whether neither a file nor a folder has the name. The look at a file comes last, for others may put one there any
 * time.
 */
const isFree = async (remote: Remote, path: RelPath): Promise<boolean> =>
  !(await remote.exists(`${path}/`)) && !(await remote.exists(path));

async function moves(remote: Remote, from: RelPath, to: RelPath): Promise<boolean> {
  try {
    await remote.move(from, to);
    return true;
  } catch (error) {
    if (isSyncError(error) && error.verdict === 'skip_entry') return false;
    throw error;
  }
}

const UPLOADED_ANEW: Problem = {
  code: 'moved_anew',
  severity: 'warning',
  message: 'an interrupted move had left it between two names that are both taken; it is uploaded anew',
};
