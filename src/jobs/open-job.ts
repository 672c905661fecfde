import { sep } from 'node:path';
import { systemClock } from '../sync/clock.ts';
import type { SyncError } from '../model/errors.ts';
import { isReservedName, pathProblem } from '../model/path.ts';
import { openLedger } from '../sync/ledger/open-ledger.ts';
import { openDryRunLedger } from '../sync/ledger/dry-run-ledger.ts';
import type { Ledger } from '../sync/ledger/ledger.ts';
import type { PassOptions } from '../sync/pass-options.ts';
import { PASS_DEFAULTS } from '../sync/pass-defaults.ts';
import { EMBEDDED, folderPath, type SourceAddress, type StageAddress } from './addresses.ts';
import type { PassFlags } from '../cli/commands/sync/command.ts';
import type { Context } from '../cli/context.ts';
import type { Environment } from './environment.ts';
import { openSource } from './ends/open-source.ts';
import { openStage } from './ends/open-stage.ts';
import { readFilters } from './filters/read-filters.ts';
import { realPath } from './real-path.ts';
import { printable } from '../model/printable.ts';
import { ATTEMPTS } from './ends/open-gate.ts';
import { usageError } from './usage-errors.ts';

/** What every pass over a pair has in common. */
export type Pair = Omit<PassOptions, 'onEvent' | 'dryRun' | 'trustLedger'> & { readonly ledger: Ledger };

/** What the pair is opened for. */
export interface PairUse {
  /** As a second run is told who holds the pair. */
  readonly command: string;
  /** Nothing is to be remembered: a pair that was never synced leaves no trace. */
  readonly dryRun: boolean;
}

/** Opens both ends and the ledger, which holds the pair against other runs. `opened` closes them in reverse order. */
export async function openPair(
  opened: AsyncDisposableStack,
  context: Context,
  from: SourceAddress,
  to: StageAddress,
  flags: PassFlags,
  { command, dryRun }: PairUse,
): Promise<Pair> {
  const source = await openSource(from, flags, context.environment, flags.concurrency);
  opened.defer(() => source.close());
  const filter = readFilters(flags.filters, context.host.cwd, from.kind === 'local' ? from.root : undefined);
  const destination = await openStage(context, {
    address: to,
    root: folderPath(to),
    flags,
    concurrency: flags.concurrency,
    maxWaitMs: flags.maxWait,
  });
  opened.defer(() => destination.close());
  const ledger = (dryRun ? openDryRunLedger : openLedger)({
    folder: context.environment.stateFolder,
    source: source.label,
    // 0.1 named a pair by the path as it was typed
    formerSource: from.kind === 'local' ? from.typed : undefined,
    destination: destination.label,
    command,
    pid: process.pid,
  });
  opened.defer(() => ledger.close());
  // not earlier: while modules are being loaded, a small heap costs time
  context.host.keepHeapSmall();
  return {
    source,
    destination,
    ledger,
    filter,
    removal: flags.mirror ? 'everything' : flags.delete ? 'ours' : 'none',
    deleteExcluded: flags.deleteExcluded ?? false,
    sweepOlderThanMs: flags.sweepOlderThan,
    compare: flags.compare,
    maxDelete: flags.maxDelete,
    force: flags.force,
    concurrency: flags.concurrency,
    moves: flags.moves,
    atomic: flags.atomic ?? false,
    publishSet: flags.publishSet ?? false,
    marker: flags.marker,
    maxRequestsPerSecond: flags.maxRequestsPerSecond,
    maxBytesPerSecond: flags.bwlimit,
    // a plan of an older release does not have it
    maxWaitMs: flags.maxWait ?? PASS_DEFAULTS.maxWaitMs,
    attempts: ATTEMPTS,
    clock: systemClock,
    draining: context.stop.draining,
    signal: context.stop.signal,
  };
}

/** Flags that ask for something only together with others, and a source that would swallow what stagesync itself writes. */
export function checkFlags(
  flags: PassFlags,
  from: SourceAddress,
  to: StageAddress,
  { environment }: Context,
): void {
  if (isReservedName(to.path))
    throw usageError(
      `DEST ${printable(to.path)} has a name that begins with ".stagesync-": such names are for what stagesync hides on Stage for a while; choose another`,
    );
  if (flags.publishSet && !flags.atomic)
    throw usageError('--publish-set needs --atomic: a set is published by moving whole files in');
  if (flags.deleteExcluded && !flags.delete && !flags.mirror)
    throw usageError(
      '--delete-excluded needs --delete or --mirror: those say which of the excluded files go',
    );
  if (flags.marker !== undefined && !flags.publishSet)
    throw usageError('--marker needs --publish-set: it is written when the whole set is in place');
  const wrongMarker = flags.marker === undefined ? undefined : markerProblem(flags.marker);
  if (wrongMarker !== undefined)
    throw usageError(
      `--marker ${printable(flags.marker!)} ${wrongMarker}; give a file name, as in --marker _SUCCESS`,
    );
  if (from.kind === 'local') checkOwnFolders(from.root, to, environment);
}

/** What stagesync itself writes while it works is no source: each run would find something new in it. */
function checkOwnFolders(root: string, to: StageAddress, environment: Environment): void {
  const [stage, state] = [realPath(environment.stageFolder), realPath(environment.stateFolder)];
  const refusal = (verb: string, what: string, folder: string, variable: string): SyncError =>
    usageError(
      `SOURCE ${printable(root)} ${verb} ${what} (${printable(folder)}); choose another directory, or set ${variable} to one outside it`,
    );
  const ofStage = "the embedded Stage's own files";
  if (to.deployment === EMBEDDED && isInside(stage, root))
    throw refusal('holds', ofStage, stage, 'XDG_DATA_HOME');
  if (to.deployment === EMBEDDED && isInside(root, stage))
    throw refusal('lies among', ofStage, stage, 'XDG_DATA_HOME');
  if (isInside(state, root)) throw refusal('holds', "stagesync's own state", state, 'XDG_STATE_HOME');
}

/** The marker lies in DEST itself: no other folder is sure to be there when a set has been published. */
export const markerProblem = (name: string): string | undefined =>
  name.includes('/') ? 'names a folder' : pathProblem(name);

const isInside = (path: string, folder: string): boolean =>
  `${path}${sep}`.startsWith(folder.endsWith(sep) ? folder : `${folder}${sep}`);
