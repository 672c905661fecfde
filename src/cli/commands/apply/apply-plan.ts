import { addressText } from '../../../jobs/addresses.ts';
import { checkJob } from '../../../jobs/check-job.ts';
import type { Job } from '../../../jobs/job.ts';
import { readPlanFile, type PlanHeader } from '../../../jobs/plan-file/plan-file.ts';
import { placesOf, refuseOther } from '../../../jobs/plan-file/plan-places.ts';
import type { Surroundings } from '../../../jobs/surroundings.ts';
import { unusablePlan } from '../../../jobs/usage-errors.ts';
import { printable } from '../../../model/printable.ts';
import type { Context } from '../../context.ts';
import type { ExitStatus } from '../../exit-status.ts';
import type { S3Flags, StageFlags } from '../../flags/authority-flags.ts';
import type { GuardFlags } from '../../flags/guard-flags.ts';
import type { OutputFlags } from '../../flags/output-flags.ts';
import { surroundingsWithFlags } from '../../job-with-flags.ts';
import { hasJobsFile, type FileFlags } from '../../jobs-file.ts';
import { openJobsFile } from '../../open-jobs-file.ts';
import { jobSurroundings } from '../../surroundings.ts';
import { runJob } from '../../run-job.ts';

/**
 * The flags of `stagesync apply`: where requests go and as whom, how far it may go, and how it is shown. What is done,
 * and how, is in the plan.
 */
export interface ApplyFlags
  extends FileFlags, OutputFlags, GuardFlags, StageFlags, Omit<S3Flags, 'sqsQueue'> {
  /** Whether --max-delete was typed. */
  readonly isLimited: boolean;
}

/**
 * `stagesync apply`. Where requests go and what authorises them is what `flags`, the environment and the jobs file of whoever
 * applies the plan say; a plan that was made for something else rejects with `config`.
 */
export function applyPlan(context: Context, file: string, flags: ApplyFlags): Promise<ExitStatus> {
  const { header, lines } = readPlanFile(file, context.host.cwd);
  const { madeFor } = header;
  const { maxDelete, force } = flags;
  const { job, around } = plannedWithFile(
    context,
    { file, header, flags },
    jobSurroundings(context, flags, { command: 'stagesync apply', guards: { maxDelete, force } }),
  );
  const { authority, environment } = around;
  const places = placesOf(environment, authority, checkJob(job, authority, environment));
  refuseOther(file, 'baseUrl', madeFor.baseUrl, places.baseUrl);
  refuseOther(file, 's3Endpoint', madeFor.s3Endpoint, places.s3Endpoint);
  return runJob(context, job, around, {
    output: flags,
    approved: lines,
    onOpened: (labels) => {
      refuseOther(file, 'destination', madeFor.destination, labels.destination);
      refuseOther(file, 'source', madeFor.source, labels.source);
    },
  });
}

/**
 * The job that was planned, and where there is a jobs file in its surroundings: its profile and its limits. A plan may name a job, not what the job
 * is trusted with: rejects with `config` a plan that goes elsewhere than the job does.
 */
function plannedWithFile(
  context: Context,
  { file, header, flags }: { readonly file: string; readonly header: PlanHeader; readonly flags: ApplyFlags },
  around: Surroundings,
): { readonly job: Job; readonly around: Surroundings } {
  const { ofJob, job } = header;
  // where the plan came to another machine, flags and environment say all
  if (ofJob === undefined || !hasJobsFile(context.host, flags)) return { job, around };
  const opened = openJobsFile(context, flags.file);
  const name = JSON.stringify(ofJob);
  const named = opened.file.jobs.find((each) => each.name === ofJob);
  if (named === undefined)
    throw unusablePlan(
      file,
      `was made for the job ${name}, which ${printable(opened.shown)} does not have: name the jobs file with --file, or make a new plan`,
    );
  const inFile = surroundingsWithFlags(opened.file, named, {
    around,
    maxDelete: flags.isLimited ? around.guards.maxDelete : undefined,
  });
  const { from } = checkJob(named.job, inFile.authority, inFile.environment);
  if (addressText(from) !== job.from || named.job.to !== job.to)
    throw unusablePlan(
      file,
      `was made for the job ${name} from ${printable(job.from)} to ${printable(job.to)}, and the job goes from ${printable(named.job.from)} to ${printable(named.job.to)}: make a new plan`,
    );
  return { job: { ...job, name: ofJob }, around: { ...inFile, historyMs: named.historyMs } };
}
