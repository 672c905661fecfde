import { hasFact, type SyncError } from '../../../model/errors.ts';
import { parseStageAddress } from '../../../jobs/addresses.ts';
import type { Context } from '../../context.ts';
import type { StageFlags } from '../../flags/authority-flags.ts';
import { stageSurroundings } from '../../surroundings.ts';
import { EXIT, type ExitStatus } from '../../exit-status.ts';
import { openStageToLook } from '../../../jobs/ends/open-stage-to-look.ts';
import { writeToStdout } from '../../output/stdout-bytes.ts';
import { printable } from '../../../model/printable.ts';
import { usageError } from '../../../jobs/usage-errors.ts';

/** `stagesync cat`: the file's bytes go to stdout no faster than its reader takes them. */
export async function printStageFile(context: Context, text: string, flags: StageFlags): Promise<ExitStatus> {
  const address = parseStageAddress(text, 'ADDRESS');
  if (address.path === '' || address.path.endsWith('/')) throw isFolder(text);
  const around = stageSurroundings(context, flags);
  const destination = await openStageToLook(around, { address, root: '', concurrency: 1 });
  const call = { signal: around.draining };
  try {
    const bytes = await destination.read(address.path, call).catch(async (error: unknown) => {
      if (!hasFact(error, 'missing')) throw error;
      const folder = await destination.listFolder(`${address.path}/`, call);
      throw folder === undefined ? error : isFolder(text);
    });
    return (await writeToStdout(context, bytes)) ? EXIT.clean : EXIT.interrupted;
  } finally {
    await destination.close();
  }
}

const isFolder = (text: string): SyncError =>
  usageError(`${printable(text)} is a folder; name a file in it, or list it with "stagesync ls"`);
