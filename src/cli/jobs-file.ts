import { resolve } from 'node:path';
import { didYouMean } from '../model/names/nearest-word.ts';
import { configFolder, findJobsFile } from '../jobs-file/find-jobs-file.ts';
import type { JobsFile, NamedJob } from '../jobs-file/jobs-file.ts';
import { configError, usageError } from '../jobs/usage-errors.ts';
import { printable } from '../model/printable.ts';
import type { Host } from './process/host.ts';

/** Where a command runs. */
type Place = Pick<Host, 'cwd' | 'home' | 'env'>;

export interface FileFlags {
  readonly file?: string | undefined;
}

/** The jobs file that a command is about; it need not be there where it was named. */
export interface ChosenFile {
  /** As it is shown. */
  readonly shown: string;
  /** Absolute. */
  readonly path: string;
  readonly isNamed: boolean;
}

/** Whether a jobs file is named, or lies where such files lie. */
export const hasJobsFile = (host: Place, { file }: FileFlags): boolean =>
  findJobsFile({ named: file, folder: host.cwd, home: host.home, environment: host.env }) !== undefined;

/** The file that `--file` names, or the one that lies where such files lie. Rejects with `config` where there is none. */
export function chooseJobsFile(host: Place, { file }: FileFlags): ChosenFile {
  const found = findJobsFile({ named: file, folder: host.cwd, home: host.home, environment: host.env });
  if (found === undefined)
    throw configError(
      `there is no jobs file: no stagesync.yaml, .yml or .json here, nor in ${configFolder(host.env, host.home)}; name one with --file, or write one with "stagesync init"`,
    );
  const path = resolve(host.cwd, found.path);
  return { shown: found.path, path, isNamed: found.isNamed };
}

/** Reads it. Rejects with what is wrong in it. */
export async function readChosenFile(host: Place, chosen: ChosenFile): Promise<JobsFile> {
  const { readJobsFile } = await import('../jobs-file/read-jobs-file.ts');
  return readJobsFile(chosen.shown, {
    environment: host.env,
    home: host.home,
    folder: host.cwd,
    isNamed: chosen.isNamed,
  });
}

/** The file with these jobs alone, as jobsNamed gives them. */
export const selectJobs = (file: JobsFile, names: readonly string[]): JobsFile => ({
  ...file,
  jobs: jobsNamed(file, names),
});

/** The job of this name. Rejects with `usage` and the nearest name. */
export function jobNamed({ jobs }: JobsFile, name: string): NamedJob {
  const job = jobs.find((each) => each.name === name);
  if (job !== undefined) return job;
  const known = jobs.map((each) => each.name);
  const others = known.length === 0 ? '; the file has none' : `; there are ${known.slice(0, 20).join(', ')}`;
  throw usageError(`there is no job ${printable(name)}${didYouMean(name, known) || others}`);
}

/** The jobs of these names in the order of the file; all where none is named. Rejects as jobNamed does. */
export function jobsNamed(file: JobsFile, names: readonly string[]): readonly NamedJob[] {
  if (names.length === 0) return file.jobs;
  const wanted = new Set(names.map((name) => jobNamed(file, name)));
  return file.jobs.filter((job) => wanted.has(job));
}
