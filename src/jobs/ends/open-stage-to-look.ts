import { RetryingDestination } from '../../remote/retrying-destination.ts';
import type { StageSurroundings } from '../surroundings.ts';
import { useToLook } from './looking-gate.ts';
import { openStage } from './open-stage.ts';
import type { OpenStageOptions } from './open-stage.ts';

/**
 * The Stage an address names, for a command that only looks: requests are retried and slowed down as those of a sync are.
 * Closing it closes all that was opened for it.
 */
export async function openStageToLook(
  around: StageSurroundings,
  options: OpenStageOptions,
): Promise<RetryingDestination> {
  const { destination, gate } = await openStage(around, options);
  const { concurrency, maxWaitMs } = options;
  return new RetryingDestination(
    destination,
    useToLook(gate, {
      name: destination.words.name,
      concurrency,
      maxWaitMs,
      draining: around.draining,
      tell: around.tell,
    }),
  );
}
