import { askRunningDaemon } from '../../ask-daemon.ts';
import type { Context } from '../../context.ts';
import { EXIT, type ExitStatus } from '../../exit-status.ts';
import type { FileFlags } from '../../jobs-file.ts';

/** `stagesync resume`. Rejects with `usage` for the first name that is none of the daemon's jobs. */
export async function resumeJobs(
  context: Context,
  names: readonly string[],
  flags: FileFlags,
): Promise<ExitStatus> {
  for (const job of names) {
    await askRunningDaemon(context, flags, { ask: 'resume', job });
    context.err.line(`${job}: resumed`);
  }
  return EXIT.clean;
}
