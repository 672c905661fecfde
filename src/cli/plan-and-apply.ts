import { isAbsolute, resolve } from 'node:path';
import type { ApplyFlags } from './commands/apply.ts';
import type { SyncFlags } from './commands/sync.ts';
import { parseSource } from './addresses.ts';
import type { Context } from './context.ts';
import type { ExitStatus } from './exit-status.ts';
import { PlanFileWriter, readPlanFile } from './plan-file.ts';
import { runSync } from './run-sync.ts';

/** `stagesync plan`. The file appears only when the comparison came to its end and no guard refused it. */
export async function makePlan(
  context: Context,
  source: string,
  dest: string,
  flags: SyncFlags,
  output: string,
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
  const writer = new PlanFileWriter(output, cwd, from.kind === 'local' ? from.root : source, dest, {
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
