import { askRunningDaemon } from '../../ask-daemon.ts';
import type { Context } from '../../context.ts';
import { EXIT, type ExitStatus } from '../../exit-status.ts';
import type { FileFlags } from '../../jobs-file.ts';

/** `stagesync pause`. Rejects with `usage` for the first name that is none of the daemon's jobs. */
export async function pauseJobs(
  context: Context,
  names: readonly string[],
  flags: FileFlags,
): Promise<ExitStatus> {
  for (const job of names) {
    await askRunningDaemon(context, flags, { ask: 'pause', job });
    context.err.line(`${job}: paused`);
  }
  return EXIT.clean;
}
