import { createReadStream, existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { messageOf } from '../../../model/errors.ts';
import type { ApplyFlags } from '../apply/command.ts';
import type { SyncFlags } from '../sync/command.ts';
import { parseSource, parseStageAddress } from '../../../jobs/addresses.ts';
import type { Context } from '../../context.ts';
import { EXIT, type ExitStatus } from '../../exit-status.ts';
import { FORMAT, readPlanFile } from '../../../jobs/plan-file/plan-file.ts';
import { planSettings } from '../../../jobs/plan-file/plan-settings.ts';
import { placesOf, refuseOther } from '../../../jobs/plan-file/plan-places.ts';
import { PlanWriter } from '../../../jobs/plan-file/plan-writer.ts';
import { writeToStdout } from '../../output/stdout-bytes.ts';
import { readRules } from '../../../jobs/filters/read-filters.ts';
import { runSync } from '../sync/run-sync.ts';
import { configError, usageError } from '../../../jobs/usage-errors.ts';

/** What --output calls standard output. */
const STDOUT = '-';

/** `stagesync plan`. The plan appears only when the comparison came to its end and no guard refused it. */
export async function makePlan(
  context: Context,
  source: string,
  dest: string,
  flags: SyncFlags,
  output: string,
): Promise<ExitStatus> {
  if (output !== STDOUT) return writePlan(context, source, dest, flags, { file: output, stdout: false });
  if (flags.json)
    throw usageError('--json and --output - would both write to stdout: leave one out, or give a file');
  const folder = temporaryFolder();
  try {
    const file = join(folder, 'plan.json');
    const status = await writePlan(context, source, dest, flags, { file, stdout: true });
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

interface PlanTarget {
  readonly file: string;
  /** Stdout is the plan's: no text may go there. */
  readonly stdout: boolean;
}

async function writePlan(
  context: Context,
  source: string,
  dest: string,
  flags: SyncFlags,
  target: PlanTarget,
): Promise<ExitStatus> {
  const { cwd } = context.host;
  const from = parseSource(source, cwd);
  const to = parseStageAddress(dest, 'DEST');
  // the rules are read once: those compared with are those the plan keeps
  const filters = readRules(flags.filters, cwd, from.kind === 'local' ? from.root : undefined).map(
    ({ kind, pattern }) => ({ kind, value: pattern }),
  );
  const writer = new PlanWriter(target.file, cwd);
  let status: ExitStatus | undefined;
  try {
    status = await runSync(
      context,
      source,
      dest,
      { ...flags, filters, dryRun: true },
      {
        command: 'stagesync plan',
        onOpened: (ends) =>
          writer.begin({
            type: 'plan',
            format: FORMAT,
            source: from.kind === 'local' ? from.root : source,
            dest,
            madeFor: { ...ends, ...placesOf(context, from, to, flags) },
            settings: planSettings(flags, filters),
          }),
        onPlanned: (line) => writer.add(line),
        textAside: target.stdout,
      },
    );
    return status;
  } finally {
    // entries that failed to be listed are not in the plan, and the status says so; what is in it still holds
    writer.finish(status === 0 || status === 3);
  }
}

/**
 * `stagesync apply`. Where requests go and what authorises them is what `flags` and the environment say; a plan that was
 * made for something else rejects with `config`.
 */
export function applyPlan(context: Context, file: string, flags: ApplyFlags): Promise<ExitStatus> {
  const { header, lines } = readPlanFile(file, context.host.cwd);
  const { source, dest, madeFor, settings } = header;
  const from = parseSource(source, context.host.cwd);
  const places = placesOf(context, from, parseStageAddress(dest, 'DEST'), flags);
  refuseOther(file, 'baseUrl', madeFor.baseUrl, places.baseUrl);
  refuseOther(file, 's3Endpoint', madeFor.s3Endpoint, places.s3Endpoint);
  return runSync(
    context,
    source,
    dest,
    { ...settings, ...flags },
    {
      command: 'stagesync apply',
      approved: lines,
      onOpened: (ends) => {
        refuseOther(file, 'destination', madeFor.destination, ends.destination);
        refuseOther(file, 'source', madeFor.source, ends.source);
      },
    },
  );
}
