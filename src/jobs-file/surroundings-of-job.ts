import { dirname } from 'node:path';
import { EMBEDDED, parsePlace, type PlaceAddress } from '../jobs/addresses.ts';
import type { Authority, S3Authority, SqlAuthority, StageAuthority } from '../jobs/authority.ts';
import type { BudgetSetting } from '../cluster/budget/budget-address.ts';
import type { Job } from '../jobs/job.ts';
import { parseRemovalLimit } from '../jobs/settings/quantities.ts';
import type { Surroundings } from '../jobs/surroundings.ts';
import { configError } from '../jobs/usage-errors.ts';
import { printable } from '../model/printable.ts';
import type { JobsFile, NamedJob } from './jobs-file.ts';
import { passwordCommandOf, tokenCommandOf } from './trust/token-command.ts';

/**
 * The surroundings in which a job of the file runs. Of `around` the authority counts before that of the profile, value by
 * value: it is what flags say. What the ends of the job have no use for is left out: a profile, and flags for several
 * jobs, may say more than one job needs. Rejects with `config` as requireTrust does.
 */
export function surroundingsOfJob(file: JobsFile, named: NamedJob, around: Surroundings): Surroundings {
  requireTrust(file, [named]);
  const { job, guards, sqsQueue, budget } = named;
  const profile = job.profile === undefined ? undefined : file.profiles[job.profile];
  const folder = dirname(file.path);
  const words = profile?.tokenCommand;
  const tokenSource = words === undefined ? {} : { tokenSource: tokenCommandOf(words, folder) };
  const passwordWords = profile?.sqlPasswordCommand;
  const passwordSource =
    passwordWords === undefined ? {} : { passwordSource: passwordCommandOf(passwordWords, folder) };
  const both: Authority = {
    stage: { ...profile?.authority.stage, ...tokenSource, ...given(around.authority.stage) },
    s3: { ...profile?.authority.s3, sqsQueue, ...given(around.authority.s3) },
    sql: { ...profile?.authority.sql, ...passwordSource, ...given(around.authority.sql ?? {}) },
    budget: around.authority.budget ?? budgetOf(named.name, budget),
  };
  const authority = forEnds(both, job);
  const maxDelete = guards.maxDelete === undefined ? undefined : parseRemovalLimit(guards.maxDelete);
  return {
    ...around,
    folder,
    authority,
    profiles: job.profile === undefined ? {} : { [job.profile]: authority },
    guards: { ...around.guards, ...(maxDelete !== undefined && { maxDelete }) },
  };
}

/** Rejects with `config` where one of the jobs needs what counts only in a trusted file, and says how to approve it. */
export function requireTrust({ path }: JobsFile, jobs: readonly NamedJob[]): void {
  const job = jobs.find(({ untrusted }) => untrusted !== undefined);
  if (job === undefined) return;
  const [{ where, does } = { where: '', does: '' }] = job.untrusted ?? [];
  throw configError(
    `the job ${job.name} needs what ${printable(path)} may only do once you approve it: ${where} ${printable(does)}. Read the file, then approve it with "stagesync trust", or name it with --file`,
  );
}

/** What is said. That requests are signed is what a command line says that says nothing of it. */
const given = <Part extends StageAuthority | S3Authority | SqlAuthority>(part: Part): Part =>
  Object.fromEntries(
    Object.entries(part).filter(
      ([name, value]) => value !== undefined && !(name === 'signRequest' && value === true),
    ),
  ) as Part;

const budgetOf = (job: string, url: string | undefined): BudgetSetting | undefined =>
  url === undefined ? undefined : { url, from: `budget of the job ${job}`, isPublic: false };

function forEnds({ stage, s3, sql, budget }: Authority, { from, to, load }: Job): Authority {
  const places = [from, to].map((end): PlaceAddress => parsePlace(end, 'it', '/'));
  const hasBucket = places.some(({ kind }) => kind === 's3');
  const hasDeployment = places.some((place) => place.kind === 'stage' && place.deployment !== EMBEDDED);
  return {
    stage: hasDeployment ? stage : {},
    s3: hasBucket ? s3 : {},
    budget,
    ...(load !== undefined && { sql: hasDeployment ? sql : { resume: sql?.resume } }),
  };
}
