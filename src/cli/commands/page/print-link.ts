import { askRunningDaemon } from '../../ask-daemon.ts';
import type { Context } from '../../context.ts';
import { EXIT, type ExitStatus } from '../../exit-status.ts';
import type { FileFlags } from '../../jobs-file.ts';

/** `stagesync page`. Rejects with `usage` where the daemon serves no page. */
export async function printLink(context: Context, flags: FileFlags): Promise<ExitStatus> {
  const { link } = await askRunningDaemon(context, flags, { ask: 'login' });
  context.out.line(link);
  return EXIT.clean;
}
