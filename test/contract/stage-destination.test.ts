import type { DestinationCodes, DestinationFixture } from '../../src/contract/contract.ts';
import type { Behaviour } from '../../src/emulator/control/behaviour.ts';
import { startEmulator } from '../../src/emulator/emulator.ts';
import { LOCAL_DEPLOYMENT } from '../../src/emulator/options.ts';
import { createStageClient } from '../../src/stage/stage-client.ts';
import { createStageDestination } from '../../src/destinations/stage/stage-destination.ts';
import { describeDestination } from './describe-contract.ts';
import { describeSwitches } from './destination-switches.ts';

async function open(
  generation: 'v1' | 'v2' | 'legacy',
  behaviour: Partial<Behaviour> = {},
): Promise<DestinationFixture> {
  const emulator = await startEmulator({ behaviour });
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
}

const CODES: DestinationCodes = {
  missing: 'stage_not_found',
  taken: 'stage_exists',
  refused: 'stage_rejected',
};

for (const generation of ['v1', 'v2', 'legacy'] as const)
  describeDestination(`Stage, ${generation}`, () => open(generation), CODES);

describeSwitches('Stage', ({ refusesFolderMove, removesOnlyEmpty, moveSetsTime, kindsCoexist }) =>
  open('v1', {
    ...(refusesFolderMove && { moveFolder: 400 }),
    ...(removesOnlyEmpty && { removeFullFolder: 409 }),
    moveTouches: moveSetsTime ?? false,
    kindsCoexist: kindsCoexist ?? false,
  }),
);
