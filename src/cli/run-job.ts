import { openTracing } from '../daemon/tracing/open-tracing.ts';
import { openJob } from '../jobs/open-job.ts';
import type { Job } from '../jobs/job.ts';
import type { Surroundings } from '../jobs/surroundings.ts';
import { isSyncError, messageOf } from '../model/errors.ts';
import type { PlanLine } from '../model/plan.ts';
import { printable } from '../model/printable.ts';
import type { PassResult } from '../sync/pass-options.ts';
import { beforeAnything } from './before-anything.ts';
import type { Context, SharedDisplay } from './context.ts';
import { EXIT, statusOfError, statusOfOutcome, type ExitStatus } from './exit-status.ts';
import type { OutputFlags } from './flags/output-flags.ts';
import type { Reader, RunName } from './output/reader.ts';
import { watchReader } from './process/reader-gone.ts';

/** How a single run is shown, and what `plan` and `apply` add to it. */
export interface RunUse {
  readonly output: OutputFlags;
  /** Gets the labels of both ends before anything is done; may reject. */
  readonly onOpened?: (labels: { readonly source: string; readonly destination: string }) => void;
  /** Gets every action of the plan. */
  readonly onPlanned?: (line: PlanLine) => void;
  /** Only these actions are done. */
  readonly approved?: Iterable<PlanLine>;
  /** True when something else is written to stdout, so that text goes to stderr. */
  readonly textAside?: boolean;
  /** Which of several jobs this is. */
  readonly job?: RunName | undefined;
  /** The display that this run shares with others. */
  readonly jobs?: SharedDisplay | undefined;
  /** Gets what came of the pass. */
  readonly onResult?: (result: PassResult) => void;
}

/** One pass over a job, shown. Resolves with the exit status; rejects when the run fails before its pass begins. */
export async function runJob(
  context: Context,
  job: Job,
  around: Surroundings,
  use: RunUse,
): Promise<ExitStatus> {
  const textAside = use.textAside ?? false;
  const { output, job: name, jobs } = use;
  const reader = await context.openReader({ ...output, textAside, job: name, jobs });
  // a dry run without a plan file, and a plan on stdout, do nothing but write to stdout
  const isForReader = around.dryRun && (use.onPlanned === undefined || textAside);
  const { stdout } = context.host;
  const unwatch = watchReader(isForReader ? stdout.fd : undefined, () => context.out.giveUp());
  let result: PassResult;
  try {
    result = await shownPass(job, around, reader, use);
  } catch (error) {
    reader.abandon();
    throw error;
  } finally {
    unwatch();
  }
  reader.finish(result.report, result.error);
  use.onResult?.(result);
  if (isForReader) await context.out.flush();
  if (isForReader && context.out.closed) return EXIT.interrupted;
  return statusOf(context, result, use);
}

async function shownPass(
  job: Job,
  around: Surroundings,
  reader: Reader,
  { onOpened, onPlanned, approved }: RunUse,
): Promise<PassResult> {
  await using opened = new AsyncDisposableStack();
  const traced = await openTracing();
  const pair = await openJob(opened, job, traced(around)).catch((error: unknown) => {
    throw beforeAnything(error);
  });
  onOpened?.({ source: pair.source.label, destination: pair.destination.label });
  return await pair.run({
    approved,
    onEvent: (event) => {
      if (event.type === 'planned') onPlanned?.(event);
      reader.onEvent(event);
    },
  });
}

/** The exit status of a pass that came to an end; says what ended it early. */
function statusOf({ stop, err }: Context, { report, error }: PassResult, { job }: RunUse): ExitStatus {
  if (error === undefined) return statusOfOutcome(report.outcome, stop.stoppedBy);
  const why = error.code === 'interrupted' ? `${messageOf(stop.draining.reason)}: ` : '';
  const name = job === undefined || job.isAlone ? '' : `${job.name}: `;
  err.line(`stagesync: ${printable(name + why + messageOf(error))}`);
  return isSyncError(error)
    ? statusOfError(error.code, stop.stoppedBy)
    : statusOfOutcome(report.outcome, stop.stoppedBy);
}
