import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { ApiLook } from '../../../doctor/api-look.ts';
import type { Subject } from '../../../doctor/check.ts';
import { ALL_CHECKS } from '../../../doctor/checks/all-checks.ts';
import { examine, type Examined } from '../../../doctor/examine.ts';
import { surroundingsOfJob } from '../../../jobs-file/surroundings-of-job.ts';
import { parsePlace } from '../../../jobs/addresses.ts';
import type { Context } from '../../context.ts';
import { EXIT, statusOfError, worstStatus, type ExitStatus } from '../../exit-status.ts';
import { packageVersion } from '../../../program/program-files.ts';
import { chooseJobsFile, hasJobsFile } from '../../jobs-file.ts';
import { openNamedJob } from '../../open-jobs-file.ts';
import { lookingSurroundings } from '../../surroundings.ts';
import type { DoctorFlags } from './doctor-flags.ts';
import { findingPrinter } from './print-findings.ts';

type Wanted = Pick<Subject, 'around' | 'places' | 'target' | 'database' | 'lease'>;

/** `stagesync doctor`: runs all checks that concern the target, and prints what they found as it comes. */
export async function runDoctor(
  context: Context,
  target: string | undefined,
  flags: DoctorFlags,
): Promise<ExitStatus> {
  const { host, stop } = context;
  const wanted = target === undefined ? machine(context, flags) : targetOf(context, target, flags);
  await using api = new ApiLook(wanted.around);
  const subject: Subject = {
    ...wanted,
    jobsFile: jobsFileOf(context, flags),
    process: {
      node: host.versions.node,
      version: packageVersion(),
      platform: host.versions.platform,
    },
    api,
  };
  const printer = findingPrinter(context, { json: flags.json === true });
  const found: Examined[] = [];
  const options = { withinMs: flags.timeout, signal: stop.draining };
  for await (const each of examine(ALL_CHECKS, subject, options)) {
    printer.print(each);
    found.push(each);
  }
  printer.end(found);
  return statusOf(found);
}

function statusOf(found: readonly Examined[]): ExitStatus {
  const failures = found.flatMap(({ findings }) =>
    findings.flatMap((each) => (each.level === 'failed' ? [statusOfError(each.code, undefined)] : [])),
  );
  return failures.length === 0 ? EXIT.clean : worstStatus(failures);
}

const machine = (context: Context, flags: DoctorFlags): Wanted => ({
  around: surroundingsFor(context, flags),
  places: [],
  target: undefined,
  database: flags.loadDatabase,
  lease: flags.lease,
});

/** A place, or where the text cannot be one, a job of the jobs file. */
function targetOf(context: Context, target: string, flags: DoctorFlags): Wanted {
  const { host } = context;
  const around = surroundingsFor(context, flags);
  const isPlace = /[/\\.]/.test(target) || existsSync(resolve(host.cwd, target));
  if (isPlace)
    return { ...machine(context, flags), around, places: [parsePlace(target, 'the target', host.cwd)] };
  const { file, named } = openNamedJob(context, { name: target, file: flags.file });
  const [from, to] = [named.job.from, named.job.to].map((end) => parsePlace(end, 'it', '/'));
  const isDirectory = to?.kind === 'local';
  return {
    around: surroundingsOfJob(file, named, around),
    places: [from, ...(isDirectory ? [] : [to])].filter((place) => place !== undefined),
    target: isDirectory ? to.root : undefined,
    database: flags.loadDatabase ?? named.job.load?.database,
    lease: flags.lease,
  };
}

function surroundingsFor(context: Context, flags: DoctorFlags): Subject['around'] {
  return lookingSurroundings(context, flags, 'doctor');
}

function jobsFileOf({ host }: Context, flags: DoctorFlags): Subject['jobsFile'] {
  if (!hasJobsFile(host, flags)) return undefined;
  const { shown, isNamed } = chooseJobsFile(host, flags);
  return { shown, isNamed, home: host.home, variables: host.env };
}
