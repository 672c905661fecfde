import { JobsFileError, problemLine } from '../jobs-file/file-problem.ts';
import { readExplained, type ExplainedFile } from '../jobs-file/read-jobs-file.ts';
import type { NamedJob } from '../jobs-file/jobs-file.ts';
import { configError, usageError } from '../jobs/usage-errors.ts';
import { isSyncError, messageOf } from '../model/errors.ts';
import type { Context } from './context.ts';
import { chooseJobsFile, jobNamed, type FileFlags } from './jobs-file.ts';

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
  const { shown, isNamed } = chooseJobsFile(host, { file: named });
  try {
    const { env: environment, home, cwd: folder } = host;
    return { ...readExplained(shown, { environment, home, folder, isNamed }), shown };
  } catch (error) {
    if (!(error instanceof JobsFileError)) throw error;
    for (const problem of error.problems) err.line(problemLine(shown, problem));
    const count = error.found === 1 ? 'a mistake' : `${error.found} mistakes`;
    throw configError(`${shown} has ${count}, and nothing of it was done`, error);
  }
}

/**
 * The job that one word names where two places could stand as well. Rejects as openJobsFile and jobNamed do, and says that
 * two places are the other way.
 */
export function openNamedJob(
  around: Around,
  { name, file }: { readonly name: string; readonly file: string | undefined },
): { readonly file: OpenJobsFile['file']; readonly named: NamedJob } {
  try {
    const opened = openJobsFile(around, file);
    return { file: opened.file, named: jobNamed(opened.file, name) };
  } catch (error) {
    if (!isSyncError(error)) throw error;
    const message = messageOf(error);
    const end = message.endsWith('?') ? '' : '.';
    throw usageError(`${message}${end} One word is the name of a job: for two places write both`, error);
  }
}

/** The jobs that `--file` restricts a command to; undefined without it. Rejects as openJobsFile does. */
export const jobsOfNamedFile = (around: Around, { file }: FileFlags): readonly NamedJob[] | undefined =>
  file === undefined ? undefined : openJobsFile(around, file).file.jobs;
