import type { ManagementApi } from '../../api/management-api.ts';
import type { Gate } from '../../remote/gate/gate.ts';
import { EMBEDDED } from '../addresses.ts';
import type { StageSurroundings } from '../surroundings.ts';
import { useToLook } from './looking-gate.ts';
import { openApi } from './open-api.ts';
import { openEmbedded } from './open-embedded.ts';
import { openGate } from '../open-gate.ts';

export interface OpenManagementApiOptions {
  /** The embedded plane on this machine in place of the service. Default: false. */
  readonly local?: boolean | undefined;
  /** Requests at the same time. Default: 8. */
  readonly concurrency?: number | undefined;
  /** See useToLook. */
  readonly maxWaitMs?: number | undefined;
}

const CONCURRENCY = 8;
const NAME = 'the Management API';

/**
 * Opens the Management API that the surroundings name, or the embedded one. Closing it closes all that was opened for it.
 * Nothing is sent before the first call. Rejects with `config` where there is no token.
 */
export async function openManagementApi(
  around: StageSurroundings,
  options: OpenManagementApiOptions = {},
): Promise<ManagementApi> {
  const { concurrency = CONCURRENCY, maxWaitMs } = options;
  const { draining, tell } = around;
  const [{ ManagementApi }, { connection, gate, close }] = await Promise.all([
    import('../../api/management-api.ts'),
    options.local === true ? openLocal(around, concurrency) : openRemote(around, { concurrency, maxWaitMs }),
  ]);
  const use = useToLook(gate, { name: NAME, concurrency, maxWaitMs, draining, tell });
  return new ManagementApi({
    connection,
    gate: use,
    clock: gate.clock,
    signal: draining,
    close: async () => {
      use[Symbol.dispose]();
      await close();
    },
  });
}

interface Opened {
  readonly connection: ManagementApi['connection'];
  readonly gate: Gate;
  readonly close: () => Promise<void>;
}

async function openRemote(
  around: StageSurroundings,
  options: { readonly concurrency: number; readonly maxWaitMs: number | undefined },
): Promise<Opened> {
  const api = await openApi(around, options);
  return { connection: api.connection, gate: api.gate, close: async () => api[Symbol.asyncDispose]() };
}

async function openLocal(around: StageSurroundings, concurrency: number): Promise<Opened> {
  const emulator = await openEmbedded(around);
  // as for its Stage: the port is another one each time, the folder stays
  const opened = await openGate(around, {
    origin: `stage://${EMBEDDED}`,
    account: around.environment.stageFolder,
  }).catch(async (error: unknown) => {
    await emulator.close();
    throw error;
  });
  const { openApiConnection } = await import('../../api/connection.ts');
  const connection = await openApiConnection({ baseUrl: emulator.url, token: emulator.token, concurrency });
  return {
    connection,
    gate: opened.gate,
    close: async () => {
      await connection.close();
      await emulator.close();
      await opened.close();
    },
  };
}
