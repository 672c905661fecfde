import type { Finding } from '../../../check/finding.ts';
import { parsePlace, type PlaceAddress } from '../../../jobs/addresses.ts';
import { runCheck, type CheckResult } from '../../../jobs/check.ts';
import { readRules } from '../../../jobs/filters/read-filters.ts';
import { usageError } from '../../../jobs/usage-errors.ts';
import type { Context } from '../../context.ts';
import { EXIT, type ExitStatus } from '../../exit-status.ts';
import type { S3Flags, StageFlags } from '../../flags/authority-flags.ts';
import type { JobFlags } from '../../flags/job-flags.ts';
import { lookingSurroundings } from '../../surroundings.ts';
import { findingLine, summaryLines } from './check-text.ts';

/** The flags of `stagesync check`. */
export interface CheckFlags extends StageFlags, S3Flags {
  readonly content?: true;
  /** Percent. */
  readonly sample?: number;
  readonly seed?: number;
  readonly missing?: true;
  readonly extra?: true;
  readonly differ?: true;
  readonly json?: true;
}

/** `stagesync check`. Resolves with 8 where the places differ, and with 3 where something could not be compared. */
export async function runCheckCommand(
  context: Context,
  texts: { readonly a: string; readonly b: string },
  flags: CheckFlags & { readonly job: JobFlags },
): Promise<ExitStatus> {
  const { host, out, err } = context;
  checkFlags(flags);
  const a = parsePlace(texts.a, 'A', host.cwd);
  const b = parsePlace(texts.b, 'B', host.cwd);
  const rootOf = (address: PlaceAddress) => (address.kind === 'local' ? address.root : undefined);
  const filters = readRules(flags.job.filters, host.cwd, rootOf(a) ?? rootOf(b));
  const { what, pace } = flags.job;
  const isListed = listedKinds(flags);
  const onFinding = (finding: Finding): void => {
    if (flags.json !== true && finding.kind === 'unclear') err.line(`stagesync: ${findingLine(finding)}`);
    else if (isListed(finding.kind))
      out.line(flags.json === true ? JSON.stringify(finding) : findingLine(finding));
  };
  const result = await runCheck(
    {
      a,
      b,
      filters,
      followSymlinks: what.followSymlinks,
      concurrency: pace.concurrency,
      maxWaitMs: pace.maxWait,
      content:
        flags.content === true ? 'all' : flags.sample === undefined ? 'none' : { percent: flags.sample },
      seed: flags.seed,
      onFinding,
    },
    lookingSurroundings(context, flags, 'check'),
  );
  if (flags.json === true) out.line(JSON.stringify({ kind: 'summary', ...result }));
  else for (const line of summaryLines(result, flags)) out.line(line);
  return statusOf(result);
}

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
