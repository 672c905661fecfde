import { surroundingsOfJob } from '../jobs-file/surroundings-of-job.ts';
import type { JobsFile, NamedJob } from '../jobs-file/jobs-file.ts';
import { readRules } from '../jobs/filters/read-filters.ts';
import type { Job } from '../jobs/job.ts';
import { defaultsOf } from '../jobs/settings/settings.ts';
import type { Guards, Surroundings } from '../jobs/surroundings.ts';
import type { JobFlags } from './flags/job-flags.ts';

/** The job of a file with what flags say besides: a flag counts before the file, and filters as one. `cwd` is absolute. */
export function jobWithFlags(job: Job, { typed, filters }: JobFlags, cwd: string): Job {
  const rules = filters.length === 0 ? undefined : readRules(filters, cwd, undefined);
  return {
    ...job,
    what: { ...job.what, ...typed.what, ...(rules !== undefined && { filters: rules }) },
    pace: { ...job.pace, ...typed.pace },
    ...(Object.keys(typed.load ?? {}).length > 0 && {
      load: { ...defaultsOf('load'), ...job.load, ...typed.load },
    }),
  };
}

/** The surroundings of a job of a file; a limit of removals that was typed counts before that of the file. */
export function surroundingsWithFlags(
  file: JobsFile,
  named: NamedJob,
  {
    around,
    maxDelete,
  }: { readonly around: Surroundings; readonly maxDelete: Guards['maxDelete'] | undefined },
): Surroundings {
  const inFile = surroundingsOfJob(file, named, around);
  return maxDelete === undefined ? inFile : { ...inFile, guards: { ...inFile.guards, maxDelete } };
}
