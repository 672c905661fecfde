import { existsSync, writeFileSync } from 'node:fs';
import { dirname, isAbsolute, resolve } from 'node:path';
import { makeFolders } from '../../../disk/make-folders.ts';
import { isWebAddress } from '../../../jobs-file/compose/profiles.ts';
import { USUAL_NAME } from '../../../jobs-file/find-jobs-file.ts';
import type { JobsFile } from '../../../jobs-file/jobs-file.ts';
import { newJobsFile, type NewJob } from '../../../jobs-file/new-file.ts';
import { readJobsText, type ExplainedFile } from '../../../jobs-file/read-jobs-file.ts';
import { approve } from '../../../jobs-file/trust/approvals.ts';
import { configError, usageError } from '../../../jobs/usage-errors.ts';
import { isSyncError, messageOf } from '../../../model/errors.ts';
import { printable } from '../../../model/printable.ts';
import { packageVersion } from '../../../program/program-files.ts';
import type { Context } from '../../context.ts';
import { EXIT, type ExitStatus } from '../../exit-status.ts';
import { canAsk } from '../../management/changing/terminal-input.ts';
import { ownCommand } from '../../process/own-command.ts';
import { shellWord } from '../../output/shell-word.ts';
import { lookingSurroundings } from '../../surroundings.ts';
import { givenBy, withDefaults, type InitFlags } from './answers.ts';

/** `stagesync init`. Rejects with `usage` where the file is there already, or an answer is missing and nobody can be asked. */
export async function writeFirstFile(context: Context, flags: InitFlags): Promise<ExitStatus> {
  const { host, out } = context;
  const shown = flags.output ?? USUAL_NAME;
  const place = resolve(host.cwd, shown);
  if (existsSync(place)) throw isThere(shown);
  const given = givenBy(flags);
  const asks = flags.yes !== true && canAsk(host) && (given.from === undefined || given.to === undefined);
  const answered = asks
    ? await (await import('./questions.ts')).askForJob(context, given)
    : withDefaults(given);
  const job = withEndpoint(fromFolderOf(place, host.cwd, answered), context);
  const text = newJobsFile(job, packageVersion());
  const options = { place, shown, environment: host.env, home: host.home, folder: host.cwd, isNamed: true };
  const { file, parts, version } = readJobsText(text, options);
  write(place, { shown, text });
  out.line(`wrote ${printable(shown)}`);
  if (parts.length > 0) approveOwn(context, { parts, version, shown });
  if (flags.check) await tellTries(context, file);
  const named = shown === USUAL_NAME ? '' : ` --file ${printable(shown)}`;
  out.line(`next: ${ownCommand(host.env)} run ${printable(job.name)} --dry-run${named}`);
  return EXIT.clean;
}

const isThere = (shown: string) =>
  usageError(`${shown} is there already, and is not overwritten: name another file with --output`);

/** A scheduler does not have the variables of this shell, so the file says where the bucket is. */
function withEndpoint(job: NewJob, { environment: { s3EndpointUrl } }: Context): NewJob {
  const isUsed = s3EndpointUrl !== undefined && isWebAddress(s3EndpointUrl) && job.from.startsWith('s3://');
  return isUsed ? { ...job, s3EndpointUrl } : job;
}

/** Whoever had the file written has said all that is in it, so `stagesync run` need not ask again. */
function approveOwn(
  { environment, out, err }: Context,
  { parts, version, shown }: Pick<ExplainedFile, 'parts' | 'version'> & { readonly shown: string },
): void {
  try {
    approve(environment.stateFolder, version, new Date());
    for (const { does } of parts) out.line(`approved that it ${printable(does)}`);
  } catch (error) {
    if (!isSyncError(error)) throw error;
    err.line(
      `stagesync: ${printable(messageOf(error))}; "stagesync trust ${shellWord(shown)}" approves the file`,
    );
  }
}

/** A directory that was typed is meant from the current folder; the file names it from its own. */
function fromFolderOf(place: string, cwd: string, job: NewJob): NewJob {
  if (dirname(place) === cwd) return job;
  const whole = (path: string): string =>
    path.includes('://') || isAbsolute(path) || path.startsWith('~/') ? path : resolve(cwd, path);
  const { from, to, tokenFile } = job;
  return {
    ...job,
    from: whole(from),
    to: whole(to),
    ...(tokenFile !== undefined && { tokenFile: whole(tokenFile) }),
  };
}

/** 'wx': what has come under this name meanwhile stays as it is. */
function write(place: string, { shown, text }: { readonly shown: string; readonly text: string }): void {
  try {
    makeFolders(dirname(place));
    writeFileSync(place, text, { flag: 'wx' });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') throw isThere(shown);
    throw configError(`cannot write ${shown}: ${messageOf(error)}`, error);
  }
}

/** What is not right yet is no failure: the file is written, and says what to do. */
async function tellTries(context: Context, file: JobsFile): Promise<void> {
  const { tryEnds } = await import('./try-ends.ts');
  for await (const { isGood, text } of tryEnds(file, lookingSurroundings(context, {}, 'stagesync init'))) {
    if (isGood) context.out.line(printable(text));
    else context.err.line(`stagesync: ${printable(text)}`);
    // in the order of the tries, also where both go to one terminal
    await Promise.all([context.out.flush(), context.err.flush()]);
  }
}
