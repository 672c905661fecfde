import { DEFAULT_BASE_URL } from '../../api/base-url.ts';
import { openApiConnection, type ApiConnection } from '../../api/connection.ts';
import { resolveDeployment } from '../../api/deployments/resolve-deployment.ts';
import { EMBEDDED, type StageAddress } from '../../jobs/addresses.ts';
import { openApi } from '../../jobs/ends/open-api.ts';
import { openEmbedded } from '../../jobs/ends/open-embedded.ts';
import { resolveStageSettings } from '../../jobs/ends/stage-settings.ts';
import type { Surroundings } from '../../jobs/surroundings.ts';
import { usageError } from '../../jobs/usage-errors.ts';
import type { Gate } from '../../remote/gate/gate.ts';
import type { GateUse } from '../../remote/gate/gate-use.ts';
import type { StageGeneration } from '../../stage/stage-url.ts';

/** A Stage that is open to be probed. */
export interface OpenTrial extends AsyncDisposable {
  readonly connection: ApiConnection;
  readonly use: GateUse;
  readonly deployment: string;
  readonly generation: StageGeneration;
  readonly isService: boolean;
}

/** A server that is busy is waited for so often, and so long. */
const ATTEMPTS = 4;
const MAX_WAIT_MS = 120_000;

/** Rejects with `usage` where nothing names a deployment, with `config` without a token, and where the API does not answer. */
export async function openTrial(around: Surroundings, address: StageAddress): Promise<OpenTrial> {
  const opened = new AsyncDisposableStack();
  try {
    const parts =
      address.deployment === EMBEDDED
        ? await openLocal(opened, around)
        : await openRemote(opened, around, address);
    const use = opened.use(useOf(parts.gate, around));
    return { ...parts, use, [Symbol.asyncDispose]: () => opened.disposeAsync() };
  } catch (error) {
    await opened.disposeAsync();
    throw error;
  }
}

// not the signal of a first Ctrl-C: the removal of what was made passes this use as well
const useOf = (gate: Gate, { signal }: Surroundings): GateUse =>
  gate.use({
    name: 'the Stage',
    concurrency: 1,
    attempts: ATTEMPTS,
    maxRequestsPerSecond: undefined,
    maxWaitMs: MAX_WAIT_MS,
    maxWaitFlag: undefined,
    draining: signal,
    signal,
    onEvent: () => undefined,
  });

async function openLocal(opened: AsyncDisposableStack, around: Surroundings) {
  const { LOCAL_DEPLOYMENT } = await import('../../emulator/options.ts');
  const emulator = await openEmbedded(around);
  opened.defer(() => emulator.close());
  const { url: baseUrl, token } = emulator;
  const connection = opened.use(await openApiConnection({ baseUrl, token, concurrency: 1 }));
  return {
    connection,
    gate: around.gates.of(`stage://${EMBEDDED}`, around.environment.stageFolder),
    deployment: LOCAL_DEPLOYMENT.id,
    generation: 'v1' as const,
    isService: false,
  };
}

async function openRemote(opened: AsyncDisposableStack, around: Surroundings, address: StageAddress) {
  const settings = await resolveStageSettings(around);
  const { generation, defaultDeployment } = settings;
  const named = address.deployment ?? defaultDeployment;
  if (named === undefined)
    throw usageError(
      '--probe needs a deployment: write stage://DEPLOYMENT/, or set SINGLESTOREDB_WORKSPACE_GROUP',
    );
  const api = opened.use(await openApi(around, { settings, concurrency: 1 }));
  const version = generation === 'v2' ? 'v2' : 'v1';
  const deployment = await api.ask({ operation: 'look_up', path: named }, (connection, call) =>
    resolveDeployment(connection, named, { version, ...call }),
  );
  return {
    connection: api.connection,
    gate: api.gate,
    deployment,
    generation,
    isService: api.connection.origin.origin === new URL(DEFAULT_BASE_URL).origin,
  };
}
