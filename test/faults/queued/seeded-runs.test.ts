import { expect, test } from 'vitest';
import { NIGHTLY } from '../../support/cli/nightly.ts';
import { runTrial } from '../../support/faults/fault-trial.ts';
import { trialStage } from '../../support/stage/trial-stage.ts';

// thousands: npm run faults -- --kind queued --seeds 5000; one seed again: … --seeds 1 --from 17
const SEEDS = NIGHTLY ? 400 : 14;
const LANES = 2;

test('the laws of a run hold, too, where a queue that forgets, repeats, delays and reorders has the files sent', async () => {
  const seeds = Array.from({ length: SEEDS }, (_, i) => i + 1).values();
  const failed: string[] = [];
  await Promise.all(
    Array.from({ length: LANES }, async () => {
      await using stage = await trialStage();
      for (const seed of seeds)
        await runTrial(seed, stage, { queued: true }).catch((error: unknown) => {
          failed.push(`seed ${seed}: ${error instanceof Error ? (error.stack ?? '') : String(error)}`);
        });
    }),
  );
  expect(failed).toEqual([]);
}, 900_000);
