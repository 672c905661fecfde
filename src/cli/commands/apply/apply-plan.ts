import { checkJob } from '../../../jobs/check-job.ts';
import { readPlanFile } from '../../../jobs/plan-file/plan-file.ts';
import { placesOf, refuseOther } from '../../../jobs/plan-file/plan-places.ts';
import type { Context } from '../../context.ts';
import type { ExitStatus } from '../../exit-status.ts';
import type { S3Flags, StageFlags } from '../../flags/authority-flags.ts';
import type { GuardFlags } from '../../flags/guard-flags.ts';
import type { OutputFlags } from '../../flags/output-flags.ts';
import { jobSurroundings } from '../../surroundings.ts';
import { runJob } from '../../run-job.ts';

/**
 * The flags of `stagesync apply`: where requests go and as whom, how far it may go, and how it is shown. What is done,
 * and how, is in the plan.
 */
export interface ApplyFlags extends OutputFlags, GuardFlags, StageFlags, Omit<S3Flags, 'sqsQueue'> {}

/**
 * `stagesync apply`. Where requests go and what authorises them is what `flags` and the environment say; a plan that was
 * made for something else rejects with `config`.
 */
export function applyPlan(context: Context, file: string, flags: ApplyFlags): Promise<ExitStatus> {
  const { header, lines } = readPlanFile(file, context.host.cwd);
  const { job, madeFor } = header;
  const { maxDelete, force } = flags;
  const around = jobSurroundings(context, flags, {
    command: 'stagesync apply',
    guards: { maxDelete, force },
  });
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
