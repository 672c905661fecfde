import { readRules } from '../jobs/filters/read-filters.ts';
import type { Job } from '../jobs/job.ts';
import type { JobFlags } from './flags/job-flags.ts';

/** The job of a file with what flags say besides: a flag counts before the file, and filters as one. `cwd` is absolute. */
export function jobWithFlags(job: Job, { what, pace, filters }: JobFlags, cwd: string): Job {
  const rules = filters.length === 0 ? undefined : readRules(filters, cwd, undefined);
  return {
    ...job,
    what: { ...job.what, ...what, ...(rules !== undefined && { filters: rules }) },
    pace: { ...job.pace, ...pace },
  };
}
