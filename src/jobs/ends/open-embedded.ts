import type { Emulator } from '../../emulator/options.ts';
import { messageOf } from '../../model/errors.ts';
import { checkEmbedded } from '../check-job.ts';
import type { StageSurroundings } from '../surroundings.ts';
import { configError } from '../usage-errors.ts';

interface Served {
  readonly started: Promise<Emulator>;
  users: number;
}

/** The embedded Stages of this process, by the folders of their files. */
const SERVED = new Map<string, Served>();

/**
 * The embedded Stage, with its files on this machine: one for all jobs of a process, until the last of them closes it. Rejects
 * with `config` where its folder cannot be used.
 */
export async function openEmbedded(around: StageSurroundings): Promise<Emulator> {
  checkEmbedded(around.authority);
  const dataDir = around.environment.stageFolder;
  let served = SERVED.get(dataDir);
  if (served === undefined) SERVED.set(dataDir, (served = { started: start(dataDir), users: 0 }));
  const shared = served;
  shared.users++;
  const leave = (): boolean => {
    if (--shared.users > 0) return false;
    SERVED.delete(dataDir);
    return true;
  };
  let isOpen = true;
  try {
    const emulator = await shared.started;
    return {
      ...emulator,
      get deployments() {
        return emulator.deployments;
      },
      async close() {
        if (!isOpen) return;
        isOpen = false;
        if (leave()) await emulator.close();
      },
    };
  } catch (error) {
    leave();
    throw error;
  }
}

async function start(dataDir: string): Promise<Emulator> {
  const { startEmulator } = await import('../../emulator/emulator.ts');
  return startEmulator({ dataDir }).catch((error: unknown) => {
    throw configError(
      `cannot keep the embedded Stage in ${dataDir}: ${messageOf(error)}; make the folder writable, or set XDG_DATA_HOME`,
      error,
    );
  });
}
