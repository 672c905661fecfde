import { sep } from 'node:path';
import { isSyncError, messageOf } from '../model/errors.ts';
import { openLedger } from '../sync/ledger/ledger.ts';
import { runPass } from '../sync/pass.ts';
import { systemClock } from '../sync/clock.ts';
import type { PlanLine } from '../model/plan.ts';
import type { PassResult } from '../sync/options.ts';
import {
  EMBEDDED,
  folderPath,
  parseSource,
  parseStageAddress,
  type SourceAddress,
  type StageAddress,
} from './addresses.ts';
import type { SyncFlags } from './commands/sync.ts';
import type { Context } from './context.ts';
import { statusOfError, statusOfOutcome, type ExitStatus } from './exit-status.ts';
import { ATTEMPTS } from './stage-gate.ts';
import { openSource } from './open-source.ts';
import { openStage } from './open-stage.ts';
import { readFilters } from './read-filters.ts';
import { openReaders } from './render/open-readers.ts';
import { printable } from './render/printable.ts';
import type { Reader } from './render/reader.ts';
import { usageError } from './usage.ts';

/** What `plan` and `apply` add to a sync. */
export interface PlanFileUse {
  /** Gets every action of the plan. */
  readonly onPlanned?: (line: PlanLine) => void;
  /** Does only these. */
  readonly approved?: Iterable<PlanLine>;
  readonly command: string;
}

/** `stagesync sync`. Resolves with the exit status; rejects when the run fails before its pass begins. */
export async function runSync(
  context: Context,
  sourceText: string,
  destText: string,
  flags: SyncFlags,
  use: PlanFileUse = { command: 'stagesync sync' },
): Promise<ExitStatus> {
  const from = parseSource(sourceText, context.host.cwd);
  const to = parseStageAddress(destText, 'DEST');
  checkFlags(flags, from, to, context);
  const reader = await openReaders(context, flags);
  let result: PassResult;
  try {
    result = await pass(context, from, to, flags, reader, use);
  } catch (error) {
    reader.abandon();
    throw error;
  }
  reader.finish(result.report, result.error);
  const { stoppedBy, draining } = context.stop;
  if (result.error !== undefined) {
    const why = result.error.code === 'interrupted' ? `${messageOf(draining.reason)}: ` : '';
    context.err.line(`stagesync: ${printable(why + messageOf(result.error))}`);
  }
  return isSyncError(result.error)
    ? statusOfError(result.error.code, stoppedBy)
    : statusOfOutcome(result.report.outcome, stoppedBy);
}

async function pass(
  context: Context,
  from: SourceAddress,
  to: StageAddress,
  flags: SyncFlags,
  reader: Reader,
  use: PlanFileUse,
): Promise<PassResult> {
  await using opened = new AsyncDisposableStack();
  const source = await openSource(from, flags, context.environment, flags.concurrency);
  opened.defer(() => source.close());
  const filter = readFilters(flags.filters, context.host.cwd, from.kind === 'local' ? from.root : undefined);
  const destination = await openStage(context, {
    address: to,
    root: folderPath(to),
    flags,
    concurrency: flags.concurrency,
  });
  opened.defer(() => destination.close());
  const ledger = openLedger({
    folder: context.environment.stateFolder,
    source: source.label,
    destination: destination.label,
    command: use.command,
    pid: process.pid,
  });
  opened.defer(() => ledger.close());
  return await runPass({
    source,
    destination,
    ledger,
    filter,
    removal: flags.mirror ? 'everything' : flags.delete ? 'ours' : 'none',
    compare: flags.compare,
    maxDelete: flags.maxDelete,
    force: flags.force,
    concurrency: flags.concurrency,
    dryRun: flags.dryRun ?? false,
    moves: flags.moves,
    trustLedger: flags.trustLedger ?? false,
    atomic: flags.atomic ?? false,
    publishSet: flags.publishSet ?? false,
    marker: flags.marker,
    maxRequestsPerSecond: flags.maxRequestsPerSecond,
    maxBytesPerSecond: flags.bwlimit,
    attempts: ATTEMPTS,
    approved: use.approved,
    clock: systemClock,
    draining: context.stop.draining,
    signal: context.stop.signal,
    onEvent: (event) => {
      if (event.type === 'planned') use.onPlanned?.(event);
      reader.onEvent(event);
    },
  });
}

/** Flags that ask for something only together with others, and a source that would swallow the Stage it is sent to. */
function checkFlags(flags: SyncFlags, from: SourceAddress, to: StageAddress, { environment }: Context): void {
  if (flags.publishSet && !flags.atomic)
    throw usageError('--publish-set needs --atomic: a set is published by moving whole files in');
  if (flags.marker !== undefined && !flags.publishSet)
    throw usageError('--marker needs --publish-set: it is written when the whole set is in place');
  if (from.kind === 'local' && to.deployment === EMBEDDED && isInside(environment.stageFolder, from.root))
    throw usageError(
      `SOURCE ${printable(from.root)} holds the embedded Stage's own files (${printable(environment.stageFolder)}); choose another directory, or set XDG_DATA_HOME`,
    );
}

const isInside = (path: string, folder: string): boolean =>
  `${path}${sep}`.startsWith(folder.endsWith(sep) ? folder : `${folder}${sep}`);
