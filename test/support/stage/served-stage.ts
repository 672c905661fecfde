import type { Destination } from '../../../src/model/ports.ts';
import { startEmulator } from '../../../src/emulator/emulator.ts';
import { LOCAL_DEPLOYMENT, type Emulator, type EmulatorOptions } from '../../../src/emulator/options.ts';
import { createStageClient } from '../../../src/stage/stage-client.ts';
import { createStageDestination } from '../../../src/destinations/stage/stage-destination.ts';
import { cliSandbox, type CliSandbox } from '../cli/cli.ts';
import { snapshotStage, type Snapshot } from '../trees/trees.ts';

/** An emulator in the test's process, and a command line that is set up to talk to it as to a real Stage. */
export interface ServedStage extends AsyncDisposable {
  readonly emulator: Emulator;
  readonly deployment: string;
  readonly cli: CliSandbox;
  /** The folder of the Stage that the scenario works in, as the command line names it. */
  readonly address: string;
  /** The same folder through the port, beside the command line. */
  readonly destination: Destination;
  snapshot(): Promise<Snapshot>;
  /** Requests that could change something, since the emulator started. */
  changingRequests(): number;
}

export async function servedStage(options: EmulatorOptions = {}): Promise<ServedStage> {
  const emulator = await startEmulator(options);
  const deployment = emulator.deployments[0]?.id ?? LOCAL_DEPLOYMENT.id;
  const cli = await cliSandbox({
    SINGLESTOREDB_MANAGEMENT_BASE_URL: emulator.url,
    SINGLESTOREDB_MANAGEMENT_TOKEN: emulator.token,
  });
  const client = await createStageClient({ baseUrl: emulator.url, token: emulator.token, deployment });
  const destination = createStageDestination({ client, root: 'target/' });
  return {
    emulator,
    deployment,
    cli,
    address: `stage://${deployment}/target`,
    destination,
    snapshot: () => snapshotStage(destination),
    changingRequests: () => emulator.counters.read().changing,
    async [Symbol.asyncDispose]() {
      await destination.close();
      await emulator.close();
      await cli[Symbol.asyncDispose]();
    },
  };
}
