import { once } from 'node:events';
import { resolve } from 'node:path';
import { messageOf } from '../../../model/errors.ts';
import { startEmulator } from '../../../emulator/emulator.ts';
import type { Context } from '../../context.ts';
import { EXIT, type ExitStatus } from '../../exit-status.ts';
import { configError } from '../../../jobs/usage-errors.ts';

/** The flags of `stagesync emulator`. */
export interface EmulatorFlags {
  readonly port: number;
  readonly data?: string;
  readonly token?: string;
  readonly deployment?: readonly string[];
  readonly allowedHost?: readonly string[];
  readonly json?: true;
}

/** `stagesync emulator`: serves until a signal comes, then lets requests in progress finish. */
export async function serveEmulator(context: Context, flags: EmulatorFlags): Promise<ExitStatus> {
  const { host, environment, out, err, stop } = context;
  const dataDir = flags.data === undefined ? environment.stageFolder : resolve(host.cwd, flags.data);
  const emulator = await startEmulator({
    port: flags.port,
    dataDir,
    ...(flags.token === undefined ? {} : { token: flags.token }),
    ...(flags.allowedHost !== undefined && { allowedHosts: flags.allowedHost }),
    ...(flags.deployment !== undefined && { deployments: flags.deployment }),
  }).catch((error: unknown) => {
    const taken = (error as NodeJS.ErrnoException).code === 'EADDRINUSE';
    const way = taken ? '--port 0 takes a free one' : 'choose another --port, or another --data folder';
    throw configError(
      `cannot start the emulator on port ${flags.port} with ${dataDir}: ${messageOf(error)}; ${way}`,
      error,
    );
  });
  try {
    const deployments = emulator.deployments.map(({ id }) => id);
    if (flags.json) out.line(JSON.stringify({ url: emulator.url, token: emulator.token, deployments }));
    else {
      out.line(emulator.url);
      err.line(`SINGLESTOREDB_MANAGEMENT_BASE_URL=${emulator.url}`);
      if (flags.token === undefined) err.line(`token: ${emulator.token}`);
      for (const { id, name } of emulator.deployments) err.line(`deployment: ${id} (${name})`);
    }
    if (!stop.draining.aborted) await once(stop.draining, 'abort');
  } finally {
    await emulator.close();
  }
  return EXIT.clean;
}
