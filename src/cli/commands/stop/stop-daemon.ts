import { askRunningDaemon } from '../../ask-daemon.ts';
import type { Context } from '../../context.ts';
import { EXIT, type ExitStatus } from '../../exit-status.ts';
import type { FileFlags } from '../../jobs-file.ts';

/** `stagesync stop`: the daemon, or with names the runs of these jobs. */
export async function stopDaemon(
  context: Context,
  names: readonly string[],
  flags: FileFlags,
): Promise<ExitStatus> {
  if (names.length === 0) {
    await askRunningDaemon(context, flags, { ask: 'stop' });
    context.err.line('stopped');
  }
  for (const job of names) {
    await askRunningDaemon(context, flags, { ask: 'cancel', job });
    context.err.line(`${job}: its run ends, if one goes on`);
  }
  return EXIT.clean;
}
