import { didYouMean } from '../jobs-file/document/nearest-word.ts';
import { JobsFileError, problemLine } from '../jobs-file/file-problem.ts';
import { configFolder, findJobsFile } from '../jobs-file/find-jobs-file.ts';
import type { JobsFile, NamedJob } from '../jobs-file/jobs-file.ts';
import { readExplained, type ExplainedFile } from '../jobs-file/read-jobs-file.ts';
import { configError, usageError } from '../jobs/usage-errors.ts';
import { printable } from '../model/printable.ts';
import type { Context } from './context.ts';

export interface OpenJobsFile extends ExplainedFile {
  /** What messages call the file. */
  readonly shown: string;
}

type Around = Pick<Context, 'host' | 'err'>;

/**
 * The jobs file that `named`, the value of --file, or its usual places give. Tells each mistake in it on a line of its own,
 * and rejects with `config`; also where there is none.
 */
export function openJobsFile({ host, err }: Around, named: string | undefined): OpenJobsFile {
  const { env: environment, home } = host;
  const found = findJobsFile({ named, folder: host.cwd, home, environment });
  if (found === undefined)
    throw configError(
      `there is no jobs file: no stagesync.yaml, .yml or .json here, nor in ${configFolder(environment, home)}; "stagesync init" writes one, or name one with --file`,
    );
  try {
    const read = readExplained(found.path, { environment, home, folder: host.cwd, isNamed: found.isNamed });
    return { ...read, shown: found.path };
  } catch (error) {
    if (!(error instanceof JobsFileError)) throw error;
    for (const problem of error.problems) err.line(problemLine(found.path, problem));
    const count = error.found === 1 ? 'a mistake' : `${error.found} mistakes`;
    throw configError(`${found.path} has ${count}, and nothing of it was done`, error);
  }
}

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
