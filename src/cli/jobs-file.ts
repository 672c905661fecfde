import { resolve } from 'node:path';
import { findJobsFile, USUAL_NAME } from '../jobs-file/find-jobs-file.ts';
import type { JobsFile } from '../jobs-file/jobs-file.ts';
import { configError, usageError } from '../jobs/usage-errors.ts';
import type { Host } from './process/host.ts';

/** Where a command runs. */
type Place = Pick<Host, 'cwd' | 'home' | 'env'>;

export interface FileFlags {
  readonly file?: string;
}

/** The jobs file that a command is about; it need not be there where it was named. */
export interface ChosenFile {
  /** As it is shown. */
  readonly shown: string;
  /** Absolute. */
  readonly path: string;
  readonly isNamed: boolean;
}

/** The file that `--file` names, or the one that lies where such files lie. Rejects with `config` where there is none. */
export function chooseJobsFile(host: Place, { file }: FileFlags): ChosenFile {
  const found = findJobsFile({ named: file, folder: host.cwd, home: host.home, environment: host.env });
  if (found === undefined)
    throw configError(
      `there is no ${USUAL_NAME} here or in the configuration folder: name one with --file, or write one with "stagesync init"`,
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

/** The file with these jobs alone; all of them where no name is given. Rejects with `usage` a name that it does not have. */
export function selectJobs(file: JobsFile, names: readonly string[]): JobsFile {
  const known = new Set(file.jobs.map(({ name }) => name));
  const unknown = names.find((name) => !known.has(name));
  if (unknown !== undefined)
    throw usageError(
      `${file.path} has no job ${JSON.stringify(unknown)}; it has ${[...known].join(', ') || 'none'}`,
    );
  return names.length === 0 ? file : { ...file, jobs: file.jobs.filter(({ name }) => names.includes(name)) };
}
