import { dirname } from 'node:path';
import { EMBEDDED, parsePlace, type PlaceAddress } from '../jobs/addresses.ts';
import type { Authority, S3Authority, StageAuthority } from '../jobs/authority.ts';
import { parseRemovalLimit } from '../jobs/settings/quantities.ts';
import type { Surroundings } from '../jobs/surroundings.ts';
import type { JobsFile, NamedJob } from './jobs-file.ts';

/**
 * The surroundings in which a job of the file runs. Of `around` the authority counts before that of the profile, value by
 * value: it is what flags say. What the ends of the job have no use for is left out: a profile, and flags for several
 * jobs, may say more than one job needs.
 */
export function jobSurroundings(file: JobsFile, named: NamedJob, around: Surroundings): Surroundings {
  const { job, guards, sqsQueue } = named;
  const profile = job.profile === undefined ? undefined : file.profiles[job.profile]?.authority;
  const both: Authority = {
    stage: { ...profile?.stage, ...given(around.authority.stage) },
    s3: { ...profile?.s3, sqsQueue, ...given(around.authority.s3) },
  };
  const authority = forEnds(both, [job.from, job.to]);
  const maxDelete = guards.maxDelete === undefined ? undefined : parseRemovalLimit(guards.maxDelete);
  return {
    ...around,
    folder: dirname(file.path),
    authority,
    profiles: job.profile === undefined ? {} : { [job.profile]: authority },
    guards: { ...around.guards, ...(maxDelete !== undefined && { maxDelete }) },
  };
}

const given = <Part extends StageAuthority | S3Authority>(part: Part): Part =>
  Object.fromEntries(Object.entries(part).filter(([, value]) => value !== undefined)) as Part;

function forEnds({ stage, s3 }: Authority, ends: readonly string[]): Authority {
  const places = ends.map((end): PlaceAddress => parsePlace(end, 'it', '/'));
  const hasBucket = places.some(({ kind }) => kind === 's3');
  const hasDeployment = places.some((place) => place.kind === 'stage' && place.deployment !== EMBEDDED);
  return { stage: hasDeployment ? stage : {}, s3: hasBucket ? s3 : {} };
}
