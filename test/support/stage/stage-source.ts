import { createStageDestination } from '../../../src/destinations/stage/stage-destination.ts';
import { startEmulator } from '../../../src/emulator/emulator.ts';
import { LOCAL_DEPLOYMENT } from '../../../src/emulator/options.ts';
import { foldersOf } from '../../../src/model/path.ts';
import { createStageClient } from '../../../src/stage/stage-client.ts';
import type { SourceFixture } from '../../../src/contract/contract.ts';
import { sourceOn } from '../trees/source-on-destination.ts';

const call = { signal: new AbortController().signal };

/** An embedded Stage as a source: its folder `root` is there, and empty. */
export async function openStageSource(
  root: string,
): Promise<SourceFixture & { move(from: string, to: string): Promise<void> }> {
  const emulator = await startEmulator();
  const client = await createStageClient({
    baseUrl: emulator.url,
    token: emulator.token,
    deployment: LOCAL_DEPLOYMENT.id,
  });
  const destination = createStageDestination({ client, root });
  for (const folder of foldersOf(root)) await destination.makeFolder(folder, call);
  const fixture = sourceOn(destination, async () => {
    await destination.close();
    await emulator.close();
  });
  return { ...fixture, move: (from, to) => destination.move(root + from, root + to, call) };
}
