import { messageOf } from '../../model/errors.ts';
import type { RelPath } from '../../model/path.ts';
import type { Destination } from '../../model/ports.ts';
import { EMBEDDED, type StageAddress } from '../addresses.ts';
import type { Context } from '../../cli/context.ts';
import { openGate } from './open-gate.ts';
import { deploymentFlagIn, type StageFlags } from '../../cli/flags/stage-flags.ts';
import { resolveStageSettings } from './stage-settings.ts';
import { configError, usageError } from '../usage-errors.ts';

export interface OpenStageOptions {
  readonly address: StageAddress;
  /** The folder the destination is opened on: '' or ending in '/'. */
  readonly root: RelPath;
  readonly flags: StageFlags;
  /** Requests at the same time. */
  readonly concurrency: number;
  /** For the look-up of a deployment's name; see openGate. */
  readonly maxWaitMs?: number | undefined;
}

/**
 * The Stage an address names, as a destination; closing it closes all that was opened for it. For the embedded Stage
 * that is a server on a loopback port; for a deployment given by name it costs a look-up first.
 */
export function openStage(context: Context, options: OpenStageOptions): Promise<Destination> {
  return options.address.deployment === EMBEDDED
    ? openEmbedded(context, options)
    : openRemote(context, options);
}

async function openEmbedded(
  context: Context,
  { root, flags, concurrency }: OpenStageOptions,
): Promise<Destination> {
  const flag = deploymentFlagIn(flags);
  if (flag !== undefined)
    throw usageError(
      `stage://${EMBEDDED} is the embedded Stage, which ${flag} does not apply to: leave the flag out, or name a deployment by its ID`,
    );
  const [{ startEmulator }, { LOCAL_DEPLOYMENT }, stage] = await Promise.all([
    import('../../emulator/emulator.ts'),
    import('../../emulator/options.ts'),
    importStage(),
  ]);
  const dataDir = context.environment.stageFolder;
  const emulator = await startEmulator({ dataDir }).catch((error: unknown) => {
    throw configError(
      `cannot keep the embedded Stage in ${dataDir}: ${messageOf(error)}; make the folder writable, or set XDG_DATA_HOME`,
      error,
    );
  });
  const client = await stage.createStageClient({
    baseUrl: emulator.url,
    token: emulator.token,
    deployment: LOCAL_DEPLOYMENT.id,
    concurrency,
  });
  return stage.createStageDestination({
    client,
    root,
    label: `stage://${EMBEDDED}/${root}`,
    onClosed: () => emulator.close(),
  });
}

async function openRemote(context: Context, options: OpenStageOptions): Promise<Destination> {
  const settings = resolveStageSettings(context, options.flags);
  const named = options.address.deployment ?? settings.defaultDeployment;
  if (named === undefined)
    throw usageError(
      `stage:///${options.address.path} leaves the deployment to the environment, and ${settings.generation === 'v2' ? 'SINGLESTOREDB_WORKSPACE' : 'SINGLESTOREDB_WORKSPACE_GROUP'} is not set: set it, or write stage://DEPLOYMENT/PATH`,
    );
  const stage = await importStage();
  const { defaultDeployment: _, generation, ...connection } = settings;
  const { draining: signal } = context.stop;
  const api = await stage.openApiConnection({ ...connection, concurrency: options.concurrency });
  try {
    const version = generation === 'v2' ? 'v2' : 'v1';
    const deployment = await openGate(context, 1, options.maxWaitMs).request('look the deployment up', () =>
      stage.resolveDeployment(api, named, { version, signal }),
    );
    const client = stage.stageClient(api, { deployment, generation });
    return stage.createStageDestination({ client, root: options.root });
  } catch (error) {
    await api.close();
    throw error;
  }
}

async function importStage() {
  const [client, destination, deployment, connection] = await Promise.all([
    import('../../stage/stage-client.ts'),
    import('../../destinations/stage/stage-destination.ts'),
    import('../../api/resolve-deployment.ts'),
    import('../../api/connection.ts'),
  ]);
  return { ...client, ...destination, ...deployment, ...connection };
}
