import { isDeepStrictEqual } from 'node:util';
import type { JobsFile, NamedJob } from '../../jobs-file/jobs-file.ts';

/** What another version of a jobs file asks for. */
export interface Reload {
  /** Jobs that go on untouched. */
  readonly kept: readonly string[];
  readonly ended: readonly string[];
  /** Each begins once nothing that ends is in its way. */
  readonly begun: readonly NamedJob[];
}

type Jobs = Pick<JobsFile, 'jobs' | 'profiles'>;

const profileOf = ({ profiles }: Jobs, { job }: NamedJob): unknown =>
  job.profile === undefined ? undefined : profiles[job.profile];

/** Compares what runs with what is to run. A job has changed when anything of it has, or of its profile. Pure. */
export function planReload(running: Jobs, wanted: Jobs): Reload {
  const isSame = (named: NamedJob): boolean => {
    const before = running.jobs.find(({ name }) => name === named.name);
    return (
      before !== undefined &&
      isDeepStrictEqual(before, named) &&
      isDeepStrictEqual(profileOf(running, before), profileOf(wanted, named))
    );
  };
  const kept = new Set(wanted.jobs.filter(isSame).map(({ name }) => name));
  return {
    kept: [...kept],
    ended: running.jobs.filter(({ name }) => !kept.has(name)).map(({ name }) => name),
    begun: wanted.jobs.filter(({ name }) => !kept.has(name)),
  };
}

/** Whether a job that ends holds what another one needs: its name, or a destination of which one lies in the other. */
export function isInWay(ending: NamedJob, next: NamedJob): boolean {
  if (ending.name === next.name) return true;
  const [a, b] = [folderOf(ending), folderOf(next)];
  return a.startsWith(b) || b.startsWith(a);
}

/** Spellings that differ in case can mean one deployment. To wait for a job in vain costs a moment. */
const folderOf = ({ job: { to } }: NamedJob): string => `${to.toLowerCase().replace(/\/+$/, '')}/`;
