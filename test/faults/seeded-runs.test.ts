import { expect, test } from 'vitest';
import { runTrial } from '../support/faults/fault-trial.ts';
import { trialStage } from '../support/stage/trial-stage.ts';

// One seed again: STAGESYNC_FAULT_SEED=17 npx vitest run test/faults/seeded-runs.test.ts
const replayed = process.env['STAGESYNC_FAULT_SEED'];
const SEEDS = replayed === undefined ? Array.from({ length: 240 }, (_, i) => i + 1) : [Number(replayed)];
const LANES = 4;

test('whatever goes wrong on the way, the next run makes Stage equal and nothing is lost', async () => {
  const queue = SEEDS.values();
  const failed: string[] = [];
  await Promise.all(
    Array.from({ length: LANES }, async () => {
      await using stage = await trialStage();
      for (const seed of queue) {
        await runTrial(seed, stage).catch((error: unknown) => {
          failed.push(`seed ${seed}: ${error instanceof Error ? (error.stack ?? '') : String(error)}`);
        });
      }
    }),
  );
  expect(failed).toEqual([]);
}, 300_000);
