import { createReadStream, existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { isAbsolute, join, resolve } from 'node:path';
import { messageOf } from '../model/errors.ts';
import type { ApplyFlags } from './commands/apply.ts';
import type { SyncFlags } from './commands/sync.ts';
import { parseSource } from './addresses.ts';
import type { Context } from './context.ts';
import { EXIT, type ExitStatus } from './exit-status.ts';
import { PlanFileWriter, readPlanFile } from './plan-file.ts';
import { pour } from './pour.ts';
import { runSync } from './run-sync.ts';
import { configError, usageError } from './usage.ts';

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
    const whole = !existsSync(file) || (await pour(context, createReadStream(file)));
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
  const { json: _json, quiet: _quiet, verbose: _verbose, progress: _progress, ...kept } = flags;
  // a plan is applied from anywhere: its paths start at the root
  const filters = flags.filters.map((filter) =>
    filter.kind === 'file' && !isAbsolute(filter.value)
      ? { ...filter, value: resolve(cwd, filter.value) }
      : filter,
  );
  const writer = new PlanFileWriter(target.file, cwd, from.kind === 'local' ? from.root : source, dest, {
    ...kept,
    progress: true,
    filters,
  });
  let status: ExitStatus | undefined;
  try {
    status = await runSync(
      context,
      source,
      dest,
      { ...flags, dryRun: true },
      {
        command: 'stagesync plan',
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

/** `stagesync apply`. */
export function applyPlan(context: Context, file: string, shown: ApplyFlags): Promise<ExitStatus> {
  const { header, lines } = readPlanFile(file, context.host.cwd);
  return runSync(
    context,
    header.source,
    header.dest,
    { ...header.flags, ...shown },
    {
      command: 'stagesync apply',
      approved: lines,
    },
  );
}
