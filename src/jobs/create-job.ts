import { wholeAddress, type Address } from './addresses.ts';
import type { Job, JobSections } from './job.ts';
import { defaultsOf } from './settings/settings.ts';

/** A job as one writes it: only the ends have to be given. */
export interface JobInput {
  readonly name?: string | undefined;
  readonly from: string | Address;
  readonly to: string | Address;
  readonly what?: Partial<JobSections['what']> | undefined;
  readonly pace?: Partial<JobSections['pace']> | undefined;
  readonly when?: Partial<JobSections['when']> | undefined;
  readonly load?: Partial<JobSections['load']> | undefined;
  readonly profile?: string | undefined;
}

/** The whole job, with the defaults of all that is not given. A relative path of a directory is read from `folder`. */
export function createJob(input: JobInput, folder: string): Job {
  const { name, when, load, profile } = input;
  return {
    ...(name !== undefined && { name }),
    from: wholeAddress(input.from, folder),
    to: wholeAddress(input.to, folder),
    what: { ...defaultsOf('what'), ...given(input.what) },
    pace: { ...defaultsOf('pace'), ...given(input.pace) },
    ...(when !== undefined && { when: { ...defaultsOf('when'), ...given(when) } }),
    ...(load !== undefined && { load: { ...defaultsOf('load'), ...given(load) } }),
    ...(profile !== undefined && { profile }),
  };
}

/** The keys with a value: a key whose value is undefined counts as not given. */
const given = <Section extends object>(section: Section | undefined): Section =>
  Object.fromEntries(Object.entries(section ?? {}).filter(([, value]) => value !== undefined)) as Section;
