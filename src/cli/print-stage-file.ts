import { once } from 'node:events';
import { parseStageAddress } from './addresses.ts';
import type { Context } from './context.ts';
import { EXIT, type ExitStatus } from './exit-status.ts';
import { openGate } from './stage-gate.ts';
import { openStage } from './open-stage.ts';
import type { StageFlags } from './stage-flags.ts';
import { usageError } from './usage.ts';

/** `stagesync cat`: the file's bytes go to stdout no faster than its reader takes them. */
export async function printStageFile(context: Context, text: string, flags: StageFlags): Promise<ExitStatus> {
  const address = parseStageAddress(text, 'ADDRESS');
  if (address.path === '' || address.path.endsWith('/'))
    throw usageError('ADDRESS names a folder; give a file, or use "stagesync ls"');
  const destination = await openStage(context, { address, root: '', flags, concurrency: 1 });
  const signal = context.stop.draining;
  const { stdout } = context.host;
  try {
    const gate = openGate(context, 1);
    const bytes = await gate.request('read', () => destination.read(address.path, { signal }));
    for await (const chunk of bytes) if (!stdout.write(chunk)) await once(stdout, 'drain', { signal });
    await context.out.flush();
  } catch (error) {
    // nobody reads any more, as in "cat … | head": that is no error of ours
    if (context.out.closed) return EXIT.interrupted;
    throw error;
  } finally {
    await destination.close();
  }
  return EXIT.clean;
}
