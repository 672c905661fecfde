import { readRules } from '../jobs/filters/read-filters.ts';
import type { Job } from '../jobs/job.ts';
import type { Context } from './context.ts';
import type { JobFlags } from './flags/job-flags.ts';

/** The job of a file with what flags say besides: a flag counts before the file, and filters as one. */
export function jobWithFlags(
  { host }: Pick<Context, 'host'>,
  job: Job,
  { what, pace, filters }: JobFlags,
): Job {
  const rules = filters.length === 0 ? undefined : readRules(filters, host.cwd, undefined);
  return {
    ...job,
    what: { ...job.what, ...what, ...(rules !== undefined && { filters: rules }) },
    pace: { ...job.pace, ...pace },
  };
}
