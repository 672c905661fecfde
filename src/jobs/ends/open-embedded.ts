import type { Emulator } from '../../emulator/options.ts';
import { messageOf } from '../../model/errors.ts';
import { checkEmbedded } from '../check-job.ts';
import type { StageSurroundings } from '../surroundings.ts';
import { configError } from '../usage-errors.ts';

/** Starts the embedded Stage, with its files on this machine. Rejects with `config` where its folder cannot be used. */
export async function openEmbedded(around: StageSurroundings): Promise<Emulator> {
  checkEmbedded(around.authority);
  const { startEmulator } = await import('../../emulator/emulator.ts');
  const dataDir = around.environment.stageFolder;
  return startEmulator({ dataDir }).catch((error: unknown) => {
    throw configError(
      `cannot keep the embedded Stage in ${dataDir}: ${messageOf(error)}; make the folder writable, or set XDG_DATA_HOME`,
      error,
    );
  });
}
