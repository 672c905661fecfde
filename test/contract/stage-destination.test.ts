import { startEmulator } from '../../src/emulator/emulator.ts';
import { LOCAL_DEPLOYMENT } from '../../src/emulator/options.ts';
import { createStageClient } from '../../src/stage/stage-client.ts';
import { createStageDestination } from '../../src/stage/stage-destination.ts';
import { describeDestination } from './destination.ts';

for (const generation of ['v1', 'v2', 'legacy'] as const)
  describeDestination(`Stage, ${generation}`, async () => {
    const emulator = await startEmulator();
    const client = await createStageClient({
      baseUrl: emulator.url,
      token: emulator.token,
      deployment: emulator.deployments[0]?.id ?? LOCAL_DEPLOYMENT.id,
      generation,
    });
    const destination = createStageDestination({ client, root: '' });
    return {
      destination,
      async [Symbol.asyncDispose]() {
        await destination.close();
        await emulator.close();
      },
    };
  });
