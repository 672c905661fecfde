import { isDeepStrictEqual } from 'node:util';
import type { JobsFile, NamedJob } from '../../jobs-file/jobs-file.ts';

/** A job that is to begin, once those that are in its way have ended. */
export interface NewJob {
  readonly named: NamedJob;
  /** Names of jobs that end, and hold what this one needs: its name, its source or its destination. */
  readonly after: readonly string[];
}

/** What another version of a jobs file asks for. */
export interface Reload {
  /** Jobs that go on untouched. */
  readonly kept: readonly string[];
  readonly ended: readonly string[];
  readonly begun: readonly NewJob[];
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
  const ended = running.jobs.filter(({ name }) => !kept.has(name));
  return {
    kept: [...kept],
    ended: ended.map(({ name }) => name),
    begun: wanted.jobs
      .filter(({ name }) => !kept.has(name))
      .map((named) => ({
        named,
        after: ended.filter((old) => isInWay(old, named)).map(({ name }) => name),
      })),
  };
}

const isInWay = (old: NamedJob, next: NamedJob): boolean =>
  old.name === next.name || old.job.to === next.job.to;
