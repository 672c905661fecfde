import type { RelPath } from '../../model/path.ts';
import type { Destination } from '../../model/ports.ts';
import { mostLanesOf } from '../../remote/gate/lanes.ts';
import type { Concurrency } from '../../remote/gate/lanes.ts';
import type { Gate } from '../../remote/gate/gate.ts';
import { limitedBothWays } from '../../remote/wrapped-destinations.ts';
import type { StageClient } from '../../stage/stage-client.ts';
import { EMBEDDED, type StageAddress } from '../addresses.ts';
import type { StageSurroundings } from '../surroundings.ts';
import { beforeChange, openApi } from './open-api.ts';
import { openEmbedded } from './open-embedded.ts';
import { openGate } from '../open-gate.ts';
import { resolveStageSettings } from './stage-settings.ts';
import { usageError } from '../usage-errors.ts';

export interface OpenStageOptions {
  readonly address: StageAddress;
  /** The folder the destination is opened on: '' or ending in '/'. */
  readonly root: RelPath;
  /** Requests at the same time. */
  readonly concurrency: Concurrency;
  /** For the look-up of a deployment's name; see useToLook. */
  readonly maxWaitMs?: number | undefined;
}

export interface OpenStage {
  readonly destination: Destination;
  /** What the destination sends its requests by, for what no other destination has. */
  readonly client: StageClient;
  /** The gate for this origin and account; every request passes a use of it. */
  readonly gate: Gate;
}

/**
 * The Stage an address names, as a destination; closing it closes all that was opened for it. For the embedded Stage
 * that is a server on a loopback port; for a deployment given by name it costs a look-up first.
 */
export function openStage(around: StageSurroundings, options: OpenStageOptions): Promise<OpenStage> {
  return options.address.deployment === EMBEDDED ? openLocal(around, options) : openRemote(around, options);
}

async function openLocal(
  around: StageSurroundings,
  { root, concurrency }: OpenStageOptions,
): Promise<OpenStage> {
  const [emulator, { LOCAL_DEPLOYMENT }, stage] = await Promise.all([
    openEmbedded(around),
    import('../../emulator/options.ts'),
    importStage(),
  ]);
  // the embedded Stage has another port each time; the folder of its files stays the same
  const { gate, close } = await openGate(around, {
    origin: `stage://${EMBEDDED}`,
    account: around.environment.stageFolder,
  }).catch(async (error: unknown) => {
    await emulator.close();
    throw error;
  });
  const client = await stage.createStageClient({
    baseUrl: emulator.url,
    token: emulator.token,
    deployment: LOCAL_DEPLOYMENT.id,
    concurrency: mostLanesOf(concurrency),
    beforeChange: beforeChange(around),
  });
  return {
    client,
    destination: inBudget(
      stage.createStageDestination({
        client,
        root,
        label: `stage://${EMBEDDED}/${root}`,
        onClosed: async () => {
          await emulator.close();
          await close();
        },
      }),
      gate,
    ),
    gate,
  };
}

async function openRemote(around: StageSurroundings, options: OpenStageOptions): Promise<OpenStage> {
  const settings = await resolveStageSettings(around);
  const named = options.address.deployment ?? settings.defaultDeployment;
  if (named === undefined)
    throw usageError(
      `stage:///${options.address.path} leaves the deployment to the environment, and ${settings.generation === 'v2' ? 'SINGLESTOREDB_WORKSPACE' : 'SINGLESTOREDB_WORKSPACE_GROUP'} is not set: set it, or write stage://DEPLOYMENT/PATH`,
    );
  const { concurrency, maxWaitMs, root } = options;
  const stage = await importStage();
  const api = await openApi(around, { settings, concurrency, maxWaitMs });
  const { generation } = settings;
  const version = generation === 'v2' ? 'v2' : 'v1';
  try {
    // where one request a second is allowed, the second of two lists would be refused each time
    const read = new Map();
    const deployment = await api.ask({ operation: 'look_up', path: named }, (connection, call) =>
      stage.resolveDeployment(connection, named, { version, read, ...call }),
    );
    const { gate, close } = await api.gateOf(deployment);
    const client = stage.stageClient(api.connection, { deployment, generation });
    const onClosed = async (): Promise<void> => {
      await close();
      await api[Symbol.asyncDispose]();
    };
    const destination = stage.createStageDestination({ client, root, onClosed });
    return { client, destination: inBudget(destination, gate), gate };
  } catch (error) {
    await api[Symbol.asyncDispose]();
    throw error;
  }
}

/** Its bytes are those of all that share the budget of its requests, where that has any. */
const inBudget = (destination: Destination, { pacer: { bandwidth } }: Gate): Destination =>
  bandwidth === undefined ? destination : limitedBothWays(destination, bandwidth);

async function importStage() {
  const [client, destination, deployment] = await Promise.all([
    import('../../stage/stage-client.ts'),
    import('../../destinations/stage/stage-destination.ts'),
    import('../../api/deployments/resolve-deployment.ts'),
  ]);
  return { ...client, ...destination, ...deployment };
}
