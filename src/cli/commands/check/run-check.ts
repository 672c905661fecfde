import type { Finding } from '../../../check/finding.ts';
import { parsePlace, type PlaceAddress } from '../../../jobs/addresses.ts';
import { runCheck, type CheckResult, type CheckRun } from '../../../jobs/check.ts';
import { readRules } from '../../../jobs/filters/read-filters.ts';
import type { Job } from '../../../jobs/job.ts';
import type { Surroundings } from '../../../jobs/surroundings.ts';
import { surroundingsOfJob } from '../../../jobs-file/surroundings-of-job.ts';
import { jobWithFlags } from '../../job-with-flags.ts';
import type { FileFlags } from '../../jobs-file.ts';
import { openNamedJob } from '../../open-jobs-file.ts';
import { usageError } from '../../../jobs/usage-errors.ts';
import type { Context } from '../../context.ts';
import { EXIT, type ExitStatus } from '../../exit-status.ts';
import type { S3Flags, StageFlags } from '../../flags/authority-flags.ts';
import type { JobFlags } from '../../flags/job-flags.ts';
import { lookingSurroundings } from '../../surroundings.ts';
import { findingLine, summaryLines } from './check-text.ts';
import { CheckTracker } from './check-tracker.ts';

/** The flags of `stagesync check`. */
export interface CheckFlags extends FileFlags, StageFlags, S3Flags {
  readonly content?: true;
  /** Percent. */
  readonly sample?: number;
  readonly seed?: number;
  readonly missing?: true;
  readonly extra?: true;
  readonly differ?: true;
  readonly json?: true;
  readonly progress: boolean;
}

/** `stagesync check`. Resolves with 8 where the places differ, and with 3 where something could not be compared. */
export async function runCheckCommand(
  context: Context,
  texts: CheckedTexts,
  flags: CheckFlags & { readonly job: JobFlags },
): Promise<ExitStatus> {
  const { out, err } = context;
  checkFlags(flags);
  const { run, around } = whatIsChecked(context, texts, flags);
  const isListed = listedKinds(flags);
  const onFinding = (finding: Finding): void => {
    if (flags.json !== true && finding.kind === 'unclear') err.line(`stagesync: ${findingLine(finding)}`);
    else if (isListed(finding.kind))
      out.line(flags.json === true ? JSON.stringify(finding) : findingLine(finding));
  };
  const tracker = new CheckTracker();
  const release = context.stop.describe(() => tracker.text, { finishes: false });
  const display = await context.openDisplay(flags, () => tracker.state());
  let result: CheckResult;
  try {
    result = await runCheck(
      {
        ...run,
        content:
          flags.content === true ? 'all' : flags.sample === undefined ? 'none' : { percent: flags.sample },
        seed: flags.seed,
        onFinding,
        onCounts: (counts) => tracker.counted(counts),
        onRead: (many) => tracker.read(many),
      },
      around,
    );
  } finally {
    display.stop();
    release();
  }
  if (flags.json === true) out.line(JSON.stringify({ kind: 'summary', ...result }));
  else for (const line of summaryLines(result, flags)) out.line(line);
  return statusOf(result);
}

/** Two places, or the name of a job alone. */
interface CheckedTexts {
  readonly a: string;
  readonly b: string | undefined;
}

function whatIsChecked(
  context: Context,
  texts: CheckedTexts,
  flags: CheckFlags & { readonly job: JobFlags },
): { readonly run: Omit<CheckRun, 'onFinding'>; readonly around: Surroundings } {
  const { cwd } = context.host;
  const around = lookingSurroundings(context, flags, 'check');
  if (texts.b === undefined) {
    const { file, named } = openNamedJob(context, { name: texts.a, file: flags.file });
    const job = jobWithFlags(named.job, flags.job, cwd);
    return { run: placesOf(job, '/'), around: surroundingsOfJob(file, named, around) };
  }
  const { what, pace } = flags.job;
  const places = placesOf({ from: texts.a, to: texts.b, what, pace }, cwd);
  const rootOf = (address: PlaceAddress) => (address.kind === 'local' ? address.root : undefined);
  const filters = readRules(flags.job.filters, cwd, rootOf(places.a) ?? rootOf(places.b));
  return { run: { ...places, filters }, around };
}

const placesOf = ({ from, to, what, pace }: Pick<Job, 'from' | 'to' | 'what' | 'pace'>, folder: string) => ({
  a: parsePlace(from, 'A', folder),
  b: parsePlace(to, 'B', folder),
  filters: what.filters,
  followSymlinks: what.followSymlinks,
  concurrency: pace.concurrency,
  maxWaitMs: pace.maxWait,
});

function checkFlags({ content, sample, seed }: CheckFlags): void {
  if (content === true && sample !== undefined)
    throw usageError('--content reads every file and --sample some of them: give one of the two');
  if (seed !== undefined && sample === undefined)
    throw usageError('--seed draws a sample again: it needs --sample');
}

/** Which kinds are listed: those that are named, or all. What could not be compared is always told. */
function listedKinds({ missing, extra, differ }: CheckFlags): (kind: Finding['kind']) => boolean {
  const named = { missing, extra, differ, unclear: true };
  const isAll = missing === undefined && extra === undefined && differ === undefined;
  return (kind) => isAll || named[kind] === true;
}

function statusOf({ failures, differ, missing, extra }: CheckResult): ExitStatus {
  if (failures > 0) return EXIT.failures;
  return differ + missing + extra > 0 ? EXIT.differ : EXIT.clean;
}
