import { isSyncError, messageOf } from '../../../model/errors.ts';
import { runPass } from '../../../sync/pass.ts';
import type { PlanLine } from '../../../model/plan.ts';
import type { PassResult } from '../../../sync/pass-options.ts';
import {
  parseSource,
  parseStageAddress,
  type SourceAddress,
  type StageAddress,
} from '../../../jobs/addresses.ts';
import type { SyncFlags } from './command.ts';
import type { Context } from '../../context.ts';
import { EXIT, statusOfError, statusOfOutcome, type ExitStatus } from '../../exit-status.ts';
import { checkFlags, openPair } from '../../../jobs/open-job.ts';
import { watchReader } from '../../process/reader-gone.ts';
import { openReaders } from '../../output/open-readers.ts';
import { printable } from '../../../model/printable.ts';
import type { Reader } from '../../output/reader.ts';

/** What `plan` and `apply` add to a sync. */
export interface PlanFileUse {
  /** Gets the labels of both ends before anything is done; may reject. */
  readonly onOpened?: (ends: { readonly source: string; readonly destination: string }) => void;
  /** Gets every action of the plan. */
  readonly onPlanned?: (line: PlanLine) => void;
  /** Does only these. */
  readonly approved?: Iterable<PlanLine>;
  readonly command: string;
  /** Something else is written to stdout: text goes to stderr. */
  readonly textAside?: boolean;
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
  const reader = await openReaders(context, flags, use.textAside ?? false);
  // of a dry run that writes no plan file, and of a plan on stdout, what is written there is all that it does
  const isForReader = flags.dryRun === true && (use.onPlanned === undefined || use.textAside === true);
  const { stdout } = context.host;
  const unwatch = watchReader(isForReader ? stdout.fd : undefined, () => context.out.giveUp());
  let result: PassResult;
  try {
    result = await pass(context, from, to, flags, reader, use);
  } catch (error) {
    reader.abandon();
    throw error;
  } finally {
    unwatch();
  }
  reader.finish(result.report, result.error);
  const { stoppedBy, draining } = context.stop;
  if (isForReader) await context.out.flush();
  if (isForReader && context.out.closed) return EXIT.interrupted;
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
  const dryRun = flags.dryRun ?? false;
  const pair = await openPair(opened, context, from, to, flags, { command: use.command, dryRun });
  use.onOpened?.({ source: pair.source.label, destination: pair.destination.label });
  return await runPass({
    ...pair,
    // there is nothing in flight to be finished: the first signal ends a dry run
    signal: dryRun ? pair.draining : pair.signal,
    dryRun,
    trustLedger: flags.trustLedger ?? false,
    approved: use.approved,
    onEvent: (event) => {
      if (event.type === 'planned') use.onPlanned?.(event);
      reader.onEvent(event);
    },
  });
}
