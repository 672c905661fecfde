import { STAGE_WORDS } from '../../destinations/stage/stage-words.ts';
import { DEFAULT_BASE_URL } from '../../api/base-url.ts';
import type { ApiConnection } from '../../api/connection.ts';
import type { CallOptions } from '../../model/ports.ts';
import type { GateRequest } from '../../remote/gate/attempts.ts';
import { mostLanesOf } from '../../remote/gate/lanes.ts';
import type { Concurrency } from '../../remote/gate/lanes.ts';
import type { Gate } from '../../remote/gate/gate.ts';
import { accountOf } from '../../remote/gate/gates.ts';
import type { GateUse } from '../../remote/gate/gate-use.ts';
import type { StageSurroundings } from '../surroundings.ts';
import { useToLook } from './looking-gate.ts';
import { openGate, type OpenGate } from '../open-gate.ts';
import { resolveStageSettings, type StageSettings } from './stage-settings.ts';

export interface OpenApiOptions {
  /** Default: the settings that the surroundings give. */
  readonly settings?: StageSettings | undefined;
  /** Requests at the same time, and connections kept for them. */
  readonly concurrency: Concurrency;
  /** See useToLook. */
  readonly maxWaitMs?: number | undefined;
}

/** The Management API, with the gate that all requests to it pass. */
export interface OpenApi extends AsyncDisposable {
  readonly connection: ApiConnection;
  readonly gate: Gate;
  /** The gate of the requests to one deployment: that of the API, unless there is a budget for each. */
  gateOf(deployment: string): Promise<OpenGate>;
  /** Makes a request of a resource through the gate: retried and slowed down as those of a sync are. */
  ask<T>(
    what: Pick<GateRequest, 'operation' | 'path'>,
    request: (api: ApiConnection, call: CallOptions) => Promise<T>,
  ): Promise<T>;
}

/** A look at the fence that is as late as it can be: a request may have waited long for its connection. */
export const beforeChange = ({ fence }: Pick<StageSurroundings, 'fence'>): (() => void) | undefined =>
  fence && (() => fence.check());

/**
 * Opens the Management API at the address and with the token that the surroundings give. Closing it closes the
 * connection. Nothing is sent before the first request. Rejects with `config` where there is no token.
 */
export async function openApi(
  around: StageSurroundings,
  { settings: known, concurrency, maxWaitMs }: OpenApiOptions,
): Promise<OpenApi> {
  const settings = known ?? (await resolveStageSettings(around));
  const { openApiConnection } = await import('../../api/connection.ts');
  const { defaultDeployment: _, generation: __, ...options } = settings;
  const { draining, tell } = around;
  const connection = await openApiConnection({
    ...options,
    concurrency: mostLanesOf(concurrency),
    beforeChange: beforeChange(around),
  });
  // two spellings of one address are one origin; what is no address has been refused
  const { origin } = new URL(settings.baseUrl ?? DEFAULT_BASE_URL);
  const account = settings.tokenSource?.account ?? accountOf(settings.token);
  const { gate, close } = await openGate(around, { origin, account }).catch(async (error: unknown) => {
    await connection.close();
    throw error;
  });
  return {
    connection,
    gate,
    gateOf: (deployment) => openGate(around, { origin, account, deployment }),
    async ask(what, request) {
      using use: GateUse = useToLook(gate, {
        name: STAGE_WORDS.name,
        concurrency: 1,
        maxWaitMs,
        draining,
        tell,
      });
      return await use.request(what, () => request(connection, { signal: draining }));
    },
    async [Symbol.asyncDispose]() {
      await connection.close();
      await close();
    },
  };
}
