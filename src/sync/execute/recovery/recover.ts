import type { Problem } from '../../../model/entry.ts';
import { isSyncError, messageBeside, messageOf, type SyncError } from '../../../model/errors.ts';
import { isFolderPath } from '../../../model/path.ts';
import type { RelPath } from '../../../model/path.ts';
import { sameAtDestination } from '../../compare/decide.ts';
import { folderRow } from '../../ledger/ledger-row.ts';
import type { StoredIntent } from '../../ledger/intent.ts';
import { lookAfterMove } from '../looks/look-after-move.ts';
import { returnRows } from '../looks/folder-rows.ts';
import { isOursIn, putBackFolder, removeFolder, tellLeft } from '../moves/put-back.ts';
import { settleMove } from './recover-move.ts';
import { discard } from './discard.ts';
import type { FileLooks, LedgerChange, RecoveryParts } from './recovery-parts.ts';
import { SharedLooks, singleLooks } from './shared-looks.ts';
import { pathsOf, standingAlone } from './standing-alone.ts';
import { finishDetour } from '../uploads/replace.ts';

/**
 * Settles the changes that an earlier run, or round, had begun when it ended. Only their paths are looked at, with one
 * request for each, or one listing for several files of a folder. A change that turns out to be made is recorded as if that run had lived; any other is left for the
 * pass to plan anew.
 */
export async function recoverIntents(options: RecoveryParts): Promise<number> {
  const intents = options.ledger.intents();
  // folders that were to be removed by way of a hidden name come back first: other files may have been on their way there
  for (const intent of intents)
    if (intent.op === 'remove' && intent.via !== undefined) await settle(intent, options);
  const alone = standingAlone(intents);
  // a move within a cycle is begun after the cycle, and settled before it; all other intents are independent
  const moves = intents.filter((intent) => intent.op === 'move' && !alone.has(intent)).reverse();
  for (const intent of moves) await settle(intent, options);
  const looks = new SharedLooks(options.remote, [...alone].flatMap(pathsOf));
  const others = intents.filter(
    (intent) =>
      alone.has(intent) ||
      intent.op === 'put' ||
      intent.op === 'folder' ||
      (intent.op === 'remove' && intent.via === undefined),
  );
  await Promise.all(
    [...Map.groupBy(others, (intent) => intent.path).values()].map(async (ofOnePath) => {
      for (const intent of ofOnePath)
        await settle(intent, options, {
          contested: ofOnePath.length > 1,
          ...(alone.has(intent) && { looks }),
        });
    }),
  );
  // by now everything that waited in a hidden folder has come out
  for (const intent of intents)
    if (intent.op === 'staging' && !isStillNeeded(intent, options)) await settle(intent, options);
  return intents.length;
}

/** A replacement that could not be settled may have its only file in the hidden folder. */
const isStillNeeded = ({ via: folder }: StoredIntent, { ledger }: RecoveryParts): boolean =>
  folder!.endsWith('/') &&
  ledger.intents().some(({ op, via, aside }) => {
    const isIn = (path: RelPath | undefined): boolean => path?.startsWith(folder!) === true;
    return op !== 'staging' && (isIn(via) || isIn(aside));
  });

interface Circumstances {
  /** Several changes of one path were begun, and their files may be of one size. */
  readonly contested?: boolean;
  /** Looks that are shared with others. */
  readonly looks?: FileLooks;
}

async function settle(
  intent: StoredIntent,
  options: RecoveryParts,
  circumstances: Circumstances = {},
): Promise<void> {
  const { ledger, onProblem } = options;
  let change: LedgerChange;
  try {
    change = await SETTLE[intent.op](intent, options, circumstances);
  } catch (error) {
    // a path of which nothing can be told must not keep the others from being synced
    if (!isSyncError(error) || error.verdict !== 'skip_entry') throw error;
    if (intent.op === 'staging' && isFolderPath(intent.via!)) onProblem(intent.via!, stillThere(error));
    else
      onProblem(intent.path, {
        code: 'in_doubt',
        severity: 'warning',
        message: `what an earlier run began here could not be settled; the next run looks again: ${messageBeside(intent.path, error)}`,
      });
    return;
  }
  ledger.transaction(() => {
    change?.();
    ledger.dropIntent(intent.id);
  });
}

/** Told in the words of the run that made the folder: of one run, one of them tells it. */
const stillThere = (error: SyncError): Problem => ({
  code: 'left_aside',
  severity: 'warning',
  message: `this hidden folder could not be removed; the next run removes it: ${messageOf(error)}`,
});

/** The reason of removals of files that are in their tables. */
export const LOADED_REASON = 'loaded';

/** The reason of intents for a marker that is replaced by way of hidden names. */
export const MARKER_REASON = 'marker';

const SETTLE: Record<
  StoredIntent['op'],
  (intent: StoredIntent, options: RecoveryParts, circumstances: Circumstances) => Promise<LedgerChange>
> = {
  put: settlePut,
  move: settleMove,
  remove: settleRemove,
  folder: settleFolder,
  staging: settleStaging,
};

async function settlePut(
  intent: StoredIntent,
  options: RecoveryParts,
  { contested = false }: Circumstances,
): Promise<LedgerChange> {
  const { remote, ledger } = options;
  const final = remote.root + intent.path;
  if (intent.via !== undefined && intent.aside !== undefined) {
    const end = await finishDetour(
      remote,
      final,
      { via: intent.via, aside: intent.aside },
      {
        // a marker is empty, and no file of anybody
        discard: (at, size) =>
          intent.reason === MARKER_REASON
            ? remote.remove(at)
            : discard(options, { path: intent.path, at, size }),
      },
    );
    // nothing was there before: the file came by an earlier attempt, straight to its name
    if (end === 'withdrawn' && intent.beforeSize !== undefined) return undefined;
  }
  // a marker is no file of the source: the ledger does not keep it
  if (intent.reason === MARKER_REASON) return undefined;
  const shown = await remote.stat(final);
  if (shown === undefined || shown.size !== intent.size) return undefined;
  const isBefore = sameAsBefore(intent, shown);
  // the file that was there before is not ours
  if (isBefore === true) return undefined;
  // nor is one that somebody wrote since the run ended, though its size may be that of ours
  if (remote.takesTimes && !mayHaveTime(shown.modifiedMs, intent.modifiedMs)) return undefined;
  const isSent = isBefore === false && !contested;
  return () =>
    ledger.arrived(
      {
        path: intent.path,
        size: intent.size!,
        // where nothing tells which file this is, its version is not known: the source's file is uploaded
        version: isSent ? (intent.version ?? '') : '',
        identity: isSent ? intent.identity : undefined,
        digest: undefined,
        shownModifiedMs: shown.modifiedMs,
        pending: false,
        adopted: isBefore === undefined && (ledger.get(intent.path)?.adopted ?? true),
      },
      intent.reason,
    );
}

/** Some file systems keep times by seconds, or by two of them, and none gives a file a later time than it was told to. */
const COARSEST_MS = 2000;

/** Whether a file that was given a time may show this one. */
function mayHaveTime(shownMs: number | undefined, givenMs: number | undefined): boolean {
  if (shownMs === undefined || givenMs === undefined) return true;
  return shownMs <= givenMs && givenMs - shownMs < COARSEST_MS;
}

/**
 * Whether the file that is shown is the one that was there before the upload. Undefined: nothing tells, as it has the same
 * size, and the time of the one before was not known, such as that of a file that a moved folder brought along.
 */
function sameAsBefore(
  { beforeSize, beforeModifiedMs }: StoredIntent,
  shown: { readonly size: number; readonly modifiedMs: number | undefined },
): boolean | undefined {
  if (beforeSize !== shown.size) return false;
  return beforeModifiedMs === undefined ? undefined : beforeModifiedMs === shown.modifiedMs;
}

/** Gives a folder that was to be removed its name back, with all its contents: the pass looks at it anew. */
async function settleRemove(
  intent: StoredIntent,
  options: RecoveryParts,
  { looks = singleLooks(options.remote) }: Circumstances,
): Promise<LedgerChange> {
  const { remote, ledger, times } = options;
  const { path, via, reason } = intent;
  if (via !== undefined && (await remote.exists(via))) {
    const { deviations } = await lookAfterMove(options, path, via);
    if (deviations.length === 0 && (await remote.exists(remote.root + path.slice(0, -1)))) {
      // by now a file has the name: the folder was to go for that file
      await discard(options, { path, at: via });
      return () => ledger.forgetFolder(path);
    }
    const taken = await putBackFolder(remote, via, remote.root + path, isOursIn(deviations));
    tellLeft({ problem: options.onProblem }, via, taken?.left);
    const dropped = taken?.names;
    return () => returnRows({ ledger, times, from: path, to: path, deviations, dropped });
  }
  if (reason === LOADED_REASON) return settleLoaded(path, options);
  if (await looks.exists(path)) return undefined;
  return () => (isFolderPath(path) ? ledger.forgetFolder(path) : ledger.forget(path));
}

/** A file that was to leave because it is loaded. What others have put under its name since shows that it left, too. */
async function settleLoaded(path: RelPath, { remote, ledger }: RecoveryParts): Promise<LedgerChange> {
  const row = ledger.get(path);
  const shown = await remote.stat(remote.root + path);
  if (row === undefined || (shown !== undefined && sameAtDestination(shown, row))) return undefined;
  return () => ledger.left(path);
}

async function settleFolder(
  { path, reason }: StoredIntent,
  { remote, ledger }: RecoveryParts,
): Promise<LedgerChange> {
  if (!(await remote.exists(remote.root + path))) return undefined;
  return () => {
    if (ledger.get(path) === undefined) ledger.put(folderRow(path), reason);
  };
}

async function settleStaging(intent: StoredIntent, { remote, learnt }: RecoveryParts): Promise<LedgerChange> {
  const via = intent.via!;
  if (!isFolderPath(via)) await remote.remove(via);
  else if (await remote.exists(via)) await removeFolder(remote, via, learnt);
  return undefined;
}
