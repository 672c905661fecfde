import type { NamedJob } from '../../../jobs-file/jobs-file.ts';
import type { ExplainedFile } from '../../../jobs-file/read-jobs-file.ts';
import { ENVIRONMENT_ONLY, type Authority } from '../../../jobs/authority.ts';
import type { Job } from '../../../jobs/job.ts';
import type { Guards } from '../../../jobs/surroundings.ts';
import type { Context } from '../../context.ts';
import type { JobFlags } from '../../flags/job-flags.ts';
import { authorityValues, budgetValues } from './explained/authority-values.ts';
import { jobValues, runValues, settingValues } from './explained/job-values.ts';
import { sqlValues } from './explained/sql-values.ts';
import { valueLines } from './explained/value-lines.ts';

/** What flags say besides the file. */
export interface ConfigFlags {
  readonly json?: true | undefined;
  readonly job?: Pick<JobFlags, 'filters' | 'typed'>;
  /** The job with what the flags say. Default: as the file has it. */
  readonly withFlags?: (job: Job) => Job;
  readonly authority?: Authority;
  readonly maxDelete?: Guards['maxDelete'] | undefined;
}

const NO_JOB_FLAGS = { filters: [], typed: {} } as const;

/** Prints each value of the jobs with where it comes from; values that may be secret are never among them. */
export function explainConfig(
  context: Context,
  { origins, shown, file }: ExplainedFile & { readonly shown: string },
  jobs: readonly NamedJob[],
  {
    json,
    job: jobFlags = NO_JOB_FLAGS,
    withFlags = (job) => job,
    authority = ENVIRONMENT_ONLY,
    maxDelete,
  }: ConfigFlags,
): void {
  for (const named of jobs) {
    const ofJob = origins.get(named.name) ?? new Map();
    const values = [
      ...jobValues(named, ofJob),
      ...settingValues(withFlags(named.job), { origins: ofJob, flags: jobFlags }),
      ...runValues(named, { origins: ofJob, maxDelete }),
      ...authorityValues(file.profiles[named.job.profile ?? '']?.authority, {
        origins: ofJob,
        flags: authority,
        environment: context.environment,
        tokenCommand: file.profiles[named.job.profile ?? '']?.tokenCommand,
      }),
      ...budgetValues(named, { origins: ofJob, flag: authority.budget, environment: context.environment }),
      ...(named.job.load === undefined
        ? []
        : sqlValues(file.profiles[named.job.profile ?? ''], {
            origins: ofJob,
            flags: authority,
            environment: context.environment,
          })),
    ];
    if (json === true) context.out.line(JSON.stringify({ job: named.name, file: file.path, values }));
    else for (const line of valueLines(named.name, values, shown)) context.out.line(line);
  }
}
