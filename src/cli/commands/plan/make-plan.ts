import { createReadStream, existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { messageOf } from '../../../model/errors.ts';
import { printable } from '../../../model/printable.ts';
import { checkJob } from '../../../jobs/check-job.ts';
import { FORMAT, plannedJob } from '../../../jobs/plan-file/plan-file.ts';
import { placesOf } from '../../../jobs/plan-file/plan-places.ts';
import { configError, usageError } from '../../../jobs/usage-errors.ts';
import type { Job } from '../../../jobs/job.ts';
import type { Surroundings } from '../../../jobs/surroundings.ts';
import type { Context } from '../../context.ts';
import { EXIT, type ExitStatus } from '../../exit-status.ts';
import type { S3Flags, StageFlags } from '../../flags/authority-flags.ts';
import type { GuardFlags } from '../../flags/guard-flags.ts';
import type { JobFlags } from '../../flags/job-flags.ts';
import type { OutputFlags } from '../../flags/output-flags.ts';
import { jobFromFlags } from '../../job-from-flags.ts';
import { jobWithFlags, surroundingsWithFlags } from '../../job-with-flags.ts';
import type { FileFlags } from '../../jobs-file.ts';
import { openNamedJob } from '../../open-jobs-file.ts';
import { shellWord } from '../../output/shell-word.ts';
import { writeToStdout } from '../../output/stdout-bytes.ts';
import { jobSurroundings } from '../../surroundings.ts';
import { runJob } from '../../run-job.ts';
import { PlanWriter } from './plan-writer.ts';

/** The flags of `stagesync plan` besides those of the job. */
export interface PlanFlags extends FileFlags, OutputFlags, GuardFlags, StageFlags, S3Flags {
  /** A file, or `STDOUT`. */
  readonly output: string;
}

type Flags = PlanFlags & {
  readonly job: JobFlags;
  /** Whether --max-delete was typed. */
  readonly isLimited: boolean;
};

/** A source and a destination, or the name of a job alone. */
interface PlannedEnds {
  readonly source: string;
  readonly dest: string | undefined;
}

/** What --output calls standard output. */
const STDOUT = '-';

/** `stagesync plan`. The plan appears only when the comparison came to its end and no guard refused it. */
export async function makePlan(context: Context, ends: PlannedEnds, flags: Flags): Promise<ExitStatus> {
  if (flags.output !== STDOUT)
    return writePlan(context, ends, flags, { file: flags.output, isForStdout: false });
  if (flags.json)
    throw usageError('--json and --output - would both write to stdout: leave one out, or give a file');
  const folder = temporaryFolder();
  try {
    const file = join(folder, 'plan.json');
    const status = await writePlan(context, ends, flags, { file, isForStdout: true });
    const whole = !existsSync(file) || (await writeToStdout(context, createReadStream(file)));
    return whole ? status : EXIT.interrupted;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function temporaryFolder(): string {
  try {
    return mkdtempSync(join(tmpdir(), 'stagesync-plan-'));
  } catch (error) {
    throw configError(
      `cannot keep the plan in ${tmpdir()} until it is whole: ${messageOf(error)}; set TMPDIR, or give --output a file`,
      error,
    );
  }
}

/** The job that the command line says, or names, and its surroundings. */
function whatIsPlanned(
  context: Context,
  { source, dest }: PlannedEnds,
  flags: Flags,
): { readonly job: Job; readonly around: Surroundings; readonly ofJob?: string } {
  const { maxDelete, force } = flags;
  const around = jobSurroundings(context, flags, {
    command: 'stagesync plan',
    guards: { maxDelete, force },
    dryRun: true,
  });
  if (dest !== undefined) return { job: jobFromFlags(context, { source, dest }, flags.job), around };
  const { file, named } = openNamedJob(context, { name: source, file: flags.file });
  const typed = { around, maxDelete: flags.isLimited ? maxDelete : undefined };
  return {
    job: jobWithFlags(named.job, flags.job, context.host.cwd),
    around: surroundingsWithFlags(file, named, typed),
    ofJob: named.name,
  };
}

interface PlanTarget {
  readonly file: string;
  /** Stdout is the plan's: no text may go there. */
  readonly isForStdout: boolean;
}

async function writePlan(
  context: Context,
  ends: PlannedEnds,
  flags: Flags,
  { file, isForStdout }: PlanTarget,
): Promise<ExitStatus> {
  const { job, around, ofJob } = whatIsPlanned(context, ends, flags);
  const { environment, authority } = around;
  const addresses = checkJob(job, authority, environment);
  const writer = new PlanWriter(file, context.host.cwd);
  let status: ExitStatus | undefined;
  try {
    status = await runJob(context, job, around, {
      output: flags,
      onOpened: (labels) =>
        writer.begin({
          type: 'plan',
          format: FORMAT,
          madeFor: { ...labels, ...placesOf(environment, authority, addresses) },
          ofJob,
          job: plannedJob(job, addresses.from),
        }),
      onPlanned: (line) => writer.add(line),
      textAside: isForStdout,
    });
    return status;
  } finally {
    // with status 3 some entries could not be listed and are not in the plan; the rest of the plan still holds
    const keep = status === EXIT.clean || status === EXIT.failures;
    writer.finish({ keep });
    if (keep && !isForStdout && flags.quiet !== true) sayWhereItIs(context, flags);
  }
}

/** The last line for a person: where the plan is, and how it is carried out. */
function sayWhereItIs({ host, out, err }: Context, { output, file, json }: Flags): void {
  const words = ['stagesync', 'apply', output, ...(file === undefined ? [] : ['--file', file])];
  const command = words.map(shellWord).join(' ');
  const line = `The plan is in ${printable(resolve(host.cwd, output))}. To carry it out: ${printable(command)}`;
  (json === true ? err : out).line(line);
}
