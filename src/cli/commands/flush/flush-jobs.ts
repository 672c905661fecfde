import { COPIES } from '../../../model/transfer-words.ts';
import { printable } from '../../../model/printable.ts';
import type { RunSummary } from '../../../daemon/view/daemon-view.ts';
import { askRunningDaemon, statusOfRun } from '../../ask-daemon.ts';
import type { Context } from '../../context.ts';
import { EXIT, type ExitStatus } from '../../exit-status.ts';
import type { FileFlags } from '../../jobs-file.ts';
import { reportText } from '../../output/report-text.ts';

export interface FlushFlags extends FileFlags {
  readonly json?: true;
}

/** `stagesync flush`: all jobs at the same time. Resolves with the status of the first that did not come into step. */
export async function flushJobs(
  context: Context,
  names: readonly string[],
  flags: FlushFlags,
): Promise<ExitStatus> {
  const runs = await Promise.all(names.map((job) => askRunningDaemon(context, flags, { ask: 'flush', job })));
  let status: ExitStatus = EXIT.clean;
  for (const [index, run] of runs.entries()) {
    const name = names[index] ?? '';
    show(context, name, run, flags);
    const own = statusOfRun(context, run);
    if (status === EXIT.clean) status = own;
  }
  return status;
}

function show({ out }: Context, name: string, run: RunSummary, { json }: FlushFlags): void {
  if (json) return out.line(JSON.stringify({ job: name, ...run }));
  const [headline = '', ...lines] = reportText(run.report, [], undefined, undefined, COPIES);
  out.line(`${printable(name)}: ${headline}`);
  for (const line of lines) out.line(line);
  for (const { code, message, count, example } of run.failures)
    out.line(`  failed     ${count} × ${code}; first: ${printable(example)}: ${printable(message)}`);
}
