import { parseDestination, parseSource } from '../jobs/addresses.ts';
import { directoryOf } from '../jobs/check-job.ts';
import { createJob } from '../jobs/create-job.ts';
import { readRules } from '../jobs/filters/read-filters.ts';
import type { Job } from '../jobs/job.ts';
import type { Context } from './context.ts';
import type { JobFlags } from './flags/job-flags.ts';

/** The two addresses of a command line. */
export interface Ends {
  readonly source: string;
  readonly dest: string;
}

/**
 * The job that a command line says. Files of rules are read here, once: the job holds the rules. Rejects with `usage`
 * for a text that is no address or no rule.
 */
export function jobFromFlags({ host }: Context, { source, dest }: Ends, flags: JobFlags): Job {
  const ends = { from: parseSource(source, host.cwd), to: parseDestination(dest, host.cwd) };
  const filters = readRules(flags.filters, host.cwd, directoryOf(ends));
  const { what, pace, when, load, typed } = flags;
  // a command line that says nothing of loading asks nothing of a database
  const asked = Object.keys(typed.load ?? {}).length > 0 ? load : undefined;
  return createJob({ from: source, to: dest, what: { ...what, filters }, pace, when, load: asked }, host.cwd);
}
