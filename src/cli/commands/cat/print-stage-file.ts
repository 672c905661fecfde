import { isSyncError, type SyncError } from '../../../model/errors.ts';
import { parseStageAddress } from '../../../jobs/addresses.ts';
import type { Context } from '../../context.ts';
import type { StageFlags } from '../../flags/authority-flags.ts';
import { stageSurroundings } from '../../surroundings.ts';
import { EXIT, type ExitStatus } from '../../exit-status.ts';
import { useToLook } from '../../../jobs/ends/looking-gate.ts';
import { openStage } from '../../../jobs/ends/open-stage.ts';
import { writeToStdout } from '../../output/stdout-bytes.ts';
import { printable } from '../../../model/printable.ts';
import { usageError } from '../../../jobs/usage-errors.ts';

/** `stagesync cat`: the file's bytes go to stdout no faster than its reader takes them. */
export async function printStageFile(context: Context, text: string, flags: StageFlags): Promise<ExitStatus> {
  const address = parseStageAddress(text, 'ADDRESS');
  if (address.path === '' || address.path.endsWith('/')) throw isFolder(text);
  const around = stageSurroundings(context, flags);
  const { destination, gate } = await openStage(around, { address, root: '', concurrency: 1 });
  const call = { signal: around.draining };
  using look = useToLook(gate, { concurrency: 1, draining: around.draining });
  try {
    const bytes = await look
      .request({ operation: 'read', path: address.path }, () => destination.read(address.path, call))
      .catch(async (error: unknown) => {
        if (!isSyncError(error) || error.code !== 'stage_not_found') throw error;
        const path = `${address.path}/`;
        const folder = await look.request({ operation: 'list', path }, () =>
          destination.listFolder(path, call),
        );
        throw folder === undefined ? error : isFolder(text);
      });
    return (await writeToStdout(context, bytes)) ? EXIT.clean : EXIT.interrupted;
  } finally {
    await destination.close();
  }
}

const isFolder = (text: string): SyncError =>
  usageError(`${printable(text)} is a folder; name a file in it, or list it with "stagesync ls"`);
